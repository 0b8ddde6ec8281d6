<#
.SYNOPSIS
Makes two deployed LoadMaster virtual machines a highly available pair that balances the portal of Octopus Deploy.

.DESCRIPTION
Runs under Windows PowerShell 5.1 on a machine that reaches the management port of both units, such as the jump box. It
licenses them, pairs them, and configures what documents\loadmaster.json says: health check, certificate, virtual
service and nodes. The active unit passes it on to the other one, which is checked at the end. It is idempotent: it can
run again after every change, after a node was added or taken away, and with a renewed certificate.

It uses version 2 of the API, which takes JSON, and version 1 only for what comes before the licence.

.PARAMETER OutputsFile
JSON file with the outputs of the deployment:
az deployment group show --resource-group <name> --name <deployment> --query properties.outputs --output json

.PARAMETER AdministratorPassword
Password of the administrator of the appliances, as it was given to the deployment.

.PARAMETER PortalCertificate
Certificate of the portal: the PFX without password, in base64, as it is in Key Vault. Not needed when TLS passes through.

.PARAMETER ProgressId
E-mail address of the Progress account that the licences belong to; for bring your own licence only.

.PARAMETER ProgressPassword
Password of that account.

.PARAMETER OrderIds
Order numbers of the licences of the two units, in their order.

.PARAMETER LicenseTypeId
ID of the type of licence, when the order has several. Without it, the only one is taken.

.PARAMETER Thumbprints
Thumbprints of the certificates that the units present for management. Without them, the first one seen is taken.

.EXAMPLE
.\configure-loadmaster.ps1 -OutputsFile .\outputs.json -ProgressId ops@example.com -OrderIds 'order 1', 'order 2'

.EXAMPLE
.\configure-loadmaster.ps1 -OutputsFile .\outputs.json
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $OutputsFile,

    [Parameter(Mandatory = $true)]
    [securestring] $AdministratorPassword,

    [securestring] $PortalCertificate,

    [string] $ProgressId = '',

    [securestring] $ProgressPassword,

    [string[]] $OrderIds = @(),

    [string] $LicenseTypeId = '',

    [string[]] $Thumbprints = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$DocumentsFolder = Join-Path (Split-Path -Path $PSScriptRoot -Parent) 'documents'
$LogFile = Join-Path $env:TEMP 'configure-loadmaster.log'
$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'

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

function Get-Failure {
    # LoadMaster says in the body what is wrong.
    param([System.Management.Automation.ErrorRecord] $Problem)

    if ($Problem.ErrorDetails -and $Problem.ErrorDetails.Message) {
        return $Problem.ErrorDetails.Message
    }
    return $Problem.Exception.Message
}

function Invoke-FirstApi {
    # Version 1 of the API answers in XML. It is the only one before a unit has its licence.
    param(
        [psobject] $Unit,
        [string] $Command,
        [hashtable] $Values = @{},
        [int] $TimeoutSeconds = 60
    )

    $query = @($Values.Keys | ForEach-Object { '{0}={1}' -f $_, [uri]::EscapeDataString([string] $Values[$_]) }) -join '&'
    $pair = '{0}:{1}' -f $Wanted.administrator, (Get-SecretText $AdministratorPassword)
    $headers = @{ Authorization = 'Basic ' + [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($pair)) }
    $uri = 'https://{0}:{1}/access/{2}?{3}' -f $Unit.address, $Wanted.managementPort, $Command, $query
    try {
        $answer = Invoke-RestMethod -Uri $uri -Headers $headers -TimeoutSec $TimeoutSeconds -UseBasicParsing
    }
    catch [System.Net.WebException] {
        throw "$Command on $($Unit.name): $(Get-Failure $_)"
    }
    return [xml] $answer
}

