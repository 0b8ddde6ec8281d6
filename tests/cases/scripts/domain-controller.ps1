<#
.SYNOPSIS
Makes this machine one of the two controllers of a domain, and sets the domain up.

.DESCRIPTION
Runs as LocalSystem under Windows PowerShell 5.1, inside managed run commands. It is idempotent: what is already as
wanted stays as it is, a machine that is a controller is never promoted again, and a first controller that was made anew
joins the domain that the second one still has instead of making another of the same name.

Promoting a machine ends with a restart, which no run command survives. So the task Promote ends first and the machine
restarts a minute later; the task Await runs on the other machine and ends when this one answers as a controller. Nothing
is asked of a machine that is about to restart.

What changes the domain is done by its administrator: a scheduled task with the password runs this same script and is
gone afterwards. Log, state and configuration are in %ProgramData%\DomainController, where only LocalSystem and
administrators can read. No secret stays there.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8: names and settings, no secrets. When absent, the stored one of the last run.

.PARAMETER Task
Promote makes the machine a controller. Await waits until the other machine is one. Configure sets up the controller and,
on the first one, the domain. Account is what runs as the administrator; nobody needs to call it.

.PARAMETER Secrets
Base64 of a JSON object in UTF-8 with the passwords that the task needs.

.EXAMPLE
C:\ProgramData\DomainController\domain-controller.ps1 -Task Await
#>
[CmdletBinding()]
param(
    [string] $Configuration = '',

    [ValidateSet('Promote', 'Await', 'Configure', 'Account')]
    [string] $Task = 'Await',

    [string] $Secrets = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$StateFolder = Join-Path $env:ProgramData 'DomainController'
$LogFile = Join-Path $StateFolder 'domain-controller.log'
$StateFile = Join-Path $StateFolder 'state.json'
$SettingsFile = Join-Path $StateFolder 'configuration.json'
$StoredScript = Join-Path $StateFolder 'domain-controller.ps1'
$HandoverFile = Join-Path $StateFolder 'handover.bin'
$AccountTaskName = 'Domain controller set-up'

$DataLabel = 'Directory'
$DataLetter = 'F'
# Azure's own DNS: names of the Internet, and the private zones of the network.
$AzureDns = '168.63.129.16'
# Lets the directory know that a group policy has security settings.
$SecurityExtension = '[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}]'

# SMB is signed on both sides; NTLMv2 or Kerberos; Kerberos with AES only; LDAP signed by whoever asks.
$ComputerValues = @(
    'MACHINE\System\CurrentControlSet\Services\LanManServer\Parameters\RequireSecuritySignature=4,1'
    'MACHINE\System\CurrentControlSet\Services\LanmanWorkstation\Parameters\RequireSecuritySignature=4,1'
    'MACHINE\System\CurrentControlSet\Services\LDAP\LDAPClientIntegrity=4,2'
    'MACHINE\System\CurrentControlSet\Control\Lsa\LmCompatibilityLevel=4,5'
    'MACHINE\Software\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\Parameters\SupportedEncryptionTypes=4,2147483640'
)
# LDAP without signature, or without the binding to its TLS channel, is refused; RC4 is no default of anybody.
$ControllerValues = $ComputerValues + @(
    'MACHINE\System\CurrentControlSet\Services\NTDS\Parameters\LDAPServerIntegrity=4,2'
    'MACHINE\System\CurrentControlSet\Services\NTDS\Parameters\LdapEnforceChannelBinding=4,2'
    'MACHINE\System\CurrentControlSet\Services\Kdc\DefaultDomainSupportedEncTypes=4,56'
)

$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'
$GivenSecrets = @{}
$Settings = $null
$RestartNeeded = $false

# ---------------------------------------------------------------- log, retries, programs, state, settings, secrets

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

function ConvertTo-NativeArgument {
    # Quotes one argument by the rules of CommandLineToArgvW; PowerShell 5.1 itself loses quotation marks.
    param([string] $Value)

    if ($Value -ne '' -and $Value -notmatch '[\s"]') {
        return $Value
    }
    $escaped = [regex]::Replace($Value, '(\\*)"', '$1$1\"')
    $escaped = [regex]::Replace($escaped, '(\\+)$', '$1$1')
    return '"' + $escaped + '"'
}

function Invoke-Native {
    # The only place that starts a program. Arguments are never shown: some are secrets. Any other exit code throws.
    param(
        [string] $FilePath,
        [string[]] $Arguments,
        [int[]] $AllowedExitCodes = @(0),
        [int] $TimeoutMinutes = 30,
        [hashtable] $Environment = @{}
    )

    $name = Split-Path -Path $FilePath -Leaf
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $FilePath
    $start.Arguments = @($Arguments | ForEach-Object { ConvertTo-NativeArgument $_ }) -join ' '
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    foreach ($variable in $Environment.Keys) {
        $start.EnvironmentVariables[$variable] = $Environment[$variable]
    }
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        # Both streams are read while the program runs; a full pipe would stop it for ever.
        $output = $process.StandardOutput.ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        if (-not $process.WaitForExit($TimeoutMinutes * 60 * 1000)) {
            $process.Kill()
            throw "$name did not end within $TimeoutMinutes minutes."
        }
        $process.WaitForExit()
        $text = ($output.Result + $errors.Result).Trim()
        $code = $process.ExitCode
    }
    finally {
        $process.Dispose()
    }
    if ($AllowedExitCodes -notcontains $code) {
        throw "$name $($Arguments[0]) ended with exit code ${code}: $(Protect-Text $text)"
    }
    return [pscustomobject]@{ ExitCode = $code; Output = $text }
}

