<#
.SYNOPSIS
Makes two deployed BIG-IP virtual machines a failover pair that balances the portal of Octopus Deploy.

.DESCRIPTION
Runs under Windows PowerShell 5.1 on a machine that reaches the management addresses of both units, such as the jump
box. It installs the F5 extensions from files, posts the declarative onboarding document to one unit after the other,
waits until both are in sync, and posts the AS3 declaration to the active one. It is idempotent: F5's extensions change
only what differs, so it can run again after every change, and with a renewed certificate.

The documents lie beside this script, in ..\documents. What stands in triple braces in them comes from the outputs of
the deployment and from the secrets given here; secrets go to the units over TLS only and are never written to the log.

.PARAMETER OutputsFile
JSON file with the outputs of the deployment:
az deployment group show --resource-group <name> --name <deployment> --query properties.outputs --output json

.PARAMETER AdministratorPassword
Password of the administrator of the appliances, as it was given to the deployment.

.PARAMETER PortalCertificate
Certificate of the portal: the PFX without password, in base64, as it is in Key Vault. Not needed when TLS passes through.

.PARAMETER LicenseKeys
Registration keys of the two units, in their order; for bring your own licence only.

.PARAMETER PackageFolder
Folder with the packages f5-declarative-onboarding-*.noarch.rpm and f5-appsvcs-*.noarch.rpm. Needed only while a unit
lacks one, or has an older one.

.PARAMETER Thumbprints
Thumbprints of the certificates that the units present for management. Without them, the first one seen is taken.

.PARAMETER ValidateOnly
Let the units check both documents without changing anything. The units must have the packages already.

.EXAMPLE
.\apply-f5.ps1 -OutputsFile .\outputs.json -PackageFolder .\packages

.EXAMPLE
.\apply-f5.ps1 -OutputsFile .\outputs.json -ValidateOnly
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $OutputsFile,

    [Parameter(Mandatory = $true)]
    [securestring] $AdministratorPassword,

    [securestring] $PortalCertificate,

    [securestring[]] $LicenseKeys = @(),

    [string] $PackageFolder = '',

    [string[]] $Thumbprints = @(),

    [switch] $ValidateOnly
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$DocumentsFolder = Join-Path (Split-Path -Path $PSScriptRoot -Parent) 'documents'
$LogFile = Join-Path $env:TEMP 'apply-f5.log'
$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'
$DeviceGroup = 'octopusPair'
$HostDomain = 'bigip.internal'

# The built-in administrator: Azure's agent gives it the password of the administrator of the virtual machine, too.
$AdministratorName = 'admin'

# What the documents are written for, with the SHA-256 of the packages that F5 publishes.
$Packages = @(
    @{
        Name     = 'f5-declarative-onboarding'
        Version  = '1.44.0'
        InfoPath = '/mgmt/shared/declarative-onboarding/info'
        Sha256   = '3b05d9bcafbcf0b5b625ff81d6bab5ad26ed90c0dd202ded51756af3598a97ec'
    }
    @{
        Name     = 'f5-appsvcs'
        Version  = '3.51.0'
        InfoPath = '/mgmt/shared/appsvcs/info'
        Sha256   = 'e151a9ccd0fd60c359f31839dc3a70bfcf2b46b9fedb8e1c37e67255ee482c0f'
    }
)

# The first version of each branch with the security fixes of October 2025; older branches have no more fixes.
$OldestSafeSoftware = @{ '17.1' = '17.1.3'; '17.5' = '17.5.1.3' }
$OldestBranch = '17.1'

# iControl REST takes uploads in pieces of at most 1 MB.
$UploadPieceBytes = 512 * 1024

# ---------------------------------------------------------------- log, retries, secrets, documents

function Protect-Text {
    # The last net: whatever was read as a secret is masked, wherever it turns up.
    param([string] $Text)

    foreach ($known in $script:KnownSecrets) {
        $Text = $Text.Replace($known, '***')
    }
    return $Text
}

function Write-Log {
    # The only place that writes for people: to the log file, and to the output of the run command.
    param([string] $Message)

    $line = '{0:yyyy-MM-ddTHH:mm:ssZ} {1}' -f [DateTime]::UtcNow, (Protect-Text $Message)
    Add-Content -LiteralPath $LogFile -Value $line -Encoding UTF8
    Write-Host $line
}