function Invoke-LoadMaster {
    # Version 2 of the API: JSON in the body, the credentials included, so that none is in a URL.
    param(
        [psobject] $Unit,
        [string] $Command,
        [hashtable] $Values = @{},
        [int] $TimeoutSeconds = 60
    )

    $order = @{
        apiuser = $Wanted.administrator
        apipass = Get-SecretText $AdministratorPassword
        cmd     = $Command
    }
    foreach ($name in $Values.Keys) {
        $order[$name] = $Values[$name]
    }
    $uri = 'https://{0}:{1}/accessv2' -f $Unit.address, $Wanted.managementPort
    $body = [System.Text.Encoding]::UTF8.GetBytes(($order | ConvertTo-Json -Depth 5))
    try {
        $answer = Invoke-RestMethod -Uri $uri -Method Post -Body $body -ContentType 'application/json' `
            -TimeoutSec $TimeoutSeconds -UseBasicParsing
    }
    catch [System.Net.WebException] {
        throw "$Command on $($Unit.name): $(Get-Failure $_)"
    }
    Assert-Succeeded -Unit $Unit -Command $Command -Result $answer
    return $answer
}

function Assert-Succeeded {
    param([psobject] $Unit, [string] $Command, [psobject] $Result)

    if ($Result.code -ne 200) {
        throw "$Command on $($Unit.name): $($Result.code) $($Result.message)"
    }
}

function ConvertTo-Table {
    # What ConvertFrom-Json makes of an object, as a table of values.
    param([psobject] $Value)

    $table = @{}
    foreach ($property in $Value.PSObject.Properties) {
        $table[$property.Name] = $property.Value
    }
    return $table
}

function Get-Setting {
    param([psobject] $Unit, [string] $Name)

    $answer = Invoke-LoadMaster -Unit $Unit -Command 'get' -Values @{ param = $Name }
    return [string] $answer.$Name
}

# ---------------------------------------------------------------- licence

function Find-Magic {
    # Every answer on the way to the licence gives a word that the next question must bring.
    param([xml] $Answer)

    $node = $Answer.SelectSingleNode('//Magic')
    if ($null -eq $node) {
        return ''
    }
    return $node.InnerText
}

function Wait-ForUnit {
    # Gives the first word on the way to the licence, or nothing from a unit that has one.
    param([psobject] $Unit)

    $magic = Invoke-WithRetry -What "Waiting for $($Unit.name)" -Action {
        try {
            Find-Magic (Invoke-FirstApi -Unit $Unit -Command 'readeula')
        }
        catch {
            # A licensed unit refuses the question, and answers this one.
            Invoke-FirstApi -Unit $Unit -Command 'set' -Values @{ param = 'enableapi'; value = 'yes' } | Out-Null
            ''
        }
    }
    $thumbprint = [OctopusAppliances.Pinning]::ThumbprintOf($Unit.address)
    Write-Log "$($Unit.name) answers at $($Unit.address). $thumbprint"
    return $magic
}

function Find-LicenseType {
    param([psobject] $Unit, [hashtable] $Account)

    if ($LicenseTypeId -ne '') {
        return $LicenseTypeId
    }
    $answer = Invoke-FirstApi -Unit $Unit -Command 'alsilicensetypes' -Values $Account -TimeoutSeconds 120
    $types = ($answer.SelectSingleNode('//Success').InnerText | ConvertFrom-Json).categories.licenseTypes
    $found = @($types | ForEach-Object { $_.id } | Sort-Object -Unique)
    if ($found.Count -ne 1) {
        throw "The order of $($Unit.name) has $($found.Count) types of licence ($($found -join ', ')): give -LicenseTypeId."
    }
    return $found[0]
}

function Install-License {
    param([psobject] $Unit, [int] $Index, [string] $Magic)

    if ($ProgressId -eq '' -or $OrderIds.Count -ne 2) {
        throw "$($Unit.name) has no licence: give -ProgressId, -ProgressPassword and two -OrderIds."
    }
    Write-Log "$($Unit.name): accepting the licence agreement and licensing."
    $second = Find-Magic (Invoke-FirstApi -Unit $Unit -Command 'accepteula' -Values @{ magic = $Magic; type = 'perm' })
    Invoke-FirstApi -Unit $Unit -Command 'accepteula2' -Values @{ magic = $second; accept = 'no' } | Out-Null
    $account = @{
        kempid   = $ProgressId
        password = Get-SecretText $ProgressPassword
        orderid  = $OrderIds[$Index]
    }
    $account.lic_type_id = Find-LicenseType -Unit $Unit -Account $account
    Invoke-FirstApi -Unit $Unit -Command 'alsilicense' -Values $account -TimeoutSeconds 300 | Out-Null
    # With the licence a unit may make itself a new certificate.
    [OctopusAppliances.Pinning]::Forget($Unit.address)
}

function Enable-Api {
    # The password that Azure set may not be the one of the web interface until the first one is set by this command.
    param([psobject] $Unit)

    Invoke-WithRetry -What "Enabling the API of $($Unit.name)" -Attempts 10 -Action {
        try {
            Invoke-FirstApi -Unit $Unit -Command 'set' -Values @{ param = 'enableapi'; value = 'yes' } | Out-Null
        }
        catch {
            $first = @{ passwd = Get-SecretText $AdministratorPassword }
            Invoke-FirstApi -Unit $Unit -Command 'set_initial_passwd' -Values $first | Out-Null
            Invoke-FirstApi -Unit $Unit -Command 'set' -Values @{ param = 'enableapi'; value = 'yes' } | Out-Null
        }
        # Version 2 of the API belongs to the management of sessions.
        Invoke-FirstApi -Unit $Unit -Command 'set' -Values @{ param = 'sessioncontrol'; value = 'yes' } | Out-Null
    }
}

function Assert-FirmwareIsSafe {
    # Before these versions anybody who reaches the API can run commands as root (CVE-2026-8037).
    param([psobject] $Unit)

    $text = Get-Setting -Unit $Unit -Name 'version'
    $found = [regex]::Match($text, '^\d+\.\d+\.\d+\.\d+')
    if (-not $found.Success) {
        throw "$($Unit.name) gives a version that is none: $text."
    }
    $branch = $found.Value.Substring(0, $found.Value.LastIndexOf('.'))
    $oldest = $Wanted.oldestSafeFirmware
    if ($Wanted.oldestSafeFirmwareOfBranch.PSObject.Properties[$branch]) {
        $oldest = $Wanted.oldestSafeFirmwareOfBranch.$branch
    }
    if ([version] $found.Value -lt [version] $oldest) {
        throw "$($Unit.name) has firmware $($found.Value); update it to $oldest or newer first, see DEPLOY.md."
    }
    Write-Log "$($Unit.name) has firmware $($found.Value)."
}

# ---------------------------------------------------------------- high availability

function Get-Role {
    param([psobject] $Unit)

    return (Get-Setting -Unit $Unit -Name 'hastatus')
}

function Enable-HighAvailability {
    # Gives whether the unit has to restart: it does when it becomes one of a pair.
    param([psobject] $Unit, [string] $Mode, [psobject] $Partner)

    $role = Get-Role $Unit
    $isPaired = @('Active', 'Standby', 'Passive') -contains $role
    if (-not $isPaired) {
        Write-Log "$($Unit.name) becomes the $Mode of the pair."
        Invoke-LoadMaster -Unit $Unit -Command 'azurehamode' -Values @{ hamode = $Mode } | Out-Null
    }
    $values = ConvertTo-Table $Wanted.highAvailability
    $values.partner = $Partner.address
    Invoke-LoadMaster -Unit $Unit -Command 'azurehaparam' -Values $values | Out-Null
    return (-not $isPaired)
}

function Restart-Unit {
    param([psobject] $Unit)

    Write-Log "$($Unit.name) restarts."
    Invoke-LoadMaster -Unit $Unit -Command 'reboot' | Out-Null
    Start-Sleep -Seconds 60
    # A unit may make itself a new certificate while it starts.
    [OctopusAppliances.Pinning]::Forget($Unit.address)
    Invoke-WithRetry -What "Waiting for $($Unit.name) to come back" -Action { Get-Role $Unit } | Out-Null
}

function Wait-ForPair {
    # Gives the active unit and the other one, in this order.
    return (Invoke-WithRetry -What 'Waiting for the pair' -Action {
            $roles = @($Units | ForEach-Object { Get-Role $_ })
            Write-Log "$($Units[0].name) is $($roles[0]), $($Units[1].name) is $($roles[1])."
            if (@($roles | Where-Object { $_ -eq 'Active' }).Count -ne 1) {
                throw 'Exactly one unit must be active.'
            }
            if ($roles[0] -eq 'Active') { $Units[0], $Units[1] } else { $Units[1], $Units[0] }
        })
}

# ---------------------------------------------------------------- certificate, virtual services, nodes

function Install-Certificate {
    param([psobject] $Unit)

    if ($Wanted.certificate -eq '') {
        return
    }
    $pfx = Get-SecretText $PortalCertificate
    $listed = Invoke-LoadMaster -Unit $Unit -Command 'listcert'
    $known = @()
    if ($listed.PSObject.Properties['cert']) {
        $known = @($listed.cert | ForEach-Object { $_.name })
    }
    $exists = $known -contains $Wanted.certificate
    if ($pfx -eq '') {
        if (-not $exists) {
            throw 'TLS ends on the appliances: give -PortalCertificate.'
        }
        Write-Log 'No certificate was given: the one that is there stays.'
        return
    }
    $values = @{ cert = $Wanted.certificate; data = $pfx; replace = [string] [int] $exists }
    Invoke-LoadMaster -Unit $Unit -Command 'addcert' -Values $values -TimeoutSeconds 120 | Out-Null
    Write-Log "Certificate $($Wanted.certificate) is installed."
}

function Find-VirtualService {
    param([psobject] $Unit, [string] $Name)

    $listed = Invoke-LoadMaster -Unit $Unit -Command 'listvs'
    if (-not $listed.PSObject.Properties['VS']) {
        return $null
    }
    foreach ($service in @($listed.VS)) {
        if ($service.PSObject.Properties['NickName'] -and $service.NickName -eq $Name) {
            return $service
        }
    }
    return $null
}

function Set-VirtualService {
    # Gives the number of the virtual service.
    param([psobject] $Unit, [psobject] $Service)

    $found = Find-VirtualService -Unit $Unit -Name $Service.name
    if ($null -eq $found) {
        $new = @{ vs = $Unit.address; port = [string] $Service.port; prot = $Service.protocol; NickName = $Service.name }
        $found = Invoke-LoadMaster -Unit $Unit -Command 'addvs' -Values $new
        Write-Log "Virtual service $($Service.name) is made on port $($Service.port)."
    }
    foreach ($group in $Service.settings) {
        # Some settings exist only once others are made, so they come in their order.
        $values = ConvertTo-Table $group
        $values.vs = [string] $found.Index
        Invoke-LoadMaster -Unit $Unit -Command 'modvs' -Values $values | Out-Null
    }
    return $found.Index
}

function Set-RealServers {
    # Nodes that are new come in, nodes that are gone go out, and nothing else is touched.
    param([psobject] $Unit, [psobject] $Service, [int] $Index)

    $shown = Invoke-LoadMaster -Unit $Unit -Command 'showvs' -Values @{ vs = [string] $Index }
    $there = @()
    if ($shown.PSObject.Properties['Rs']) {
        $there = @($shown.Rs)
    }
    $port = [string] $Service.realServers.port
    foreach ($address in $Service.realServers.addresses) {
        if (@($there | Where-Object { $_.Addr -eq $address }).Count -gt 0) {
            continue
        }
        $values = ConvertTo-Table $Service.realServers.settings
        $values.vs = [string] $Index
        $values.rs = $address
        $values.rsport = $port
        Invoke-LoadMaster -Unit $Unit -Command 'addrs' -Values $values | Out-Null
        Write-Log "Node $address comes in."
    }
    foreach ($server in $there) {
        if ($Service.realServers.addresses -notcontains $server.Addr) {
            $values = @{ vs = [string] $Index; rs = "!$($server.RsIndex)" }
            Invoke-LoadMaster -Unit $Unit -Command 'delrs' -Values $values | Out-Null
            Write-Log "Node $($server.Addr) goes out."
        }
    }
}

function Assert-OtherUnitFollows {
    # What the active unit was told must be on the other one, under that one's own address: Azure sends it there.
    param([psobject] $Unit)

    Invoke-WithRetry -What "Waiting for $($Unit.name) to follow" -Attempts 20 -Action {
        foreach ($service in $Wanted.virtualServices) {
            $found = Find-VirtualService -Unit $Unit -Name $service.name
            if ($null -eq $found) {
                throw "It has no virtual service $($service.name) yet."
            }
            if ($found.VSAddress -ne $Unit.address) {
                throw "Its virtual service $($service.name) has the address $($found.VSAddress), not its own."
            }
        }
    } | Out-Null
    Write-Log "$($Unit.name) follows."
}

function Set-Portal {
    param([psobject] $Unit)

    foreach ($parameter in $Wanted.parameters.PSObject.Properties) {
        $values = @{ param = $parameter.Name; value = $parameter.Value }
        Invoke-LoadMaster -Unit $Unit -Command 'set' -Values $values | Out-Null
    }
    foreach ($group in $Wanted.health) {
        Invoke-LoadMaster -Unit $Unit -Command 'modhealth' -Values (ConvertTo-Table $group) | Out-Null
    }
    Install-Certificate $Unit
    foreach ($service in $Wanted.virtualServices) {
        $index = Set-VirtualService -Unit $Unit -Service $service
        Set-RealServers -Unit $Unit -Service $service -Index $index
    }
}

function Initialize-Unit {
    param([psobject] $Unit, [int] $Index)

    $magic = Wait-ForUnit $Unit
    if ($Wanted.license -eq 'byol' -and $magic -ne '') {
        Install-License -Unit $Unit -Index $Index -Magic $magic
    }
    Enable-Api $Unit
    Assert-FirmwareIsSafe $Unit
}

function Read-Wanted {
    $values = @{
        PORTAL_HOST_NAME = ([uri] (Get-Output -Outputs $Outputs -Name 'portalUrl')).Host
        NODE_ADDRESSES   = @(Get-Output -Outputs $Outputs -Name 'nodePrivateIpAddresses')
    }
    $text = Get-Content -LiteralPath (Join-Path $DocumentsFolder 'loadmaster.json') -Raw -Encoding UTF8
    return (Expand-Document -Text $text -Values $values | ConvertFrom-Json)
}

try {
    Write-Log 'Configuring the pair of LoadMaster.'
    [System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12
    [System.Net.ServicePointManager]::Expect100Continue = $false
    $Outputs = Read-JsonFile $OutputsFile
    $Units = @(Get-Output -Outputs $Outputs -Name 'applianceUnits')
    if ($Units.Count -ne 2) {
        throw "A pair is two units; the outputs name $($Units.Count)."
    }
    $Wanted = Read-Wanted
    Enable-CertificatePinning -Addresses @($Units | ForEach-Object { $_.address }) -Thumbprints $Thumbprints
    for ($index = 0; $index -lt 2; $index++) {
        Initialize-Unit -Unit $Units[$index] -Index $index
    }
    $restart = @()
    if (Enable-HighAvailability -Unit $Units[0] -Mode 'first' -Partner $Units[1]) { $restart += $Units[0] }
    if (Enable-HighAvailability -Unit $Units[1] -Mode 'second' -Partner $Units[0]) { $restart += $Units[1] }
    foreach ($unit in $restart) {
        Restart-Unit $unit
    }
    $pair = @(Wait-ForPair)
    Set-Portal $pair[0]
    Assert-OtherUnitFollows $pair[1]
    Write-Log 'The pair is configured.'
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    exit 1
}