function Get-State {
    if (-not (Test-Path -LiteralPath $StateFile)) {
        return @{}
    }
    $state = @{}
    $stored = Get-Content -LiteralPath $StateFile -Raw -Encoding UTF8 | ConvertFrom-Json
    foreach ($property in $stored.PSObject.Properties) {
        $state[$property.Name] = $property.Value
    }
    return $state
}

function Set-State {
    param([string] $Name, [string] $Value)

    $state = Get-State
    $state[$Name] = $Value
    Set-Content -LiteralPath $StateFile -Value ($state | ConvertTo-Json) -Encoding UTF8
}

function Get-Fingerprint {
    param([string] $Text)

    $sha = [System.Security.Cryptography.SHA256]::Create()
    try {
        $hash = $sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($Text))
        return [BitConverter]::ToString($hash).Replace('-', '')
    }
    finally {
        $sha.Dispose()
    }
}

function Invoke-WhenChanged {
    # Runs a step when it never ended well with this value. The value tells the step's input and is never a secret.
    param([string] $Step, [string] $Value, [scriptblock] $Action)

    $fingerprint = Get-Fingerprint $Value
    if ((Get-State)[$Step] -eq $fingerprint) {
        Write-Log "${Step}: already as wanted."
        return
    }
    Write-Log "${Step}: working."
    & $Action
    Set-State $Step $fingerprint
    $script:RestartNeeded = $true
}

function Protect-Folder {
    # LocalSystem and administrators only: LocalSystem runs what lies here. More are named as entries of an access list.
    param([string] $Path, [string] $MoreEntries = '')

    if (-not (Test-Path -LiteralPath $Path)) {
        New-Item -Path $Path -ItemType Directory | Out-Null
    }
    $access = [System.Security.AccessControl.AccessControlSections]::Access
    $security = New-Object System.Security.AccessControl.DirectorySecurity
    $security.SetSecurityDescriptorSddlForm("D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)$MoreEntries", $access)
    [System.IO.Directory]::SetAccessControl($Path, $security)
}

function Read-Settings {
    # Names and settings; kept in a file, so that the scheduled task has them too.
    if ($Configuration -ne '') {
        $text = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Configuration))
        $settings = $text | ConvertFrom-Json
        Save-Settings $settings
        return $settings
    }
    if (-not (Test-Path -LiteralPath $SettingsFile)) {
        throw "There is no configuration: give -Configuration, or run the bootstrap first."
    }
    return (Get-Content -LiteralPath $SettingsFile -Raw -Encoding UTF8 | ConvertFrom-Json)
}

function Save-Settings {
    param([psobject] $Value)

    Set-Content -LiteralPath $SettingsFile -Value ($Value | ConvertTo-Json -Depth 5) -Encoding UTF8
}

function Save-Script {
    # The scheduled task and the operator run this very script again, long after the agent has cleaned up.
    param([string] $Text)

    if (-not $PSCommandPath) {
        Set-Content -LiteralPath $StoredScript -Value $Text -Encoding ASCII
    }
    elseif ($PSCommandPath -ne $StoredScript) {
        Copy-Item -LiteralPath $PSCommandPath -Destination $StoredScript -Force
    }
}

function Add-KnownSecret {
    param([string] $Value)

    if ($Value.Length -ge 4 -and -not $script:KnownSecrets.Contains($Value)) {
        $script:KnownSecrets.Add($Value)
    }
}

function Read-GivenSecrets {
    # Base64 of a JSON object: no character of a password has a meaning on the way here.
    param([string] $Encoded)

    if ($Encoded -eq '') {
        return
    }
    Add-KnownSecret $Encoded
    $given = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Encoded)) | ConvertFrom-Json
    foreach ($property in $given.PSObject.Properties) {
        $script:GivenSecrets[$property.Name] = [string]$property.Value
        Add-KnownSecret $property.Value
    }
}

function Get-GivenSecret {
    param([string] $Name)

    if (-not $script:GivenSecrets.ContainsKey($Name) -or $script:GivenSecrets[$Name] -eq '') {
        throw "The secret '$Name' is not given: run this with -Secrets, as the run command does."
    }
    return $script:GivenSecrets[$Name]
}