function Invoke-WithRetry {
    # Private endpoints, DNS records and role assignments take minutes to reach every machine.
    param(
        [string] $What,
        [scriptblock] $Action,
        [int] $Attempts = 40,
        [int] $DelaySeconds = 15,
        [int] $LimitMinutes = 720
    )

    $deadline = [DateTime]::UtcNow.AddMinutes($LimitMinutes)
    for ($attempt = 1; $true; $attempt++) {
        try {
            return (& $Action)
        }
        catch {
            if ($attempt -ge $Attempts -or [DateTime]::UtcNow -gt $deadline) {
                throw "$What failed $attempt times: $($_.Exception.Message)"
            }
            Write-Log "$What failed (attempt $attempt of $Attempts): $($_.Exception.Message)"
            Start-Sleep -Seconds $DelaySeconds
        }
    }
}

function Get-SecretText {
    # Gives the text of a secret, and makes sure that it never shows in the log.
    param([securestring] $Secret)

    if ($null -eq $Secret) {
        return ''
    }
    $text = (New-Object System.Net.NetworkCredential ('', $Secret)).Password
    if ($text.Length -ge 4 -and -not $script:KnownSecrets.Contains($text)) {
        $script:KnownSecrets.Add($text)
    }
    return $text
}

function Enable-CertificatePinning {
    # Appliances present certificates of their own making. One is taken the first time it is seen, or when its thumbprint
    # was given; an address that changes its certificate during the run is refused, and so is every other host.
    # In C#, because a script block cannot run on the thread that asks.
    param([string[]] $Addresses, [string[]] $Thumbprints)

    if (-not ('OctopusAppliances.Pinning' -as [type])) {
        Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace OctopusAppliances
{
    public static class Pinning
    {
        private static readonly object Gate = new object();
        private static readonly Dictionary<string, string> Seen = new Dictionary<string, string>();
        private static HashSet<string> addresses = new HashSet<string>();
        private static HashSet<string> thumbprints = new HashSet<string>();

        public static void Enable(string[] wantedAddresses, string[] wantedThumbprints)
        {
            addresses = new HashSet<string>(wantedAddresses);
            thumbprints = new HashSet<string>(wantedThumbprints, StringComparer.OrdinalIgnoreCase);
            ServicePointManager.ServerCertificateValidationCallback = Check;
        }

        public static void Forget(string address)
        {
            lock (Gate) { Seen.Remove(address); }
        }

        public static string ThumbprintOf(string address)
        {
            lock (Gate) { return Seen.ContainsKey(address) ? Seen[address] : ""; }
        }

        private static bool Check(object sender, X509Certificate certificate, X509Chain chain, SslPolicyErrors errors)
        {
            HttpWebRequest request = sender as HttpWebRequest;
            if (request == null || certificate == null || !addresses.Contains(request.RequestUri.Host))
            {
                return errors == SslPolicyErrors.None;
            }
            string thumbprint = new X509Certificate2(certificate).Thumbprint;
            if (thumbprints.Count > 0)
            {
                return thumbprints.Contains(thumbprint);
            }
            lock (Gate)
            {
                string known;
                if (Seen.TryGetValue(request.RequestUri.Host, out known))
                {
                    return known == thumbprint;
                }
                Seen[request.RequestUri.Host] = thumbprint;
                return true;
            }
        }
    }
}
'@
    }
    [OctopusAppliances.Pinning]::Enable($Addresses, @($Thumbprints | ForEach-Object { $_.Replace(':', '') }))
    if ($Thumbprints.Count -eq 0) {
        Write-Log 'No thumbprints were given: the certificate that an appliance presents first is taken.'
    }
}

function Read-JsonFile {
    param([string] $Path)

    if (-not (Test-Path -LiteralPath $Path)) {
        throw "There is no file $Path."
    }
    return (Get-Content -LiteralPath $Path -Raw -Encoding UTF8 | ConvertFrom-Json)
}

function Get-Output {
    # The value of an output of the deployment, as 'az deployment group show --query properties.outputs' writes them.
    param([psobject] $Outputs, [string] $Name)

    if ($null -eq $Outputs.PSObject.Properties[$Name]) {
        throw "The deployment has no output '$Name'. Write its outputs to the file again."
    }
    return $Outputs.$Name.value
}

