<#
.SYNOPSIS
Makes this machine a node of an Octopus Deploy High Availability cluster, and keeps it one.

.DESCRIPTION
Runs as LocalSystem under Windows PowerShell 5.1, inside a managed run command. It is idempotent: what is already as
wanted stays as it is, and no password is ever reset. The first node creates the database schema, the administrator,
the licence and the shared paths; the other nodes join.

The script stores itself in %ProgramData%\OctopusNode, next to its configuration, its state and its log, where only
LocalSystem and administrators can read. A scheduled task runs it from there at every start and once a day, so that a
renewed certificate and a rotated storage key reach the node.

Secrets are read from Key Vault with the managed identity of the node. They are never written to a log. Octopus Server
takes the master key, the administrator's password and a connection string with a password as arguments only: the
script refuses to go on while Windows records command lines in the security log.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8: names and settings, no secrets. When absent, the stored one of the last run.

.PARAMETER Task
Bootstrap makes the node. Refresh renews the share credential and the certificate. Stop drains the node and stops it,
before an upgrade. Upgrade installs the version given on a stopped node, upgrades the schema if this is the first node,
and starts it.

.PARAMETER Version
Octopus Server version to upgrade to; for the task Upgrade only.

.PARAMETER Sha256
SHA-256 of the MSI of that version; optional. The Authenticode signature is checked in any case.

.EXAMPLE
C:\ProgramData\OctopusNode\bootstrap-node.ps1 -Task Refresh