function Protect-Handover {
    # Sealed for this machine, in a folder that LocalSystem and administrators see, and gone once it was read.
    param([string] $Encoded)

    Add-Type -AssemblyName System.Security
    $plain = [System.Text.Encoding]::UTF8.GetBytes($Encoded)
    $scope = [System.Security.Cryptography.DataProtectionScope]::LocalMachine
    $blob = [System.Security.Cryptography.ProtectedData]::Protect($plain, $null, $scope)
    [Array]::Clear($plain, 0, $plain.Length)
    [System.IO.File]::WriteAllBytes($HandoverFile, $blob)
}

function Open-Handover {
    Add-Type -AssemblyName System.Security
    try {
        $blob = [System.IO.File]::ReadAllBytes($HandoverFile)
    }
    finally {
        Remove-Item -LiteralPath $HandoverFile -Force -ErrorAction SilentlyContinue
    }
    $scope = [System.Security.Cryptography.DataProtectionScope]::LocalMachine
    $plain = [System.Security.Cryptography.ProtectedData]::Unprotect($blob, $null, $scope)
    Read-GivenSecrets ([System.Text.Encoding]::UTF8.GetString($plain))
    [Array]::Clear($plain, 0, $plain.Length)
}

function Register-AccountTask {
    param([string] $Account, [string] $Secret)

    $arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$StoredScript`" -Task Account"
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $arguments
    $options = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Minutes 80)
    Register-ScheduledTask -TaskName $AccountTaskName -Action $action -Settings $options -RunLevel Highest -Force `
        -User $Account -Password $Secret | Out-Null
}

function Wait-ForAccountTask {
    # The codes say: has not run yet, is running, is queued.
    param([string] $Account)

    $pending = 267011, 267009, 267045
    $deadline = [DateTime]::UtcNow.AddMinutes(80)
    Start-ScheduledTask -TaskName $AccountTaskName
    do {
        Start-Sleep -Seconds 5
        $result = (Get-ScheduledTaskInfo -TaskName $AccountTaskName).LastTaskResult
    } while ($pending -contains $result -and [DateTime]::UtcNow -lt $deadline)
    if ($pending -contains $result) {
        throw "What $Account has to do did not end within 80 minutes; how far it came stands in $LogFile."
    }
    if ($result -ne 0) {
        throw "What $Account had to do ended with result $result; the reason stands in $LogFile."
    }
}

function Invoke-AsAccount {
    # A scheduled task with the account's password: elevated, and known to other machines. A run command as that account
    # would get the restricted half of its token, and LocalSystem is nobody to the directory who may change it.
    param([string] $Account, [string] $SecretName, [string] $Encoded)

    try {
        Protect-Handover $Encoded
        Register-AccountTask -Account $Account -Secret (Get-GivenSecret $SecretName)
        Wait-ForAccountTask $Account
    }
    finally {
        # With the task goes the password that Windows keeps for it.
        Unregister-ScheduledTask -TaskName $AccountTaskName -Confirm:$false -ErrorAction SilentlyContinue
        Remove-Item -LiteralPath $HandoverFile -Force -ErrorAction SilentlyContinue
    }
}

function Test-DiskIsBlank {
    param([ciminstance] $Disk)

    if ($Disk.PartitionStyle -eq 'RAW') {
        return $true
    }
    $partitions = @(Get-Partition -DiskNumber $Disk.Number -ErrorAction SilentlyContinue)
    $formatted = @($partitions | Get-Volume -ErrorAction SilentlyContinue | Where-Object { $_.FileSystem })
    return $formatted.Count -eq 0
}

function Find-BlankDisk {
    # By size and emptiness: bus numbers differ between SCSI and NVMe sizes, and local NVMe disks are blank as well.
    param([int] $SizeGiB)

    $size = [long]$SizeGiB * 1gb
    $disks = @(Get-Disk | Where-Object {
            $_.Size -eq $size -and -not $_.IsBoot -and -not $_.IsSystem -and $_.FriendlyName -notlike '*Direct Disk*'
        })
    $blank = @($disks | Where-Object { Test-DiskIsBlank $_ })
    if ($blank.Count -ne 1) {
        throw "Wanted exactly one blank disk of $SizeGiB GiB, found $($blank.Count)."
    }
    return $blank[0]
}

function Find-DataVolume {
    param([string] $Label)

    $volumes = @(Get-Volume | Where-Object { $_.FileSystemLabel -eq $Label })
    if ($volumes.Count -gt 1) {
        throw "Several volumes are labelled $Label."
    }
    if ($volumes.Count -eq 1) {
        return $volumes[0]
    }
    return $null
}