function ConvertTo-JsonText {
    # The inside of a JSON string: only what JSON wants escaped is escaped.
    param([string] $Value)

    $quoted = ConvertTo-Json -InputObject $Value -Compress
    return $quoted.Substring(1, $quoted.Length - 2)
}

function Expand-Document {
    # Fills in what stands in triple braces. A list takes the place of a whole string: one string becomes several.
    param([string] $Text, [hashtable] $Values)

    foreach ($name in $Values.Keys) {
        $value = $Values[$name]
        if ($value -is [array]) {
            $items = @($value | ForEach-Object { '"' + (ConvertTo-JsonText $_) + '"' }) -join ', '
            $Text = $Text.Replace('"{{{' + $name + '}}}"', $items)
        }
        else {
            $Text = $Text.Replace('{{{' + $name + '}}}', (ConvertTo-JsonText $value))
        }
    }
    $left = [regex]::Match($Text, '\{\{\{(\w+)\}\}\}')
    if ($left.Success) {
        throw "Nothing is known for $($left.Groups[1].Value)."
    }
    return $Text
}

# ---------------------------------------------------------------- calls

function Invoke-Unit {
    # One call of the REST interface of one unit.
    param(
        [psobject] $Unit,
        [string] $Path,
        [string] $Method = 'Get',
        [string] $Body = '',
        [int] $TimeoutSeconds = 60
    )

    $pair = '{0}:{1}' -f $AdministratorName, (Get-SecretText $AdministratorPassword)
    $headers = @{ Authorization = 'Basic ' + [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($pair)) }
    $call = @{
        Uri             = 'https://{0}{1}' -f $Unit.managementAddress, $Path
        Method          = $Method
        Headers         = $headers
        TimeoutSec      = $TimeoutSeconds
        UseBasicParsing = $true
    }
    if ($Body -ne '') {
        $call.Body = [System.Text.Encoding]::UTF8.GetBytes($Body)
        $call.ContentType = 'application/json; charset=utf-8'
    }
    try {
        return (Invoke-RestMethod @call)
    }
    catch [System.Net.WebException] {
        throw "$Method $Path on $($Unit.name): $(Get-Failure $_)"
    }
}

function Get-Failure {
    # F5 says in the body what is wrong.
    param([System.Management.Automation.ErrorRecord] $Problem)

    if ($Problem.ErrorDetails -and $Problem.ErrorDetails.Message) {
        return $Problem.ErrorDetails.Message
    }
    return $Problem.Exception.Message
}

function Wait-ForUnit {
    # A new unit needs 10 minutes or more until its REST interface answers.
    param([psobject] $Unit)

    Invoke-WithRetry -What "Waiting for $($Unit.name)" -Attempts 80 -Action {
        $ready = Invoke-Unit -Unit $Unit -Path '/mgmt/tm/sys/ready'
        # A licence of your own comes with the onboarding, so it is not asked for here.
        $loaded = Get-Description -Statistics $ready -Name 'configReady'
        if ($loaded -ne 'yes') {
            throw "Its configuration is not loaded yet: $loaded."
        }
    } | Out-Null
    $thumbprint = [OctopusAppliances.Pinning]::ThumbprintOf($Unit.managementAddress)
    Write-Log "$($Unit.name) answers at $($Unit.managementAddress). $thumbprint"
}

function Write-SoftwareVersion {
    # The image in the marketplace can be older than the last security fixes.
    param([psobject] $Unit)

    $answer = Invoke-Unit -Unit $Unit -Path '/mgmt/tm/sys/version'
    $text = Get-Description -Statistics $answer -Name 'Version'
    $found = [regex]::Match($text, '^(\d+\.\d+)\.\d+(\.\d+)?')
    if (-not $found.Success) {
        throw "$($Unit.name) gives a version that is none: $text."
    }
    Write-Log "$($Unit.name) has BIG-IP $($found.Value)."
    $branch = $found.Groups[1].Value
    $oldest = $OldestBranch
    if ($OldestSafeSoftware.ContainsKey($branch)) {
        $oldest = $OldestSafeSoftware[$branch]
    }
    if ([version] $found.Value -lt [version] $oldest) {
        Write-Log "WARNING: $($Unit.name) lacks security fixes: install $oldest or newer, see DEPLOY.md."
    }
}