.EXAMPLE
C:\ProgramData\OctopusNode\bootstrap-node.ps1 -Task Upgrade -Version 2026.4.1234
#>
[CmdletBinding()]
param(
    [string] $Configuration = '',

    [ValidateSet('Bootstrap', 'Refresh', 'Stop', 'Upgrade')]
    [string] $Task = 'Bootstrap',

    [ValidatePattern('^(20\d\d\.\d+\.\d+)?$')]
    [string] $Version = '',

    [ValidatePattern('^([0-9a-fA-F]{64})?$')]
    [string] $Sha256 = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# The default instance: other names would change the name of the Windows service.
$InstanceName = 'OctopusServer'
$ServiceName = 'OctopusDeploy'
$StateFolder = Join-Path $env:ProgramData 'OctopusNode'
$LogFile = Join-Path $StateFolder 'bootstrap.log'
$StateFile = Join-Path $StateFolder 'state.json'
$SettingsFile = Join-Path $StateFolder 'configuration.json'
$StoredScript = Join-Path $StateFolder 'bootstrap-node.ps1'
$RefreshTaskName = 'Octopus node refresh'

# The home is a mount point and not a drive: which letters are free differs from size to size.
$HomeFolder = Join-Path $env:SystemDrive 'Octopus'
$HomeVolumeLabel = 'Octopus Home'
$InstanceConfigFile = Join-Path $HomeFolder 'OctopusServer.config'
$InstanceRegistration = Join-Path $env:ProgramData "Octopus\OctopusServer\Instances\$InstanceName.config"

# What every node shares, with the option of 'Octopus.Server.exe path' that sets it.
$SharedFolders = [ordered]@{
    Artifacts    = 'artifacts'
    Packages     = 'nugetRepository'
    TaskLogs     = 'taskLogs'
    Imports      = 'imports'
    EventExports = 'eventExports'
    Telemetry    = 'telemetry'
}

$PortalPort = 443
$SetupMarker = 'OctopusNodeSetup'
$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'
$Settings = $null
$RestartNeeded = $false

# ---------------------------------------------------------------- log, retries, state

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
        [int] $DelaySeconds = 15
    )

    for ($attempt = 1; $true; $attempt++) {
        try {
            return (& $Action)
        }
        catch {
            if ($attempt -ge $Attempts) {
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
        [int] $TimeoutMinutes = 30
    )

    $name = Split-Path -Path $FilePath -Leaf
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $FilePath
    $start.Arguments = @($Arguments | ForEach-Object { ConvertTo-NativeArgument $_ }) -join ' '
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
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

# ---------------------------------------------------------------- this machine

function Protect-Folder {
    # LocalSystem and administrators only: LocalSystem runs what lies here.
    param([string] $Path)

    if (-not (Test-Path -LiteralPath $Path)) {
        New-Item -Path $Path -ItemType Directory | Out-Null
    }
    $access = [System.Security.AccessControl.AccessControlSections]::Access
    $security = New-Object System.Security.AccessControl.DirectorySecurity
    $security.SetSecurityDescriptorSddlForm('D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)', $access)
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

function Find-HomeDisk {
    # By size and emptiness: bus numbers differ between SCSI and NVMe sizes, and local NVMe disks are blank as well.
    $size = [long]$Settings.dataDiskSizeGiB * 1gb
    $disks = @(Get-Disk | Where-Object {
            $_.Size -eq $size -and -not $_.IsBoot -and -not $_.IsSystem -and $_.FriendlyName -notlike '*Direct Disk*'
        })
    $blank = @($disks | Where-Object { Test-DiskIsBlank $_ })
    if ($blank.Count -ne 1) {
        throw "Wanted exactly one blank disk of $($Settings.dataDiskSizeGiB) GiB for the Octopus home, found $($blank.Count)."
    }
    return $blank[0]
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

function Find-HomeVolume {
    # After a rebuild of the machine its old home disk may come up offline.
    Get-Disk | Where-Object { $_.IsOffline } | ForEach-Object { Set-Disk -Number $_.Number -IsOffline $false }
    $volumes = @(Get-Volume | Where-Object { $_.FileSystemLabel -eq $HomeVolumeLabel })
    if ($volumes.Count -gt 1) {
        throw "Two volumes are labelled '$HomeVolumeLabel'; detach the one that does not belong here."
    }
    if ($volumes.Count -eq 1) {
        return $volumes[0]
    }
    return $null
}

function New-HomeVolume {
    $disk = Find-HomeDisk
    if ($disk.IsReadOnly) {
        Set-Disk -Number $disk.Number -IsReadOnly $false
    }
    if ($disk.PartitionStyle -ne 'RAW') {
        Clear-Disk -Number $disk.Number -RemoveData -Confirm:$false
    }
    Initialize-Disk -Number $disk.Number -PartitionStyle GPT
    $partition = New-Partition -DiskNumber $disk.Number -UseMaximumSize
    Write-Log "Formatting disk $($disk.Number) for the Octopus home."
    return ($partition | Format-Volume -FileSystem NTFS -NewFileSystemLabel $HomeVolumeLabel -Confirm:$false)
}

function Initialize-HomeFolder {
    $volume = Find-HomeVolume
    if ($null -eq $volume) {
        $volume = New-HomeVolume
    }
    $partition = $volume | Get-Partition
    $mountPoint = "$HomeFolder\"
    if ($partition.AccessPaths -notcontains $mountPoint) {
        Protect-Folder $HomeFolder
        $partition | Add-PartitionAccessPath -AccessPath $mountPoint
    }
    Protect-Folder $mountPoint
    # A disk that was made larger is used whole; one MiB is the rounding of partitions.
    $largest = ($partition | Get-PartitionSupportedSize).SizeMax
    if ($largest -gt $partition.Size + 1mb) {
        $partition | Resize-Partition -Size $largest
        Write-Log 'The home volume has grown with its disk.'
    }
}

function Set-RegistryNumber {
    param([string] $Path, [string] $Name, [int] $Value)

    if (-not (Test-Path -LiteralPath $Path)) {
        New-Item -Path $Path -Force | Out-Null
    }
    New-ItemProperty -LiteralPath $Path -Name $Name -Value $Value -PropertyType DWord -Force | Out-Null
}

function Get-RegistryValue {
    param([string] $Path, [string] $Name)

    $key = Get-Item -LiteralPath $Path -ErrorAction SilentlyContinue
    if ($null -eq $key) {
        return $null
    }
    return $key.GetValue($Name)
}

function Disable-OldTls {
    # Octopus leaves the protocol to Windows.
    $root = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols'
    foreach ($protocol in 'TLS 1.0', 'TLS 1.1') {
        foreach ($role in 'Client', 'Server') {
            Set-RegistryNumber -Path "$root\$protocol\$role" -Name 'Enabled' -Value 0
            Set-RegistryNumber -Path "$root\$protocol\$role" -Name 'DisabledByDefault' -Value 1
        }
    }
}

function Set-FirewallRules {
    # Port 80 stays closed: it only redirects, and only on the machine itself.
    $group = 'Octopus Deploy'
    $wanted = @{}
    foreach ($port in $PortalPort, $Settings.pollingPort, $Settings.grpcPort) {
        $wanted["OctopusNode-TCP-$port"] = $port
    }
    $present = @(Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue)
    $present | Where-Object { -not $wanted.ContainsKey($_.Name) } | Remove-NetFirewallRule
    foreach ($name in ($wanted.Keys | Sort-Object)) {
        if (@($present | Where-Object { $_.Name -eq $name }).Count -eq 0) {
            New-NetFirewallRule -Name $name -DisplayName "Octopus Deploy, TCP $($wanted[$name])" -Group $group `
                -Direction Inbound -Action Allow -Protocol TCP -LocalPort $wanted[$name] | Out-Null
        }
    }
}

function Set-OwnPortalAddress {
    # Azure's load balancer loses a connection that it would hand back to the node it came from. So whatever runs on a
    # node and calls the portal by its name, such as a script step, asks this node.
    $marker = '# Octopus portal'
    $file = Join-Path $env:SystemRoot 'System32\drivers\etc\hosts'
    $wanted = "127.0.0.1 $($Settings.portalHostName) $marker"
    $lines = @([System.IO.File]::ReadAllLines($file))
    $others = @($lines | Where-Object { -not $_.EndsWith($marker) })
    if ($lines -contains $wanted -and $others.Count -eq $lines.Count - 1) {
        return
    }
    [System.IO.File]::WriteAllLines($file, [string[]]($others + $wanted))
    Write-Log "The node asks itself for $($Settings.portalHostName)."
}

function Set-DefenderExclusions {
    # The two folders that the Octopus hardening page names.
    if ($null -eq (Get-Command -Name Add-MpPreference -ErrorAction SilentlyContinue)) {
        return
    }
    foreach ($folder in 'Tools', 'Work') {
        try {
            Add-MpPreference -ExclusionPath (Join-Path $HomeFolder "OctopusServer\$folder")
        }
        catch {
            # Another product may be in charge; then its owner decides.
            Write-Log "Defender took no exclusion for ${folder}: $($_.Exception.Message)"
        }
    }
}

function Register-RefreshTask {
    if ($null -ne (Get-ScheduledTask -TaskName $RefreshTaskName -ErrorAction SilentlyContinue)) {
        return
    }
    $arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$StoredScript`" -Task Refresh"
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $arguments
    # The delay spreads the nodes, so that they do not bind a new certificate in the same second.
    $daily = New-ScheduledTaskTrigger -Daily -At '04:00' -RandomDelay (New-TimeSpan -Minutes 60)
    $atStart = New-ScheduledTaskTrigger -AtStartup
    $principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
    $options = New-ScheduledTaskSettingsSet -StartWhenAvailable -ExecutionTimeLimit (New-TimeSpan -Hours 1)
    Register-ScheduledTask -TaskName $RefreshTaskName -Action $action -Trigger $atStart, $daily -Principal $principal `
        -Settings $options -Description 'Renews the share credential and the portal certificate.' | Out-Null
}

# ---------------------------------------------------------------- secrets

function Add-NativeTypes {
    # The credential goes to Windows by a call and not by cmdkey, whose command line would show it.
    if ('OctopusNode.WindowsCredential' -as [type]) {
        return
    }
    Add-Type -TypeDefinition @'
using System;
using System.ComponentModel;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OctopusNode
{
    public static class WindowsCredential
    {
        private const uint DomainPassword = 2;
        private const uint PersistOnThisMachine = 2;

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        private struct Credential
        {
            public uint Flags;
            public uint Type;
            public string TargetName;
            public string Comment;
            public System.Runtime.InteropServices.ComTypes.FILETIME LastWritten;
            public uint CredentialBlobSize;
            public IntPtr CredentialBlob;
            public uint Persist;
            public uint AttributeCount;
            public IntPtr Attributes;
            public string TargetAlias;
            public string UserName;
        }

        [DllImport("advapi32.dll", EntryPoint = "CredWriteW", CharSet = CharSet.Unicode, SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool CredWrite(ref Credential credential, uint flags);

        public static void Write(string target, string userName, string secret)
        {
            byte[] blob = Encoding.Unicode.GetBytes(secret);
            IntPtr memory = Marshal.AllocHGlobal(blob.Length);
            try
            {
                Marshal.Copy(blob, 0, memory, blob.Length);
                Credential credential = new Credential();
                credential.Type = DomainPassword;
                credential.TargetName = target;
                credential.UserName = userName;
                credential.CredentialBlob = memory;
                credential.CredentialBlobSize = (uint)blob.Length;
                credential.Persist = PersistOnThisMachine;
                if (!CredWrite(ref credential, 0))
                {
                    throw new Win32Exception(Marshal.GetLastWin32Error());
                }
            }
            finally
            {
                Array.Clear(blob, 0, blob.Length);
                Marshal.Copy(blob, 0, memory, blob.Length);
                Marshal.FreeHGlobal(memory);
            }
        }
    }

    public static class PinnedCertificate
    {
        // Compiled, because a script block cannot answer on the thread that asks.
        public static RemoteCertificateValidationCallback Accepting(string thumbprint)
        {
            return delegate(object sender, X509Certificate certificate, X509Chain chain, SslPolicyErrors errors)
            {
                return certificate != null
                    && string.Equals(certificate.GetCertHashString(), thumbprint, StringComparison.OrdinalIgnoreCase);
            };
        }
    }
}
'@
}

function Add-KnownSecret {
    param([string] $Value)

    if ($Value.Length -ge 4 -and -not $script:KnownSecrets.Contains($Value)) {
        $script:KnownSecrets.Add($Value)
    }
}

function Get-ManagedIdentityToken {
    # The client ID is always given: the first node has two identities.
    param([string] $Audience, [string] $ClientId)

    $uri = 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={0}&client_id={1}' -f `
        [uri]::EscapeDataString($Audience), [uri]::EscapeDataString($ClientId)
    $answer = Invoke-RestMethod -Uri $uri -Headers @{ Metadata = 'true' } -UseBasicParsing -TimeoutSec 30
    Add-KnownSecret $answer.access_token
    return $answer.access_token
}

function Get-VaultSecret {
    param([string] $Name)

    $value = Invoke-WithRetry -What "Reading '$Name' from Key Vault" -Action {
        $bearer = Get-ManagedIdentityToken -Audience $Settings.keyVaultAudience -ClientId $Settings.identityClientId
        $uri = '{0}/secrets/{1}?api-version=7.4' -f $Settings.keyVaultUri.TrimEnd('/'), [uri]::EscapeDataString($Name)
        $headers = @{ Authorization = "Bearer $bearer" }
        (Invoke-RestMethod -Uri $uri -Headers $headers -UseBasicParsing -TimeoutSec 30).value
    }
    # White space around a pasted master key is the classic reason for a join that fails.
    $value = $value.Trim()
    Add-KnownSecret $value
    return $value
}

function Assert-CommandLinesAreNotRecorded {
    # Octopus Server takes the master key and the administrator's password as arguments and in no other way.
    $path = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit'
    if ((Get-RegistryValue -Path $path -Name 'ProcessCreationIncludeCmdLine_Enabled') -eq 1) {
        throw ('Windows records command lines in the security log (ProcessCreationIncludeCmdLine_Enabled is 1), ' +
            'and the master key would be recorded with them. Set it to 0 for the bootstrap, then run it again.')
    }
}

# ---------------------------------------------------------------- share

function Set-ShareCredential {
    # Stored for LocalSystem, which is the account of the Octopus service. Written at every start: it costs nothing.
    $shareServer = ([uri]$Settings.uncPath).Host
    $accountKey = Get-VaultSecret $Settings.keyVaultEntries.storageAccountKey
    [OctopusNode.WindowsCredential]::Write($shareServer, "localhost\$($Settings.storageAccountName)", $accountKey)
}

function Test-ShareIsWritable {
    $probe = Join-Path $Settings.uncPath "node-$($Settings.nodeName).tmp"
    Invoke-WithRetry -What "Writing to $($Settings.uncPath)" -Action {
        [System.IO.File]::WriteAllText($probe, 'written by the bootstrap of this node')
        [System.IO.File]::Delete($probe)
    }
    Write-Log "The share $($Settings.uncPath) is writable."
}

function Enable-RemoteSymbolicLinks {
    # Local links to remote folders are on by default; a hardened image may have turned them off.
    $path = 'HKLM:\SYSTEM\CurrentControlSet\Control\FileSystem'
    if ((Get-RegistryValue -Path $path -Name 'SymlinkLocalToRemoteEvaluation') -eq 0) {
        Invoke-Native -FilePath 'fsutil.exe' -Arguments @('behavior', 'set', 'SymlinkEvaluation', 'L2R:1') | Out-Null
    }
}

function New-SharedFolderLink {
    # The link has to be there before the folder: nothing can be linked over a folder that exists.
    param([string] $Name)

    $target = Join-Path $Settings.uncPath $Name
    $link = Join-Path $HomeFolder $Name
    if (-not (Test-Path -LiteralPath $target)) {
        New-Item -Path $target -ItemType Directory | Out-Null
    }
    $present = Get-Item -LiteralPath $link -Force -ErrorAction SilentlyContinue
    if ($null -ne $present) {
        if ($present.LinkType -eq 'SymbolicLink') {
            return
        }
        if (@(Get-ChildItem -LiteralPath $link -Force).Count -gt 0) {
            throw "$link is a folder with files in it. Move them to $target, delete the folder, and run this again."
        }
        Remove-Item -LiteralPath $link -Force
    }
    New-Item -Path $link -ItemType SymbolicLink -Target $target | Out-Null
    Write-Log "Linked $link to $target."
}

function Initialize-SharedFolders {
    if ($Settings.shareMount -ne 'symbolic-links') {
        return
    }
    Enable-RemoteSymbolicLinks
    foreach ($name in $SharedFolders.Keys) {
        New-SharedFolderLink $name
    }
}

# ---------------------------------------------------------------- database

function Get-ConnectionValue {
    # The connection string is read key by key: SqlClient of .NET Framework does not know managed identities.
    param([string[]] $Names)

    $given = New-Object System.Data.Common.DbConnectionStringBuilder
    $given.set_ConnectionString($Settings.connectionString)
    foreach ($name in $Names) {
        if ($given.ContainsKey($name)) {
            return [string]$given[$name]
        }
    }
    throw "The connection string has no '$($Names[0])'."
}

function Test-SqlAuthentication {
    return $Settings.keyVaultEntries.sqlAdministratorPassword -ne ''
}

function Open-Database {
    param([string] $ClientId)

    $builder = New-Object System.Data.SqlClient.SqlConnectionStringBuilder
    $builder['Data Source'] = Get-ConnectionValue -Names 'Server', 'Data Source'
    $builder['Initial Catalog'] = Get-ConnectionValue -Names 'Database', 'Initial Catalog'
    $builder['Encrypt'] = $true
    $builder['Connect Timeout'] = 60
    if (Test-SqlAuthentication) {
        $builder['User ID'] = Get-ConnectionValue -Names 'User ID', 'UID'
        $builder['Password'] = Get-VaultSecret $Settings.keyVaultEntries.sqlAdministratorPassword
    }
    $connection = New-Object System.Data.SqlClient.SqlConnection ($builder.ToString())
    if (-not (Test-SqlAuthentication)) {
        $connection.AccessToken = Get-ManagedIdentityToken -Audience $Settings.databaseAudience -ClientId $ClientId
    }
    $connection.Open()
    return $connection
}

function Invoke-Sql {
    # Values travel as parameters; names are quoted by the server itself, with QUOTENAME.
    param([string] $ClientId, [string] $Text, [hashtable] $Parameters = @{}, [int] $Attempts = 40)

    Invoke-WithRetry -What 'Talking to the database' -Attempts $Attempts -Action {
        $connection = Open-Database -ClientId $ClientId
        try {
            $command = $connection.CreateCommand()
            $command.CommandText = $Text
            $command.CommandTimeout = 300
            foreach ($name in $Parameters.Keys) {
                $command.Parameters.AddWithValue("@$name", $Parameters[$name].PSObject.BaseObject) | Out-Null
            }
            $command.ExecuteScalar()
        }
        finally {
            $connection.Dispose()
        }
    }
}

function Grant-DatabaseAccess {
    # A user made by SID needs no look-up in Entra ID, and so no directory role for the server.
    $statement = @'
IF EXISTS (SELECT 1 FROM sys.database_principals WHERE name = @name AND sid <> @sid)
BEGIN
    DECLARE @drop nvarchar(max) = N'DROP USER ' + QUOTENAME(@name);
    EXEC (@drop);
END;
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = @name)
BEGIN
    DECLARE @create nvarchar(max) = N'CREATE USER ' + QUOTENAME(@name)
        + N' WITH SID = ' + CONVERT(nvarchar(100), @sid, 1) + N', TYPE = E';
    EXEC (@create);
END;
IF IS_ROLEMEMBER(N'db_owner', @name) = 0
BEGIN
    DECLARE @grant nvarchar(max) = N'ALTER ROLE db_owner ADD MEMBER ' + QUOTENAME(@name);
    EXEC (@grant);
END;
'@
    $sid = ([guid]$Settings.identityClientId).ToByteArray()
    Invoke-Sql -ClientId $Settings.databaseAdministratorClientId -Text $statement -Parameters @{
        name = $Settings.identityName
        sid  = $sid
    } | Out-Null
    Write-Log "The identity '$($Settings.identityName)' owns the database."
}

function Wait-ForDatabaseUser {
    # Where the Entra administrator is somebody else's, only they can make the user: one hour is theirs.
    $name = $Settings.identityName
    $sid = '0x' + [BitConverter]::ToString(([guid]$Settings.identityClientId).ToByteArray()).Replace('-', '')
    Write-Log ("The database user is for the Entra administrator to make. If the login fails now, run in the database: " +
        "CREATE USER [$name] WITH SID = $sid, TYPE = E; ALTER ROLE db_owner ADD MEMBER [$name];")
    $statement = "IF IS_ROLEMEMBER(N'db_owner') <> 1 THROW 50000, N'The user does not own the database yet.', 1;"
    Invoke-Sql -ClientId $Settings.identityClientId -Text $statement -Attempts 240 | Out-Null
}

function Disable-AutomaticIndexes {
    # Octopus wants no indexes that come and go by themselves; edition 5 is Azure SQL Database.
    $statement = @'
IF SERVERPROPERTY('EngineEdition') = 5 AND EXISTS (
    SELECT 1 FROM sys.database_automatic_tuning_options
    WHERE name IN (N'CREATE_INDEX', N'DROP_INDEX') AND desired_state_desc <> N'OFF')
    ALTER DATABASE CURRENT SET AUTOMATIC_TUNING (
        CREATE_INDEX = OFF, DROP_INDEX = OFF, FORCE_LAST_GOOD_PLAN = ON);
'@
    Invoke-Sql -ClientId $Settings.identityClientId -Text $statement | Out-Null
}

function Get-SetupState {
    # new: no tables yet. started: an earlier run stopped midway. finished: the cluster has its administrator.
    # The mark is kept in the database, so that a rebuilt first node never resets a password.
    $statement = @'
DECLARE @mark nvarchar(16) = (
    SELECT CONVERT(nvarchar(16), value) FROM sys.extended_properties WHERE class = 0 AND name = @name);
SELECT COALESCE(@mark,
    CASE WHEN EXISTS (SELECT 1 FROM sys.tables WHERE is_ms_shipped = 0) THEN N'finished' ELSE N'new' END);
'@
    return [string](Invoke-Sql -ClientId $Settings.identityClientId -Text $statement -Parameters @{ name = $SetupMarker })
}

function Set-SetupState {
    param([ValidateSet('started', 'finished')] [string] $Value)

    $statement = @'
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 0 AND name = @name)
    EXEC sys.sp_updateextendedproperty @name = @name, @value = @value;
ELSE
    EXEC sys.sp_addextendedproperty @name = @name, @value = @value;
'@
    $parameters = @{ name = $SetupMarker; value = $Value }
    Invoke-Sql -ClientId $Settings.identityClientId -Text $statement -Parameters $parameters | Out-Null
}

# ---------------------------------------------------------------- Octopus Server

function Get-OctopusExecutable {
    $folder = Get-RegistryValue -Path 'HKLM:\SOFTWARE\Octopus\OctopusServer' -Name 'InstallLocation'
    if (-not $folder) {
        $folder = Join-Path $env:ProgramFiles 'Octopus Deploy\Octopus'
    }
    return (Join-Path $folder 'Octopus.Server.exe')
}

function Invoke-Octopus {
    # --console keeps the program from taking session 0 for a service start.
    param([string] $Command, [string[]] $Options, [int] $TimeoutMinutes = 30)

    $arguments = @($Command, '--console', "--instance=$InstanceName") + $Options
    return (Invoke-Native -FilePath (Get-OctopusExecutable) -Arguments $arguments -TimeoutMinutes $TimeoutMinutes)
}

function Get-InstalledVersion {
    $executable = Get-OctopusExecutable
    if (-not (Test-Path -LiteralPath $executable)) {
        return ''
    }
    if ((Get-Item -LiteralPath $executable).VersionInfo.ProductVersion -notmatch '^\d+\.\d+\.\d+') {
        throw "$executable does not tell its version."
    }
    return $Matches[0]
}

function Assert-InstallerIsGenuine {
    param([string] $Path, [string] $ExpectedHash)

    if ($ExpectedHash -ne '') {
        $actual = (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
        if ($actual -ne $ExpectedHash) {
            throw "The MSI has SHA-256 $actual, wanted $ExpectedHash."
        }
    }
    $signature = Get-AuthenticodeSignature -LiteralPath $Path
    if ($signature.Status -ne 'Valid') {
        throw "The signature of the MSI is not valid: $($signature.StatusMessage)"
    }
    if ($signature.SignerCertificate.Subject -notmatch '(^|, )(CN|O)="?Octopus Deploy') {
        throw "The MSI is signed by '$($signature.SignerCertificate.Subject)' and not by Octopus Deploy."
    }
}

function Install-OctopusMsi {
    param([string] $WantedVersion, [string] $ExpectedHash)

    $installer = Join-Path $StateFolder "Octopus.$WantedVersion-x64.msi"
    $address = "$($Settings.installerBaseUrl)/Octopus.$WantedVersion-x64.msi"
    Write-Log "Downloading $address."
    try {
        Invoke-WithRetry -What 'The download' -Attempts 5 -DelaySeconds 30 -Action {
            $client = New-Object System.Net.WebClient
            try {
                $client.DownloadFile($address, $installer)
            }
            finally {
                $client.Dispose()
            }
        }
        Assert-InstallerIsGenuine -Path $installer -ExpectedHash $ExpectedHash
        $log = Join-Path $StateFolder 'msi.log'
        # 3010 and 1641: installed, a restart is pending. Octopus itself does not need it.
        $arguments = @('/i', $installer, '/quiet', '/norestart', '/l*v', $log, 'RUNMANAGERONEXIT=no', 'WIXUI_DONTVALIDATEPATH=1')
        $result = Invoke-Native -FilePath 'msiexec.exe' -Arguments $arguments -AllowedExitCodes 0, 3010, 1641 -TimeoutMinutes 60
        Write-Log "Installed Octopus Server $WantedVersion (exit code $($result.ExitCode))."
    }
    finally {
        Remove-Item -LiteralPath $installer -Force -ErrorAction SilentlyContinue
    }
}

function Install-OctopusServer {
    # A cluster is upgraded with all nodes stopped, so a new version in the configuration is no reason to install it.
    $installed = Get-InstalledVersion
    if ($installed -eq $Settings.octopusVersion) {
        return
    }
    if ($installed -ne '' -and (Test-Path -LiteralPath $InstanceRegistration)) {
        throw ("Octopus Server $installed is running here, the configuration asks for $($Settings.octopusVersion). " +
            "Upgrade all nodes as DEPLOY.md says under 'Upgrade', then deploy again.")
    }
    Install-OctopusMsi -WantedVersion $Settings.octopusVersion -ExpectedHash $Settings.installerSha256
}

function New-Instance {
    if (Test-Path -LiteralPath $InstanceRegistration) {
        return
    }
    if (Test-Path -LiteralPath $InstanceConfigFile) {
        # Left by a machine that was rebuilt: its secrets are sealed for that machine and of no use here.
        Move-Item -LiteralPath $InstanceConfigFile -Destination "$InstanceConfigFile.previous" -Force
    }
    Invoke-Octopus -Command 'create-instance' -Options @(
        "--config=$InstanceConfigFile", "--home=$HomeFolder", "--serverNodeName=$($Settings.nodeName)") | Out-Null
    Write-Log "Created the instance $InstanceName as node $($Settings.nodeName)."
}

function Get-OctopusConnectionString {
    if (-not (Test-SqlAuthentication)) {
        return $Settings.connectionString
    }
    $builder = New-Object System.Data.Common.DbConnectionStringBuilder
    $builder.set_ConnectionString($Settings.connectionString)
    $builder['Password'] = Get-VaultSecret $Settings.keyVaultEntries.sqlAdministratorPassword
    $full = $builder.ToString()
    Add-KnownSecret $full
    return $full
}

function Test-SchemaExists {
    $statement = 'SELECT COUNT(*) FROM sys.tables WHERE is_ms_shipped = 0'
    return [int](Invoke-Sql -ClientId $Settings.identityClientId -Text $statement) -gt 0
}

function Get-MasterKey {
    $key = Get-VaultSecret $Settings.keyVaultEntries.masterKey
    if ($key -notmatch '^[A-Za-z0-9+/]{22}==$') {
        throw 'The master key in Key Vault is not 16 bytes in base64.'
    }
    return $key
}

function Connect-Database {
    # Only the first node may create; two nodes on one empty database would race.
    param([string] $SetupState)

    $isCreated = $SetupState -eq 'finished'
    Invoke-WhenChanged -Step 'database' -Value $Settings.connectionString -Action {
        Assert-CommandLinesAreNotRecorded
        $options = @(
            "--connectionString=$(Get-OctopusConnectionString)"
            "--masterKey=$(Get-MasterKey)"
        )
        if (-not $isCreated) {
            $options += '--create'
        }
        Invoke-Octopus -Command 'database' -Options $options -TimeoutMinutes 60 | Out-Null
        if (-not (Test-SchemaExists)) {
            # The database itself was there before, empty; 'create' may leave such a one alone.
            Invoke-Octopus -Command 'database' -Options @('--upgrade') -TimeoutMinutes 60 | Out-Null
        }
    }
}

function Set-ServerConfiguration {
    # 'localhost' is how Octopus writes "every host name of this machine".
    $options = @(
        "--webListenPrefixes=https://localhost:$PortalPort/,http://localhost:80/"
        '--webForceSSL=True'
        "--webTrustedRedirectUrls=https://$($Settings.portalHostName)"
        "--commsListenPort=$($Settings.pollingPort)"
        "--grpcListenPort=$($Settings.grpcPort)"
        "--hstsEnabled=$([bool]$Settings.hstsEnabled)"
        "--sendTelemetry=$([bool]$Settings.sendTelemetry)"
        '--usernamePasswordIsEnabled=True'
    )
    Invoke-WhenChanged -Step 'configure' -Value ($options -join ' ') -Action {
        Invoke-Octopus -Command 'configure' -Options $options | Out-Null
    }
}

function New-Administrator {
    Assert-CommandLinesAreNotRecorded
    Invoke-Octopus -Command 'admin' -Options @(
        "--username=$($Settings.administratorUsername)"
        "--email=$($Settings.administratorEmail)"
        "--password=$(Get-VaultSecret $Settings.keyVaultEntries.administratorPassword)"
    ) | Out-Null
    Write-Log "Created the administrator $($Settings.administratorUsername)."
}

function Set-License {
    # By file, which only administrators can read and which is gone afterwards.
    $file = Join-Path $StateFolder 'license.xml'
    try {
        $content = [Convert]::FromBase64String((Get-VaultSecret $Settings.keyVaultEntries.license))
        [System.IO.File]::WriteAllBytes($file, $content)
        Invoke-Octopus -Command 'license' -Options @("--licenseFile=$file") | Out-Null
    }
    finally {
        Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue
    }
    Write-Log 'Installed the licence.'
}

function Set-SharedPaths {
    # The paths are kept in the database: set once, read by every node.
    if ($Settings.shareMount -eq 'symbolic-links') {
        $options = @($SharedFolders.Keys | ForEach-Object { "--$($SharedFolders[$_])=$(Join-Path $HomeFolder $_)" })
    }
    else {
        $options = @("--clusterShared=$($Settings.uncPath)")
    }
    Invoke-Octopus -Command 'path' -Options $options | Out-Null
    Write-Log 'Set the shared paths.'
}

function Complete-FirstSetup {
    # Once in the life of a cluster: 'admin' would reset a password, 'license' and 'path' what people changed since.
    param([string] $SetupState)

    if ($SetupState -eq 'finished') {
        return
    }
    New-Administrator
    Set-License
    Set-SharedPaths
    Set-SetupState 'finished'
}

function Set-TaskCap {
    Invoke-WhenChanged -Step 'task cap' -Value "$($Settings.taskCap)" -Action {
        Invoke-Octopus -Command 'node' -Options @("--taskCap=$($Settings.taskCap)") | Out-Null
    }
}

# ---------------------------------------------------------------- portal certificate

function Read-PortalCertificate {
    # The whole chain in the file, keys kept in memory only; the portal's own certificate is the one with a key.
    param([byte[]] $Pfx)

    $all = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2Collection
    $flags = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]::EphemeralKeySet
    $all.Import($Pfx, '', $flags)
    $own = @($all | Where-Object { $_.HasPrivateKey })
    if ($own.Count -ne 1) {
        throw "The portal certificate must hold exactly one private key, it holds $($own.Count)."
    }
    return [pscustomobject]@{ Own = $own[0]; All = $all }
}

function Add-Certificate {
    param([string] $StoreName, [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)

    $location = [System.Security.Cryptography.X509Certificates.StoreLocation]::LocalMachine
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store ($StoreName, $location)
    $store.Open([System.Security.Cryptography.X509Certificates.OpenFlags]::ReadWrite)
    try {
        $store.Add($Certificate)
    }
    finally {
        $store.Close()
    }
}

function Install-PortalCertificate {
    # Returns the thumbprint. The key is kept for the machine and cannot be exported again.
    $pfx = [Convert]::FromBase64String((Get-VaultSecret $Settings.keyVaultEntries.certificate))
    $found = Read-PortalCertificate $pfx
    $thumbprint = $found.Own.Thumbprint
    if ($found.Own.NotAfter -lt [DateTime]::Now.AddDays(14)) {
        Write-Log "WARNING: the portal certificate $thumbprint ends on $($found.Own.NotAfter.ToString('u'))."
    }
    $present = Get-Item -LiteralPath "Cert:\LocalMachine\My\$thumbprint" -ErrorAction SilentlyContinue
    if ($null -ne $present -and $present.HasPrivateKey) {
        return $thumbprint
    }
    $keys = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]
    $flags = $keys::MachineKeySet -bor $keys::PersistKeySet
    Add-Certificate 'My' ([System.Security.Cryptography.X509Certificates.X509Certificate2]::new($pfx, '', $flags))
    # Intermediates complete the chain; a root is never trusted because a file says so.
    $found.All | Where-Object { -not $_.HasPrivateKey -and $_.Subject -ne $_.Issuer } | ForEach-Object {
        Add-Certificate 'CA' $_
    }
    Write-Log "Installed the portal certificate $thumbprint."
    return $thumbprint
}

function Set-PortalBinding {
    param([string] $Thumbprint)

    $endpoint = "ipport=0.0.0.0:$PortalPort"
    $bound = Invoke-Native -FilePath 'netsh.exe' -Arguments @('http', 'show', 'sslcert', $endpoint) -AllowedExitCodes 0, 1
    if ($bound.Output -match $Thumbprint) {
        return
    }
    if ($bound.ExitCode -eq 0) {
        Invoke-Native -FilePath 'netsh.exe' -Arguments @('http', 'delete', 'sslcert', $endpoint) | Out-Null
    }
    Invoke-Octopus -Command 'ssl-certificate' -Options @(
        "--thumbprint=$Thumbprint", '--certificate-store=My', "--port=$PortalPort", '--ip-address=0.0.0.0') | Out-Null
    Write-Log "Bound certificate $Thumbprint to port $PortalPort."
}

# ---------------------------------------------------------------- service

function Install-OctopusService {
    if ($null -eq (Get-Service -Name $ServiceName -ErrorAction SilentlyContinue)) {
        # Without the SMB client there is no share, and the server refuses to start.
        Invoke-Octopus -Command 'service' -Options @('--install', '--reconfigure', '--dependOn=LanmanWorkstation') | Out-Null
    }
    Invoke-Native -FilePath 'sc.exe' -Arguments @(
        'failure', $ServiceName, 'reset=', '86400', 'actions=', 'restart/60000/restart/60000/restart/300000') | Out-Null
}

function Set-Watchdog {
    param([ValidateSet('create', 'delete')] [string] $Action)

    $arguments = @('watchdog', "--$Action", "--instances=$InstanceName")
    if ($Action -eq 'create') {
        $arguments += '--interval=5'
    }
    Invoke-Native -FilePath (Get-OctopusExecutable) -Arguments $arguments | Out-Null
}

function Get-PingStatus {
    # Asked as the load balancer asks: by address. The certificate is checked by its thumbprint instead of its name.
    param([string] $Thumbprint)

    $request = [System.Net.WebRequest]::CreateHttp("https://127.0.0.1:$PortalPort/api/octopusservernodes/ping")
    $request.ServerCertificateValidationCallback = [OctopusNode.PinnedCertificate]::Accepting($Thumbprint)
    $request.AllowAutoRedirect = $false
    $request.Timeout = 15000
    $response = $null
    try {
        $response = $request.GetResponse()
    }
    catch {
        $failure = $_.Exception
        while ($null -ne $failure -and $failure -isnot [System.Net.WebException]) {
            $failure = $failure.InnerException
        }
        if ($null -eq $failure -or $null -eq $failure.Response) {
            throw
        }
        $response = $failure.Response
    }
    $status = [int]$response.StatusCode
    $response.Dispose()
    return $status
}

function Start-OctopusService {
    param([string] $Thumbprint)

    if ((Get-Service -Name $ServiceName).Status -ne 'Running') {
        Invoke-Octopus -Command 'service' -Options @('--start') | Out-Null
    }
    elseif ($script:RestartNeeded) {
        Restart-OctopusService $Thumbprint
    }
}

function Restart-OctopusService {
    # Running tasks get half an hour to end. A node that an operator drained stays drained.
    param([string] $Thumbprint)

    $wasDraining = $false
    try {
        $wasDraining = (Get-PingStatus $Thumbprint) -eq 418
    }
    catch {
        Write-Log "No answer before the restart: $($_.Exception.Message)"
    }
    Invoke-Octopus -Command 'node' -Options @('--drain=true', '--wait=1800') -TimeoutMinutes 45 | Out-Null
    Invoke-Octopus -Command 'service' -Options @('--restart') | Out-Null
    if (-not $wasDraining) {
        Invoke-Octopus -Command 'node' -Options @('--drain=false') | Out-Null
    }
    Write-Log 'Restarted the service with the new settings.'
}

function Wait-ForPing {
    # 200 is up; 418 is up and draining, which an operator asked for.
    param([string] $Thumbprint)

    Invoke-WithRetry -What 'The ping' -Attempts 60 -DelaySeconds 15 -Action {
        $status = Get-PingStatus $Thumbprint
        if ($status -ne 200 -and $status -ne 418) {
            throw "Octopus Server answers $status."
        }
        Write-Log "Octopus Server answers $status."
    }
}

# ---------------------------------------------------------------- tasks

function Initialize-Database {
    # Returns the state of the set-up; on the other nodes it is always finished, because the first node came before.
    if (-not $Settings.isFirstNode) {
        Invoke-Sql -ClientId $Settings.identityClientId -Text 'SELECT 1' | Out-Null
        return 'finished'
    }
    if (Test-SqlAuthentication) {
        Write-Log 'The nodes sign in to the database with a password.'
    }
    elseif ($Settings.databaseAdministratorClientId -ne '') {
        Grant-DatabaseAccess
    }
    else {
        Wait-ForDatabaseUser
    }
    Disable-AutomaticIndexes
    $state = Get-SetupState
    if ($state -eq 'new') {
        Set-SetupState 'started'
    }
    Write-Log "The set-up of the cluster is $state."
    return $state
}

function Install-Node {
    Initialize-HomeFolder
    Disable-OldTls
    Set-FirewallRules
    Set-OwnPortalAddress
    Set-ShareCredential
    Test-ShareIsWritable
    Initialize-SharedFolders
    Register-RefreshTask
    Set-DefenderExclusions
    Install-OctopusServer
    $setupState = Initialize-Database
    New-Instance
    Connect-Database $setupState
    Set-ServerConfiguration
    if ($Settings.isFirstNode) {
        Complete-FirstSetup $setupState
    }
    Set-TaskCap
    $thumbprint = Install-PortalCertificate
    Set-PortalBinding $thumbprint
    Install-OctopusService
    Start-OctopusService $thumbprint
    Wait-ForPing $thumbprint
    Invoke-WhenChanged -Step 'watchdog' -Value 'every 5 minutes' -Action { Set-Watchdog 'create' }
}

function Update-Node {
    Set-ShareCredential
    if (Test-Path -LiteralPath $InstanceRegistration) {
        Set-PortalBinding (Install-PortalCertificate)
    }
}

function Stop-Node {
    # The watchdog would start the service again.
    Set-Watchdog 'delete'
    Invoke-Octopus -Command 'node' -Options @('--drain=true', '--wait=1800') -TimeoutMinutes 45 | Out-Null
    Invoke-Octopus -Command 'service' -Options @('--stop') | Out-Null
    Write-Log 'The node is drained and stopped.'
}

function Update-OctopusVersion {
    if ($Version -eq '') {
        throw 'Give the version to upgrade to: -Version 2026.4.1234'
    }
    if ((Get-Service -Name $ServiceName).Status -ne 'Stopped') {
        throw 'Stop all nodes first (-Task Stop) and back up the database: a cluster is upgraded at a standstill.'
    }
    if ((Get-InstalledVersion) -ne $Version) {
        Install-OctopusMsi -WantedVersion $Version -ExpectedHash $Sha256
    }
    if ($Settings.isFirstNode) {
        Invoke-Octopus -Command 'database' -Options @('--upgrade') -TimeoutMinutes 240 | Out-Null
    }
    $Settings.octopusVersion = $Version
    Save-Settings $Settings
    Invoke-Octopus -Command 'service' -Options @('--start') | Out-Null
    Wait-ForPing (Install-PortalCertificate)
    Invoke-Octopus -Command 'node' -Options @('--drain=false') | Out-Null
    Set-Watchdog 'create'
}

function Invoke-Task {
    # One at a time: the scheduled task may wake up in the middle of a bootstrap.
    $mutex = New-Object System.Threading.Mutex ($false, 'Global\OctopusNode')
    try {
        $isMine = $mutex.WaitOne([TimeSpan]::FromMinutes(60))
    }
    catch [System.Threading.AbandonedMutexException] {
        # The run before was killed; what it left is what this run is for.
        $isMine = $true
    }
    if (-not $isMine) {
        throw 'Another run of this script has not ended for an hour.'
    }
    try {
        switch ($Task) {
            'Bootstrap' { Install-Node }
            'Refresh' { Update-Node }
            'Stop' { Stop-Node }
            'Upgrade' { Update-OctopusVersion }
        }
    }
    finally {
        $mutex.ReleaseMutex()
        $mutex.Dispose()
    }
}

try {
    Protect-Folder $StateFolder
    Write-Log "Task $Task begins."
    [System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12
    $Settings = Read-Settings
    if ($Task -eq 'Bootstrap') {
        Save-Script ($MyInvocation.MyCommand.ScriptBlock.ToString())
    }
    Add-NativeTypes
    Invoke-Task
    Write-Log "Task $Task is done."
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    exit 1
}