function New-DataVolume {
    # NTFS: what lies here needs it. A disk that is not blank is never formatted.
    param([string] $Label, [int] $SizeGiB)

    $disk = Invoke-WithRetry -What 'Finding the data disk' -Attempts 20 -Action { Find-BlankDisk $SizeGiB }
    if ($disk.IsOffline) {
        Set-Disk -Number $disk.Number -IsOffline $false
    }
    if ($disk.IsReadOnly) {
        Set-Disk -Number $disk.Number -IsReadOnly $false
    }
    if ($disk.PartitionStyle -ne 'RAW') {
        Clear-Disk -Number $disk.Number -RemoveData -Confirm:$false
    }
    Initialize-Disk -Number $disk.Number -PartitionStyle GPT
    $partition = New-Partition -DiskNumber $disk.Number -UseMaximumSize
    Write-Log "Made a volume for $Label on disk $($disk.Number)."
    return ($partition | Format-Volume -FileSystem NTFS -NewFileSystemLabel $Label -Confirm:$false)
}

function Initialize-DataVolume {
    # Found by its label again, whatever letter it gets; a disk that was made larger is used whole.
    param([string] $Label, [string] $Letter, [int] $SizeGiB)

    $volume = Find-DataVolume $Label
    if ($null -eq $volume) {
        $volume = New-DataVolume -Label $Label -SizeGiB $SizeGiB
    }
    $partition = $volume | Get-Partition
    if ($partition.AccessPaths -notcontains "${Letter}:\") {
        $partition | Add-PartitionAccessPath -AccessPath "${Letter}:\"
        Write-Log "The volume $Label is ${Letter}:."
    }
    $largest = ($partition | Get-PartitionSupportedSize).SizeMax
    if ($largest -gt $partition.Size + 1mb) {
        $partition | Resize-Partition -Size $largest
        Write-Log "The volume $Label has grown with its disk."
    }
}

# ---------------------------------------------------------------- promotion

function Test-IsController {
    # 4 is a backup and 5 a primary domain controller.
    return (Get-CimInstance -ClassName 'Win32_ComputerSystem').DomainRole -ge 4
}

function Get-SecureSecret {
    param([string] $Name)

    return (ConvertTo-SecureString -String (Get-GivenSecret $Name) -AsPlainText -Force)
}

function Install-Features {
    $names = 'AD-Domain-Services', 'DNS', 'GPMC', 'RSAT-AD-PowerShell', 'RSAT-ADDS-Tools', 'RSAT-DNS-Server'
    $features = Install-WindowsFeature -Name $names
    if (-not $features.Success) {
        throw "Windows could not add the features $($names -join ', ')."
    }
    Write-Log "The features of a controller are there ($($features.ExitCode))."
}

function Get-PromotionOptions {
    # Database and SYSVOL lie on the data disk, whose writes no cache holds back.
    return @{
        DatabasePath                  = "${DataLetter}:\NTDS"
        LogPath                       = "${DataLetter}:\NTDS"
        SysvolPath                    = "${DataLetter}:\SYSVOL"
        SafeModeAdministratorPassword = (Get-SecureSecret 'restore')
        InstallDns                    = $true
        CreateDnsDelegation           = $false
        NoRebootOnCompletion          = $true
        Force                         = $true
    }
}

function Assert-Promoted {
    param([psobject] $Result)

    if ("$($Result.Status)" -ne 'Success') {
        throw "The promotion ended with $($Result.Status): $($Result.Message)"
    }
    Write-Log "The promotion ended well: $($Result.Message)"
}

function Install-Forest {
    $options = Get-PromotionOptions
    $options['DomainName'] = $Settings.fqdn
    $options['DomainNetbiosName'] = $Settings.netBiosName
    $options['ForestMode'] = $Settings.functionalLevel
    $options['DomainMode'] = $Settings.functionalLevel
    Write-Log "Making the domain $($Settings.fqdn)."
    Assert-Promoted (Install-ADDSForest @options)
}

function Install-Controller {
    $options = Get-PromotionOptions
    $options['DomainName'] = $Settings.fqdn
    $options['SiteName'] = $Settings.siteName
    $options['ReplicationSourceDC'] = "$($Settings.partnerName).$($Settings.fqdn)"
    $options['Credential'] = New-Object System.Management.Automation.PSCredential (
        "$($Settings.netBiosName)\$($Settings.administrator)", (Get-SecureSecret 'administrator'))
    Write-Log "Becoming a controller of $($Settings.fqdn) beside $($Settings.partnerName)."
    Assert-Promoted (Install-ADDSDomainController @options)
}

function Restart-Later {
    # After the run command has said that it is done. The other machine watches this one come back.
    Invoke-Native -FilePath 'shutdown.exe' -Arguments @(
        '/r', '/t', '60', '/d', 'p:2:4', '/c', 'This machine has become a domain controller.') | Out-Null
    Write-Log 'The machine restarts in a minute.'
}

function New-DomainController {
    if (Test-IsController) {
        Write-Log 'This machine is a domain controller already.'
        return
    }
    Install-Features
    Initialize-DataVolume -Label $DataLabel -Letter $DataLetter -SizeGiB $Settings.dataDiskSizeGiB
    if ($Settings.isFirst -and -not (Test-PartnerHasDomain)) {
        Install-Forest
    }
    else {
        Install-Controller
    }
    Restart-Later
}