# ---------------------------------------------------------------- packages

function Get-InstalledPackageVersion {
    param([psobject] $Unit, [hashtable] $Package)

    try {
        # AS3 answers with one object, declarative onboarding with a list of one.
        $answer = @(Invoke-Unit -Unit $Unit -Path $Package.InfoPath)[0]
        return $answer.version
    }
    catch {
        return ''
    }
}

function Test-PackageIsRecent {
    param([string] $Installed, [string] $Wanted)

    return ($Installed -ne '' -and [version] $Installed -ge [version] $Wanted)
}

function Find-PackageFile {
    param([hashtable] $Package)

    if ($PackageFolder -eq '') {
        throw "$($Package.Name) $($Package.Version) is missing on a unit: give -PackageFolder."
    }
    $files = @(Get-ChildItem -LiteralPath $PackageFolder -Filter "$($Package.Name)-$($Package.Version)-*.noarch.rpm")
    if ($files.Count -ne 1) {
        throw "There must be one file $($Package.Name)-$($Package.Version)-*.noarch.rpm in $PackageFolder."
    }
    $hash = (Get-FileHash -LiteralPath $files[0].FullName -Algorithm SHA256).Hash
    if ($hash -ne $Package.Sha256) {
        throw "$($files[0].Name) is not the package that F5 publishes: its SHA-256 is $hash."
    }
    return $files[0]
}

function Send-PackagePiece {
    param([psobject] $Unit, [string] $FileName, [byte[]] $Bytes, [long] $Start, [long] $Total)

    $pair = '{0}:{1}' -f $AdministratorName, (Get-SecretText $AdministratorPassword)
    $headers = @{
        Authorization   = 'Basic ' + [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($pair))
        'Content-Range' = '{0}-{1}/{2}' -f $Start, ($Start + $Bytes.Length - 1), $Total
    }
    $uri = 'https://{0}/mgmt/shared/file-transfer/uploads/{1}' -f $Unit.managementAddress, $FileName
    Invoke-RestMethod -Uri $uri -Method Post -Headers $headers -Body $Bytes -ContentType 'application/octet-stream' `
        -TimeoutSec 120 -UseBasicParsing | Out-Null
}

function Send-Package {
    param([psobject] $Unit, [System.IO.FileInfo] $File)

    $stream = [System.IO.File]::OpenRead($File.FullName)
    try {
        while ($stream.Position -lt $stream.Length) {
            $start = $stream.Position
            $piece = New-Object byte[] ([Math]::Min($UploadPieceBytes, $stream.Length - $start))
            $read = $stream.Read($piece, 0, $piece.Length)
            if ($read -ne $piece.Length) {
                throw "$($File.Name) could not be read."
            }
            Invoke-WithRetry -What "Uploading $($File.Name) to $($Unit.name)" -Attempts 5 -DelaySeconds 5 -Action {
                Send-PackagePiece -Unit $Unit -FileName $File.Name -Bytes $piece -Start $start -Total $stream.Length
            }
        }
    }
    finally {
        $stream.Dispose()
    }
}

function Install-Package {
    param([psobject] $Unit, [hashtable] $Package)

    $installed = Get-InstalledPackageVersion -Unit $Unit -Package $Package
    if (Test-PackageIsRecent -Installed $installed -Wanted $Package.Version) {
        Write-Log "$($Unit.name): $($Package.Name) $installed is there."
        return
    }
    if ($ValidateOnly) {
        throw "$($Unit.name) lacks $($Package.Name) $($Package.Version), so it cannot validate: run without -ValidateOnly first."
    }
    $file = Find-PackageFile $Package
    Write-Log "$($Unit.name): installing $($file.Name)."
    Send-Package -Unit $Unit -File $file
    $order = @{ operation = 'INSTALL'; packageFilePath = "/var/config/rest/downloads/$($file.Name)" } | ConvertTo-Json
    $task = Invoke-Unit -Unit $Unit -Path '/mgmt/shared/iapp/package-management-tasks' -Method Post -Body $order
    Invoke-WithRetry -What "Installing $($Package.Name) on $($Unit.name)" -Attempts 40 -DelaySeconds 5 -Action {
        $state = Invoke-Unit -Unit $Unit -Path "/mgmt/shared/iapp/package-management-tasks/$($task.id)"
        if ($state.status -ne 'FINISHED') {
            throw "It is $($state.status)."
        }
    } | Out-Null
    # The extension restarts the REST interface and needs a while until it knows itself.
    Invoke-WithRetry -What "Waiting for $($Package.Name) on $($Unit.name)" -Action {
        if (-not (Test-PackageIsRecent -Installed (Get-InstalledPackageVersion -Unit $Unit -Package $Package) -Wanted $Package.Version)) {
            throw 'It does not answer yet.'
        }
    } | Out-Null
}

# ---------------------------------------------------------------- values of the documents

function Get-Gateway {
    # Azure's router is the first address of every subnet.
    param([string] $Prefix)

    $bytes = ([System.Net.IPAddress] $Prefix.Split('/')[0]).GetAddressBytes()
    $bytes[3] = $bytes[3] + 1
    return (New-Object System.Net.IPAddress (, $bytes)).ToString()
}

function Get-PrefixLength {
    param([string] $Prefix)

    return $Prefix.Split('/')[1]
}

function Get-HostName {
    param([psobject] $Unit)

    return '{0}.{1}' -f $Unit.name, $HostDomain
}

function ConvertTo-Pem {
    param([System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)

    $text = [Convert]::ToBase64String($Certificate.RawData, [System.Base64FormattingOptions]::InsertLineBreaks)
    return "-----BEGIN CERTIFICATE-----`n$($text.Replace("`r", ''))`n-----END CERTIFICATE-----`n"
}