# ---------------------------------------------------------------- the other controller

function Get-RootObject {
    # What a directory says about itself to everybody, signed or not.
    param([string] $Address)

    Add-Type -AssemblyName System.DirectoryServices.Protocols
    $connection = New-Object System.DirectoryServices.Protocols.LdapConnection $Address
    try {
        $connection.AuthType = [System.DirectoryServices.Protocols.AuthType]::Anonymous
        $connection.SessionOptions.ProtocolVersion = 3
        $connection.Timeout = [TimeSpan]::FromSeconds(20)
        $scope = [System.DirectoryServices.Protocols.SearchScope]::Base
        $request = New-Object System.DirectoryServices.Protocols.SearchRequest ('', '(objectClass=*)', $scope)
        return $connection.SendRequest($request).Entries[0].Attributes
    }
    finally {
        $connection.Dispose()
    }
}

function Get-RootValue {
    param([psobject] $Root, [string] $Name)

    if (-not $Root.Contains($Name)) {
        return ''
    }
    return [string]$Root[$Name][0]
}

function Test-PartnerHasDomain {
    # A first controller that was made anew must not make a second domain of the same name.
    try {
        $root = Get-RootObject $Settings.partnerAddress
    }
    catch {
        Write-Log "$($Settings.partnerName) is no controller yet: $($_.Exception.Message)"
        return $false
    }
    return (Get-RootValue $root 'defaultNamingContext') -eq $Settings.distinguishedName
}

function Assert-PartnerAnswers {
    # Its directory is whole, its web services listen, and its DNS knows it: Netlogon writes that record last, when
    # SYSVOL is shared.
    $address = $Settings.partnerAddress
    $root = Get-RootObject $address
    if ((Get-RootValue $root 'isSynchronized') -ne 'TRUE' -or (Get-RootValue $root 'isGlobalCatalogReady') -ne 'TRUE') {
        throw 'its directory is not complete yet.'
    }
    $client = New-Object System.Net.Sockets.TcpClient
    try {
        $client.Connect($address, 9389)
    }
    finally {
        $client.Dispose()
    }
    $name = "_ldap._tcp.dc._msdcs.$($Settings.fqdn)"
    $records = @(Resolve-DnsName -Name $name -Type SRV -Server $address -DnsOnly | Where-Object { "$($_.Type)" -eq 'SRV' })
    if (@($records | Where-Object { $_.NameTarget -eq "$($Settings.partnerName).$($Settings.fqdn)" }).Count -eq 0) {
        throw "its DNS has no record of it in $name yet."
    }
}

function Wait-ForPartner {
    Invoke-WithRetry -What "Waiting for $($Settings.partnerName) as a controller" -Attempts 200 -LimitMinutes 50 -Action {
        Assert-PartnerAnswers
    }
    Write-Log "$($Settings.partnerName) answers as a controller of $($Settings.fqdn)."
}

# ---------------------------------------------------------------- this controller

function Wait-ForOwnDirectory {
    Invoke-WithRetry -What 'Waiting for directory, web services, DNS and SYSVOL of this machine' -Attempts 120 -LimitMinutes 30 -Action {
        foreach ($service in 'NTDS', 'ADWS', 'DNS', 'Netlogon', 'Kdc') {
            if ((Get-Service -Name $service).Status -ne 'Running') {
                throw "the service $service does not run."
            }
        }
        foreach ($share in 'SYSVOL', 'NETLOGON') {
            Get-SmbShare -Name $share | Out-Null
        }
        Get-ADDomain -Server $env:COMPUTERNAME | Out-Null
    }
}

function Set-NameResolution {
    # Promotion writes 127.0.0.1 over what Azure gives: the partner first, then this machine.
    $own = @(Get-DnsClientServerAddress | Where-Object { $_.ServerAddresses -contains '127.0.0.1' -or $_.ServerAddresses -contains '::1' })
    $own | Set-DnsClientServerAddress -ResetServerAddresses
    Clear-DnsClientCache
    $present = @((Get-DnsServerForwarder).IPAddress | ForEach-Object { "$_" })
    if ($present.Count -ne 1 -or $present[0] -ne $AzureDns) {
        Set-DnsServerForwarder -IPAddress $AzureDns -UseRootHint $false
        Write-Log "The DNS server asks $AzureDns for what it does not know."
    }
    # Records of machines that are gone disappear after two weeks.
    Set-DnsServerScavenging -ScavengingState $true -ScavengingInterval '7.00:00:00' -ApplyOnAllZones
}

function Set-TimeSource {
    # The holder of the PDC role takes the time of the Azure host and is reliable; the others follow the domain. Members
    # need no time server of the Internet.
    $isSource = (Get-ADDomain -Server $env:COMPUTERNAME).PDCEmulator -like "$env:COMPUTERNAME.*"
    $wanted = if ($isSource) { 'no', 'YES' } else { 'domhier', 'NO' }
    Invoke-WhenChanged -Step 'time' -Value ($wanted -join ' ') -Action {
        Invoke-Native -FilePath 'w32tm.exe' -Arguments @(
            '/config', "/syncfromflags:$($wanted[0])", "/reliable:$($wanted[1])", '/update') | Out-Null
        $path = 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\TimeProviders\VMICTimeProvider'
        New-ItemProperty -Path $path -Name 'Enabled' -Value 1 -PropertyType DWord -Force | Out-Null
        Restart-Service -Name 'W32Time'
    }
}

function Disable-Spooler {
    # Nobody prints here, and a spooler on a controller is a way in.
    Stop-Service -Name 'Spooler' -Force
    Set-Service -Name 'Spooler' -StartupType Disabled
}

function Test-Password {
    param([string] $Account, [string] $Secret)

    Add-Type -AssemblyName System.DirectoryServices.AccountManagement
    $kind = [System.DirectoryServices.AccountManagement.ContextType]::Domain
    $context = New-Object System.DirectoryServices.AccountManagement.PrincipalContext ($kind, $Settings.fqdn)
    try {
        return $context.ValidateCredentials($Account, $Secret)
    }
    finally {
        $context.Dispose()
    }
}

function Set-AdministratorPassword {
    # Once in any case: the password of the local administrator, whom promotion took over, has left no AES keys, and
    # without them there are no Kerberos tickets. Later when the password given is a new one.
    if ((Get-State)['administrator'] -eq 'has AES keys' -and
        (Test-Password $Settings.administrator (Get-GivenSecret 'administrator'))) {
        return
    }
    $sid = "$((Get-ADDomain -Server $env:COMPUTERNAME).DomainSID.Value)-500"
    Set-ADAccountPassword -Identity $sid -Reset -NewPassword (Get-SecureSecret 'administrator') -Server $env:COMPUTERNAME
    Set-State 'administrator' 'has AES keys'
    Write-Log "Set the password of $($Settings.administrator)."
}

function Test-Replication {
    # Both ways, and without waiting for the schedule.
    Invoke-WithRetry -What 'Replicating the directory' -Attempts 40 -Action {
        Invoke-Native -FilePath 'repadmin.exe' -Arguments @('/syncall', $env:COMPUTERNAME, '/AeP') | Out-Null
        $failed = @(Get-ADReplicationPartnerMetadata -Target $env:COMPUTERNAME -Partition '*' |
                Where-Object { $_.LastReplicationResult -ne 0 })
        if ($failed.Count -gt 0) {
            throw "replication of $($failed[0].Partition) ended with $($failed[0].LastReplicationResult)."
        }
    }
    Write-Log 'The directory is replicated.'
}

# ---------------------------------------------------------------- the domain

function Set-Site {
    $sites = @(Get-ADReplicationSite -Filter '*')
    if (@($sites | Where-Object { $_.Name -eq $Settings.siteName }).Count -eq 0) {
        $first = $sites | Where-Object { $_.Name -eq 'Default-First-Site-Name' }
        Rename-ADObject -Identity $first.DistinguishedName -NewName $Settings.siteName
        Write-Log "The site is called $($Settings.siteName)."
    }
    $present = @(Get-ADReplicationSubnet -Filter '*' | ForEach-Object { $_.Name })
    foreach ($prefix in $Settings.sitePrefixes) {
        if ($present -notcontains $prefix) {
            New-ADReplicationSubnet -Name $prefix -Site $Settings.siteName
            Write-Log "The site $($Settings.siteName) has $prefix."
        }
    }
}