function Get-CertificateValues {
    # AS3 takes one certificate with its key from a PKCS #12, and the chain as text; a PFX with a chain would be taken wrongly.
    $values = @{ PORTAL_CERTIFICATE_PKCS12 = ''; PORTAL_CERTIFICATE_PASSPHRASE = ''; PORTAL_CERTIFICATE_CHAIN = '' }
    $pfx = Get-SecretText $PortalCertificate
    if ($pfx -eq '') {
        return $values
    }
    $all = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2Collection
    $all.Import([Convert]::FromBase64String($pfx), '', [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]::Exportable)
    $own = @($all | Where-Object { $_.HasPrivateKey })
    if ($own.Count -ne 1) {
        throw "The PFX must hold one certificate with a private key; it holds $($own.Count)."
    }
    $issuers = @($all | Where-Object { -not $_.HasPrivateKey })
    if ($issuers.Count -eq 0) {
        $issuers = $own
    }
    $random = New-Object byte[] 24
    $generator = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    $generator.GetBytes($random)
    $generator.Dispose()
    $passphrase = [Convert]::ToBase64String($random)
    $type = [System.Security.Cryptography.X509Certificates.X509ContentType]::Pkcs12
    $values.PORTAL_CERTIFICATE_PKCS12 = [Convert]::ToBase64String($own[0].Export($type, $passphrase))
    $values.PORTAL_CERTIFICATE_PASSPHRASE = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($passphrase))
    $values.PORTAL_CERTIFICATE_CHAIN = @($issuers | ForEach-Object { ConvertTo-Pem $_ }) -join ''
    Write-Log "Certificate of the portal: $($own[0].Subject), valid until $($own[0].NotAfter.ToString('yyyy-MM-dd'))."
    return $values
}

function Get-UnitValues {
    # What differs between the two units, and what the onboarding of both needs.
    param([psobject] $Unit, [int] $Index)

    $prefixes = Get-Output -Outputs $Outputs -Name 'applianceSubnetPrefixes'
    $values = @{
        ADMIN_PASSWORD                = Get-SecretText $AdministratorPassword
        LICENSE_KEY                   = ''
        UNIT_HOST_NAME                = Get-HostName $Unit
        UNIT_EXTERNAL_ADDRESS         = $Unit.externalAddress
        UNIT_INTERNAL_ADDRESS         = $Unit.internalAddress
        FIRST_UNIT_HOST_NAME          = Get-HostName $Units[0]
        SECOND_UNIT_HOST_NAME         = Get-HostName $Units[1]
        FIRST_UNIT_MANAGEMENT_ADDRESS = $Units[0].managementAddress
        MANAGEMENT_GATEWAY            = Get-Gateway $prefixes.management
        EXTERNAL_GATEWAY              = Get-Gateway $prefixes.external
        EXTERNAL_PREFIX_LENGTH        = Get-PrefixLength $prefixes.external
    }
    if ($prefixes.internal -ne '') {
        $values.INTERNAL_GATEWAY = Get-Gateway $prefixes.internal
        $values.INTERNAL_PREFIX_LENGTH = Get-PrefixLength $prefixes.internal
        $values.NODES_SUBNET_PREFIX = $prefixes.nodes
    }
    if ($LicenseKeys.Count -gt 0) {
        $values.LICENSE_KEY = Get-SecretText $LicenseKeys[$Index]
    }
    return $values
}

function Get-PortalValues {
    $values = Get-CertificateValues
    $values.SERVICE_ADDRESSES = @($Units | ForEach-Object { $_.serviceAddress })
    $values.NODE_ADDRESSES = @(Get-Output -Outputs $Outputs -Name 'nodePrivateIpAddresses')
    $values.PORTAL_HOST_NAME = ([uri] (Get-Output -Outputs $Outputs -Name 'portalUrl')).Host
    return $values
}

function Read-Document {
    param([string] $Name, [hashtable] $Values)

    $path = Join-Path $DocumentsFolder $Name
    $text = Get-Content -LiteralPath $path -Raw -Encoding UTF8
    if ($text.Contains('{{{LICENSE_KEY}}}') -and $LicenseKeys.Count -ne 2) {
        throw 'Bring your own licence: give two -LicenseKeys, one for each unit.'
    }
    if ($text.Contains('{{{PORTAL_CERTIFICATE_PKCS12}}}') -and $Values.PORTAL_CERTIFICATE_PKCS12 -eq '') {
        throw 'TLS ends on the appliances: give -PortalCertificate.'
    }
    $expanded = Expand-Document -Text $text -Values $Values
    $expanded | ConvertFrom-Json | Out-Null
    return $expanded
}

# ---------------------------------------------------------------- onboarding and portal

function Wait-ForOnboarding {
    param([psobject] $Unit, [string] $TaskId)

    # Licensing, provisioning and the change of the host name restart services, so answers may fail meanwhile.
    for ($attempt = 1; $attempt -le 120; $attempt++) {
        Start-Sleep -Seconds 15
        try {
            $task = Invoke-Unit -Unit $Unit -Path "/mgmt/shared/declarative-onboarding/task/$TaskId"
        }
        catch {
            Write-Log "$($Unit.name) does not answer: $($_.Exception.Message)"
            continue
        }
        $state = $task.result
        if ($state.status -eq 'OK') {
            Write-Log "$($Unit.name): onboarding is done."
            return
        }
        if ($state.status -eq 'ERROR') {
            throw "$($Unit.name) refuses the onboarding document: $($state.message) $($state.errors -join ' ')"
        }
        Write-Log "$($Unit.name): onboarding is $($state.status) (attempt $attempt of 120)."
    }
    throw "The onboarding of $($Unit.name) did not end within 30 minutes."
}

function Publish-Onboarding {
    param([psobject] $Unit, [int] $Index)

    $document = Read-Document -Name 'f5-do.json' -Values (Get-UnitValues -Unit $Unit -Index $Index)
    if ($ValidateOnly) {
        $checked = $document | ConvertFrom-Json
        $controls = @{ class = 'Controls'; dryRun = $true }
        $checked.PSObject.Properties.Add((New-Object System.Management.Automation.PSNoteProperty ('controls', $controls)))
        $document = $checked | ConvertTo-Json -Depth 20
    }
    $answer = Invoke-WithRetry -What "Posting the onboarding document to $($Unit.name)" -Attempts 5 -Action {
        Invoke-Unit -Unit $Unit -Path '/mgmt/shared/declarative-onboarding' -Method Post -Body $document -TimeoutSeconds 180
    }
    Wait-ForOnboarding -Unit $Unit -TaskId $answer.id
}

function Get-Description {
    # The statistics of F5 are nested under a URL that differs from unit to unit.
    param([psobject] $Statistics, [string] $Name)

    return $Statistics.entries.PSObject.Properties.Value.nestedStats.entries.$Name.description
}