function Set-DomainDefaults {
    # What was deleted can be brought back; only who was given the right joins machines; passwords are long.
    $bin = Get-ADOptionalFeature -Filter 'Name -eq "Recycle Bin Feature"'
    if (@($bin.EnabledScopes).Count -eq 0) {
        Enable-ADOptionalFeature -Identity $bin -Scope ForestOrConfigurationSet -Target $Settings.fqdn -Confirm:$false
        Write-Log 'The recycle bin is on.'
    }
    Set-ADDomain -Identity $Settings.fqdn -Replace @{ 'ms-DS-MachineAccountQuota' = 0 }
    Set-ADDefaultDomainPasswordPolicy -Identity $Settings.fqdn -MinPasswordLength 12 -ComplexityEnabled $true `
        -LockoutThreshold 10 -LockoutDuration '00:15:00' -LockoutObservationWindow '00:15:00' -ReversibleEncryptionEnabled $false
}

function Find-InUnit {
    param([string] $Class, [string] $Name)

    $filter = "(&(objectClass=$Class)(|(sAMAccountName=$Name)(name=$Name)))"
    return @(Get-ADObject -LDAPFilter $filter -SearchBase $Settings.distinguishedName)
}

function New-Unit {
    if (@(Get-ADOrganizationalUnit -LDAPFilter "(distinguishedName=$($Settings.unit))").Count -eq 0) {
        New-ADOrganizationalUnit -Name $Settings.unitName -Path $Settings.distinguishedName -ProtectedFromAccidentalDeletion $true
        Write-Log "Made the unit $($Settings.unit)."
    }
    foreach ($group in $Settings.groups) {
        if (@(Find-InUnit 'group' $group).Count -eq 0) {
            New-ADGroup -Name $group -SamAccountName $group -GroupScope Global -GroupCategory Security -Path $Settings.unit
            Write-Log "Made the group $group."
        }
    }
}

function New-ServiceAccount {
    # No rights of its own; what it may do follows below. The password is the given one, also when that is new.
    param([string] $Purpose, [string] $Name)

    if (@(Find-InUnit 'user' $Name).Count -eq 0) {
        New-ADUser -Name $Name -SamAccountName $Name -UserPrincipalName "$Name@$($Settings.fqdn)" -Path $Settings.unit `
            -AccountPassword (Get-SecureSecret $Purpose) -Enabled $true -PasswordNeverExpires $true `
            -CannotChangePassword $true -KerberosEncryptionType @('AES128', 'AES256') -Description "Octopus stack: $Purpose"
        Write-Log "Made the account $Name."
    }
    elseif (-not (Test-Password $Name (Get-GivenSecret $Purpose))) {
        Set-ADAccountPassword -Identity $Name -Reset -NewPassword (Get-SecureSecret $Purpose)
        Write-Log "The account $Name has the new password."
    }
}

function Grant-DirectoryRights {
    # Inheritance: T is this object and those below, S those below only.
    param([string] $Target, [string] $Inheritance, [string] $Account, [string[]] $Rights)

    $arguments = @($Target)
    if ($Inheritance -ne '') {
        $arguments += "/I:$Inheritance"
    }
    $arguments += '/G'
    $arguments += @($Rights | ForEach-Object { "$($Settings.netBiosName)\${Account}:$_" })
    Invoke-WhenChanged -Step "rights of $Account on $Target $Inheritance" -Value ($arguments -join ' ') -Action {
        Invoke-Native -FilePath 'dsacls.exe' -Arguments $arguments | Out-Null
    }
}

function Grant-JoinRights {
    # To make computer accounts in the unit, and to set up those again. Nothing elsewhere.
    param([string] $Name)

    Grant-DirectoryRights -Target $Settings.unit -Inheritance 'T' -Account $Name -Rights @('CCDC;computer')
    Grant-DirectoryRights -Target $Settings.unit -Inheritance 'S' -Account $Name -Rights @(
        'CA;Reset Password;computer'
        'RPWP;Account Restrictions;computer'
        'WS;Validated write to DNS host name;computer'
        'WS;Validated write to service principal name;computer')
}

function Grant-ClusterRights {
    # The computer account of the cluster is there beforehand, disabled, and the cluster account's; it makes those of its
    # network names by itself. What asks whether the cluster account may make accounts, too, hears yes.
    param([string] $Name)

    $cluster = $Settings.clusterName
    if (@(Find-InUnit 'computer' $cluster).Count -eq 0) {
        New-ADComputer -Name $cluster -SamAccountName "$cluster$" -Path $Settings.unit -Enabled $false `
            -Description 'Windows cluster of SQL Server'
        Write-Log "Made the computer account of the cluster, $cluster."
    }
    Grant-DirectoryRights -Target "CN=$cluster,$($Settings.unit)" -Inheritance '' -Account $Name -Rights @('GA')
    Grant-DirectoryRights -Target $Settings.unit -Inheritance 'T' -Account $Name -Rights @('CC;computer', 'GR')
    Grant-DirectoryRights -Target $Settings.unit -Inheritance 'T' -Account "$cluster$" -Rights @('CC;computer', 'GR')
}

function Grant-ServiceNameRights {
    # SQL Server registers its own service names; the cluster account does it for an instance in a cluster.
    param([string] $SqlAccount, [string] $ClusterAccount)

    $target = "CN=$SqlAccount,$($Settings.unit)"
    foreach ($name in $SqlAccount, $ClusterAccount) {
        Grant-DirectoryRights -Target $target -Inheritance '' -Account $name -Rights @('RPWP;servicePrincipalName')
    }
}

function Grant-FileServiceRights {
    # To make namespaces and replication groups, and their halves below the computer accounts in the unit.
    param([string] $Name)

    $system = "CN=System,$($Settings.distinguishedName)"
    Grant-DirectoryRights -Target "CN=Dfs-Configuration,$system" -Inheritance 'T' -Account $Name -Rights @('GA')
    Grant-DirectoryRights -Target "CN=DFSR-GlobalSettings,$system" -Inheritance '' -Account $Name -Rights @(
        'CC;msDFSR-ReplicationGroup')
    Grant-DirectoryRights -Target $Settings.unit -Inheritance 'S' -Account $Name -Rights @(
        'CCDC;msDFSR-LocalSettings;computer'
        'GA;;msDFSR-LocalSettings'
        'GA;;msDFSR-Subscriber'
        'GA;;msDFSR-Subscription')
}

function Initialize-Accounts {
    # Those that the other parts of the stack ask for, and no more.
    $accounts = @{}
    foreach ($account in $Settings.accounts) {
        New-ServiceAccount -Purpose $account.purpose -Name $account.name
        $accounts[$account.purpose] = $account.name
    }
    Grant-JoinRights $accounts['join']
    if ($accounts.ContainsKey('cluster')) {
        Grant-ClusterRights $accounts['cluster']
        Grant-ServiceNameRights -SqlAccount $accounts['sqlService'] -ClusterAccount $accounts['cluster']
    }
    if ($accounts.ContainsKey('fileService')) {
        Grant-FileServiceRights $accounts['fileService']
    }
}

function Set-PolicyText {
    # Security settings cannot be written as registry policy: they come after it, with the old values of the defaults.
    param([guid] $Id, [string[]] $Values)

    $lines = @('[Unicode]', 'Unicode=yes', '[Version]', 'signature="$CHICAGO$"', 'Revision=1', '[Registry Values]') + $Values
    $text = ($lines -join "`r`n") + "`r`n"
    $name = "{$("$Id".ToUpperInvariant())}"
    $folder = Join-Path (Get-SmbShare -Name 'SYSVOL').Path "$($Settings.fqdn)\Policies\$name"
    $security = Join-Path $folder 'Machine\Microsoft\Windows NT\SecEdit'
    $file = Join-Path $security 'GptTmpl.inf'
    if ((Test-Path -LiteralPath $file) -and [System.IO.File]::ReadAllText($file) -eq $text) {
        return
    }
    [System.IO.Directory]::CreateDirectory($security) | Out-Null
    [System.IO.File]::WriteAllText($file, $text, [System.Text.Encoding]::Unicode)
    # Machines take a policy anew when its version is higher, in the directory and in the file.
    $object = Get-ADObject -Identity "CN=$name,CN=Policies,CN=System,$($Settings.distinguishedName)" -Properties 'versionNumber'
    $version = [int]$object.versionNumber + 1
    [System.IO.File]::WriteAllText((Join-Path $folder 'GPT.INI'), "[General]`r`nVersion=$version`r`n")
    Set-ADObject -Identity $object.DistinguishedName -Replace @{
        gPCMachineExtensionNames = $SecurityExtension
        versionNumber            = $version
    }
}

function Set-SecurityPolicy {
    param([string] $Name, [string] $Target, [string[]] $Values)

    $policy = @(Get-GPO -All | Where-Object { $_.DisplayName -eq $Name })
    if ($policy.Count -eq 0) {
        $policy = @(New-GPO -Name $Name)
        Write-Log "Made the group policy '$Name'."
    }
    Set-PolicyText -Id $policy[0].Id -Values $Values
    $links = @((Get-GPInheritance -Target $Target).GpoLinks | ForEach-Object { $_.DisplayName })
    if ($links -notcontains $Name) {
        # The first in order wins over the default policies.
        New-GPLink -Guid $policy[0].Id -Target $Target -LinkEnabled Yes -Order 1 | Out-Null
    }
}

function Initialize-Domain {
    # As the administrator of the domain.
    Set-Site
    Set-DomainDefaults
    New-Unit
    Initialize-Accounts
    $controllers = "OU=Domain Controllers,$($Settings.distinguishedName)"
    Set-SecurityPolicy -Name 'Octopus stack: computers' -Target $Settings.distinguishedName -Values $ComputerValues
    Set-SecurityPolicy -Name 'Octopus stack: controllers' -Target $controllers -Values $ControllerValues
}

# ---------------------------------------------------------------- tasks

function Initialize-Controller {
    Wait-ForOwnDirectory
    Set-NameResolution
    Set-TimeSource
    Disable-Spooler
    if ($Settings.isFirst) {
        Set-AdministratorPassword
        Invoke-AsAccount -Account "$($Settings.netBiosName)\$($Settings.administrator)" -SecretName 'administrator' -Encoded $Secrets
    }
    else {
        Test-Replication
    }
    Invoke-Native -FilePath 'gpupdate.exe' -Arguments @('/target:computer', '/force') | Out-Null
}

function Invoke-AccountStep {
    Open-Handover
    Initialize-Domain
}

function Invoke-Task {
    switch ($Task) {
        'Promote' { New-DomainController }
        'Await' { Wait-ForPartner }
        'Configure' { Initialize-Controller }
        'Account' { Invoke-AccountStep }
    }
}

try {
    Protect-Folder $StateFolder
    Read-GivenSecrets $Secrets
    Write-Log "Task $Task begins as $env:USERNAME."
    $Settings = Read-Settings
    if ($Task -ne 'Account') {
        Save-Script ($MyInvocation.MyCommand.ScriptBlock.ToString())
    }
    Invoke-Task
    Write-Log "Task $Task is done."
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    exit 1
}