function Wait-ForPair {
    # Gives the active unit, once the two trust each other and have the same configuration.
    return (Invoke-WithRetry -What 'Waiting for the failover pair' -Action {
            $active = @()
            foreach ($unit in $Units) {
                $sync = Get-Description -Statistics (Invoke-Unit -Unit $unit -Path '/mgmt/tm/cm/sync-status') -Name 'status'
                if ($sync -ne 'In Sync') {
                    throw "$($unit.name) says: $sync."
                }
                $state = Get-Description -Statistics (Invoke-Unit -Unit $unit -Path '/mgmt/tm/cm/failover-status') -Name 'status'
                Write-Log "$($unit.name) is $state."
                if ($state -eq 'ACTIVE') {
                    $active += $unit
                }
            }
            if ($active.Count -ne 1) {
                throw "$($active.Count) units are active; exactly one must be."
            }
            $active[0]
        })
}

function Wait-ForDeclaration {
    param([psobject] $Unit, [string] $TaskId)

    for ($attempt = 1; $attempt -le 60; $attempt++) {
        Start-Sleep -Seconds 5
        $task = Invoke-WithRetry -What "Asking $($Unit.name) for the declaration" -Attempts 10 -Action {
            Invoke-Unit -Unit $Unit -Path "/mgmt/shared/appsvcs/task/$TaskId"
        }
        $results = @($task.results)
        if (@($results | Where-Object { $_.code -eq 0 }).Count -gt 0) {
            Write-Log "$($Unit.name): AS3 is at work (attempt $attempt of 60)."
            continue
        }
        foreach ($result in $results) {
            Write-Log "$($Unit.name): AS3 $($result.tenant): $($result.code) $($result.message)"
            if ($result.code -ne 200) {
                $details = if ($result.PSObject.Properties['errors']) { $result.errors -join ' ' } else { '' }
                throw "$($Unit.name) refuses the AS3 declaration: $($result.message) $details"
            }
        }
        return
    }
    throw 'AS3 did not end within 5 minutes.'
}

function Publish-Portal {
    param([psobject] $Unit, [string] $Action)

    $declaration = Read-Document -Name 'f5-as3.json' -Values (Get-PortalValues) | ConvertFrom-Json
    $declaration.action = $Action
    $body = $declaration | ConvertTo-Json -Depth 20
    $answer = Invoke-Unit -Unit $Unit -Path '/mgmt/shared/appsvcs/declare?async=true' -Method Post -Body $body -TimeoutSeconds 180
    Wait-ForDeclaration -Unit $Unit -TaskId $answer.id
}

function Write-PoolState {
    # A node that drains shows as disabled; that is as it should be.
    param([psobject] $Unit)

    $members = Invoke-Unit -Unit $Unit -Path '/mgmt/tm/ltm/pool/~octopus~portal~nodes/members'
    foreach ($member in $members.items) {
        Write-Log "Node $($member.name): $($member.state), $($member.session)."
    }
}

try {
    Write-Log 'Applying the configuration of the BIG-IP pair.'
    [System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12
    [System.Net.ServicePointManager]::Expect100Continue = $false
    $Outputs = Read-JsonFile $OutputsFile
    $Units = @(Get-Output -Outputs $Outputs -Name 'applianceUnits')
    if ($Units.Count -ne 2) {
        throw "A pair is two units; the outputs name $($Units.Count)."
    }
    Enable-CertificatePinning -Addresses @($Units | ForEach-Object { $_.managementAddress }) -Thumbprints $Thumbprints
    foreach ($unit in $Units) {
        Wait-ForUnit $unit
        Write-SoftwareVersion $unit
        foreach ($package in $Packages) {
            Install-Package -Unit $unit -Package $package
        }
    }
    for ($index = 0; $index -lt 2; $index++) {
        Publish-Onboarding -Unit $Units[$index] -Index $index
    }
    if ($ValidateOnly) {
        Publish-Portal -Unit $Units[0] -Action 'dry-run'
        Write-Log 'Both documents are right. Nothing was changed.'
        exit 0
    }
    $active = Wait-ForPair
    Publish-Portal -Unit $active -Action 'dry-run'
    Publish-Portal -Unit $active -Action 'deploy'
    Wait-ForPair | Out-Null
    Write-PoolState $active
    Write-Log 'The pair is configured.'
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    exit 1
}
