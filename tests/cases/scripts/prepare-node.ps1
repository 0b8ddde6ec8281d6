<#
.SYNOPSIS
Prepares this machine for Octopus Server: home disk, firewall, the account of the service, and the shared folders.

.DESCRIPTION
Runs as LocalSystem under Windows PowerShell 5.1, inside a managed run command, before bootstrap-node.ps1. It is
idempotent: what is already as wanted stays as it is.

The script stores itself in %ProgramData%\OctopusNode, next to its configuration, its state and its log, where only
LocalSystem and administrators can read. bootstrap-node.ps1 -Task Refresh runs it from there at every start and once a
day, so that a rotated credential reaches the node and a mapped drive is there before the service.

Where the service has an account of its own, a part of the work can only be done as that account: its own store of
credentials, and the proof that it may write to the share. A copy of the script in %ProgramData%\OctopusNodeAccount,
which that account can read and not change, does it in a scheduled task that is gone afterwards.

Secrets are read from Key Vault with the managed identity of the node. They are never written to a log, to a file or to
a command line.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8: names and settings, no secrets. When absent, the stored one of the last run.

.PARAMETER Task
Prepare does it all. Refresh renews the credentials of the share and the drive. Account is what runs as the account of
the service; nobody needs to call it.

.EXAMPLE
C:\ProgramData\OctopusNode\prepare-node.ps1 -Task Refresh
#>
[CmdletBinding()]
param(
    [string] $Configuration = '',

    [ValidateSet('Prepare', 'Refresh', 'Account')]
    [string] $Task = 'Prepare'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$ServiceName = 'OctopusDeploy'
$AccountFolder = Join-Path $env:ProgramData 'OctopusNodeAccount'
$AccountLog = Join-Path $AccountFolder 'account.log'
$AccountTaskName = 'Octopus node account'
$StateFolder = Join-Path $env:ProgramData 'OctopusNode'
$LogFile = Join-Path $StateFolder 'prepare.log'
if ($Task -eq 'Account') {
    # The account of the service sees its own folder and nothing of the other.
    $StateFolder = $AccountFolder
    $LogFile = $AccountLog
}
$StateFile = Join-Path $StateFolder 'prepare-state.json'
$SettingsFile = Join-Path $StateFolder 'configuration.json'
$StoredScript = Join-Path $StateFolder 'prepare-node.ps1'

# The home is a mount point and not a drive: which letters are free differs from size to size.
$HomeFolder = Join-Path $env:SystemDrive 'Octopus'
$HomeVolumeLabel = 'Octopus Home'
$SharedFolders = 'Artifacts', 'Packages', 'TaskLogs', 'Imports', 'EventExports', 'Telemetry'

$PortalPort = 443
$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'
$Settings = $null

# ---------------------------------------------------------------- log, retries, programs, settings, secrets

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
function Get-RegistryValue {
    param([string] $Path, [string] $Name)

    $key = Get-Item -LiteralPath $Path -ErrorAction SilentlyContinue
    if ($null -eq $key) {
        return $null
    }
    return $key.GetValue($Name)
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

function Get-VaultEntry {
    # The newest version of a secret with what is known about it; from the vault of the nodes unless told otherwise.
    param([string] $Name, [string] $VaultUri = $Settings.keyVaultUri)

    return Invoke-WithRetry -What "Reading '$Name' from $VaultUri" -Action {
        $bearer = Get-ManagedIdentityToken -Audience $Settings.keyVaultAudience -ClientId $Settings.identityClientId
        $uri = '{0}/secrets/{1}?api-version=7.4' -f $VaultUri.TrimEnd('/'), [uri]::EscapeDataString($Name)
        $headers = @{ Authorization = "Bearer $bearer" }
        Invoke-RestMethod -Uri $uri -Headers $headers -UseBasicParsing -TimeoutSec 30
    }
}

function Get-VaultSecret {
    param([string] $Name)

    # White space around a pasted master key is the classic reason for a join that fails.
    $value = (Get-VaultEntry $Name).value.Trim()
    Add-KnownSecret $value
    return $value
}

function Get-VaultSecretVersion {
    # Tells a new password from the old one without keeping either.
    param([string] $Name)

    return ((Get-VaultEntry $Name).id -split '/')[-1]
}
function Invoke-Alone {
    # One at a time: the scheduled task may wake up in the middle of a deployment.
    param([string] $Name, [scriptblock] $Action)

    $mutex = New-Object System.Threading.Mutex ($false, "Global\$Name")
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
        & $Action
    }
    finally {
        $mutex.ReleaseMutex()
        $mutex.Dispose()
    }
}

function Add-NativeTypes {
    # Credentials go to Windows by a call and not by cmdkey, whose command line would show them.
    if ('OctopusNode.WindowsCredential' -as [type]) {
        return
    }
    # Windows PowerShell takes a warning of the compiler for an error, and fields that only Windows reads are one.
    Add-Type -IgnoreWarnings -TypeDefinition @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
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

    public static class DirectoryLink
    {
        // New-Item wants to see the target, and this account need not be let into the share.
        [DllImport("kernel32.dll", EntryPoint = "CreateSymbolicLinkW", CharSet = CharSet.Unicode, SetLastError = true)]
        [return: MarshalAs(UnmanagedType.U1)]
        private static extern bool CreateSymbolicLink(string link, string target, uint flags);

        public static void Create(string link, string target)
        {
            if (!CreateSymbolicLink(link, target, 1))
            {
                throw new Win32Exception(Marshal.GetLastWin32Error());
            }
        }
    }

    public static class AccountRights
    {
        // May create accounts in the local policy and look up names.
        private const uint PolicyAccess = 0x810;

        [StructLayout(LayoutKind.Sequential)]
        private struct LsaString
        {
            public ushort Length;
            public ushort MaximumLength;
            public IntPtr Buffer;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct LsaAttributes
        {
            public int Length;
            public IntPtr RootDirectory;
            public IntPtr ObjectName;
            public int Attributes;
            public IntPtr SecurityDescriptor;
            public IntPtr SecurityQualityOfService;
        }

        [DllImport("advapi32.dll")]
        private static extern uint LsaOpenPolicy(
            IntPtr system, ref LsaAttributes attributes, uint access, out IntPtr policy);

        [DllImport("advapi32.dll")]
        private static extern uint LsaAddAccountRights(IntPtr policy, byte[] sid, ref LsaString right, int count);

        [DllImport("advapi32.dll")]
        private static extern uint LsaClose(IntPtr policy);

        [DllImport("advapi32.dll")]
        private static extern int LsaNtStatusToWinError(uint status);

        public static void Grant(byte[] sid, string right)
        {
            LsaAttributes attributes = new LsaAttributes();
            attributes.Length = Marshal.SizeOf(typeof(LsaAttributes));
            IntPtr policy;
            Check(LsaOpenPolicy(IntPtr.Zero, ref attributes, PolicyAccess, out policy));
            LsaString name = new LsaString();
            name.Buffer = Marshal.StringToHGlobalUni(right);
            name.Length = (ushort)(right.Length * 2);
            name.MaximumLength = (ushort)(right.Length * 2 + 2);
            try
            {
                Check(LsaAddAccountRights(policy, sid, ref name, 1));
            }
            finally
            {
                Marshal.FreeHGlobal(name.Buffer);
                LsaClose(policy);
            }
        }

        private static void Check(uint status)
        {
            if (status != 0)
            {
                throw new Win32Exception(LsaNtStatusToWinError(status));
            }
        }
    }
}
'@
}

# ---------------------------------------------------------------- this machine

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
    Protect-Folder $mountPoint (Get-AccountEntry 'FA')
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

function Disable-OldTls {
    # Octopus leaves the protocol to Windows. The .NET Framework, and with it Windows PowerShell in script steps, does so
    # when it is told to.
    foreach ($software in 'HKLM:\SOFTWARE', 'HKLM:\SOFTWARE\WOW6432Node') {
        foreach ($name in 'SchUseStrongCrypto', 'SystemDefaultTlsVersions') {
            Set-RegistryNumber -Path "$software\Microsoft\.NETFramework\v4.0.30319" -Name $name -Value 1
        }
    }
    $root = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols'
    foreach ($protocol in 'SSL 3.0', 'TLS 1.0', 'TLS 1.1') {
        foreach ($role in 'Client', 'Server') {
            Set-RegistryNumber -Path "$root\$protocol\$role" -Name 'Enabled' -Value 0
            Set-RegistryNumber -Path "$root\$protocol\$role" -Name 'DisabledByDefault' -Value 1
        }
    }
}

function Set-FirewallRules {
    # There is no port 80: Octopus listens for HTTPS only, and who redirects stands in front of the nodes.
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

# ---------------------------------------------------------------- account of the service

function Test-ServiceAccount {
    return $Settings.serviceAccount.kind -ne 'none'
}

function Get-AccountSid {
    # The domain may take a while to answer a machine that has just joined it.
    return Invoke-WithRetry -What "Looking up $($Settings.serviceAccount.name) in the domain" -Action {
        $account = New-Object System.Security.Principal.NTAccount ($Settings.serviceAccount.name)
        $account.Translate([System.Security.Principal.SecurityIdentifier])
    }
}

function Get-AccountEntry {
    # An entry of an access list for the account of the service; nothing where that is LocalSystem.
    param([string] $Rights)

    if (-not (Test-ServiceAccount)) {
        return ''
    }
    return "(A;OICI;$Rights;;;$((Get-AccountSid).Value))"
}

function Grant-AccountRights {
    # To run as a service, and for the one task that works as the account. A group policy that lists these rights
    # itself takes them away again: then the account belongs into that policy.
    $sid = Get-AccountSid
    $bytes = New-Object byte[] $sid.BinaryLength
    $sid.GetBinaryForm($bytes, 0)
    foreach ($right in 'SeServiceLogonRight', 'SeBatchLogonRight') {
        [OctopusNode.AccountRights]::Grant($bytes, $right)
    }
}

function Set-UrlReservation {
    # Only administrators may listen on a port of HTTP.sys without one. Which of the two forms Octopus asks for depends
    # on its version. The private key stays with Windows: HTTP.sys serves TLS, and the account never needs it.
    foreach ($name in '+', 'localhost') {
        $url = "https://${name}:$PortalPort/"
        $present = Invoke-Native -FilePath 'netsh.exe' -Arguments @(
            'http', 'show', 'urlacl', "url=$url") -AllowedExitCodes 0, 1
        if ($present.Output -match [regex]::Escape($Settings.serviceAccount.name)) {
            continue
        }
        if ($present.Output -match [regex]::Escape($url)) {
            Invoke-Native -FilePath 'netsh.exe' -Arguments @('http', 'delete', 'urlacl', "url=$url") | Out-Null
        }
        Invoke-Native -FilePath 'netsh.exe' -Arguments @(
            'http', 'add', 'urlacl', "url=$url", "user=$($Settings.serviceAccount.name)") | Out-Null
    }
}

function Initialize-ServiceAccount {
    if (-not (Test-ServiceAccount)) {
        return
    }
    Grant-AccountRights
    Invoke-WhenChanged -Step 'URL reservation' -Value $Settings.serviceAccount.name -Action { Set-UrlReservation }
    # The account reads its folder and writes to one file in it.
    Protect-Folder $AccountFolder (Get-AccountEntry '0x1200a9')
    Copy-Item -LiteralPath $StoredScript -Destination $AccountFolder -Force
    Copy-Item -LiteralPath $SettingsFile -Destination $AccountFolder -Force
    [System.IO.File]::WriteAllText($AccountLog, '')
    $security = [System.IO.File]::GetAccessControl($AccountLog)
    $rule = New-Object System.Security.AccessControl.FileSystemAccessRule (Get-AccountSid), 'Modify', 'Allow'
    $security.AddAccessRule($rule)
    [System.IO.File]::SetAccessControl($AccountLog, $security)
}

function Register-AccountTask {
    # A group managed account has no password to give: the domain hands it to the machine.
    $script = Join-Path $AccountFolder 'prepare-node.ps1'
    $arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$script`" -Task Account"
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $arguments
    $options = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Minutes 30)
    $name = $Settings.serviceAccount.name
    if ($Settings.serviceAccount.kind -eq 'group-managed') {
        $principal = New-ScheduledTaskPrincipal -UserId $name -LogonType Password
        Register-ScheduledTask -TaskName $AccountTaskName -Action $action -Settings $options -Force `
            -Principal $principal | Out-Null
        return
    }
    Register-ScheduledTask -TaskName $AccountTaskName -Action $action -Settings $options -Force -User $name `
        -Password (Get-VaultSecret $Settings.keyVaultEntries.serviceAccountPassword) | Out-Null
}

function Wait-ForAccountTask {
    # The codes say: has not run yet, is running, is queued.
    $pending = 267011, 267009, 267045
    $deadline = [DateTime]::UtcNow.AddMinutes(30)
    Start-ScheduledTask -TaskName $AccountTaskName
    do {
        Start-Sleep -Seconds 5
        $result = (Get-ScheduledTaskInfo -TaskName $AccountTaskName).LastTaskResult
    } while ($pending -contains $result -and [DateTime]::UtcNow -lt $deadline)
    foreach ($line in @([System.IO.File]::ReadAllLines($AccountLog) | Select-Object -Last 10)) {
        Write-Log "As $($Settings.serviceAccount.name): $line"
    }
    if ($pending -contains $result) {
        throw "$($Settings.serviceAccount.name) did not prepare the share for itself within 30 minutes; see $AccountLog."
    }
    if ($result -ne 0) {
        throw "$($Settings.serviceAccount.name) could not prepare the share for itself ($result); see $AccountLog."
    }
}

function Invoke-AsServiceAccount {
    # The account stores its own credential and proves that it can write: what works for LocalSystem may fail for it.
    if (-not (Test-ServiceAccount)) {
        return
    }
    try {
        Register-AccountTask
        Wait-ForAccountTask
    }
    finally {
        # With the task goes the password that Windows keeps for it.
        Unregister-ScheduledTask -TaskName $AccountTaskName -Confirm:$false -ErrorAction SilentlyContinue
    }
}

# ---------------------------------------------------------------- share

function Test-StoredCredential {
    # The others are let in as who they are, or need nobody's permission.
    return $Settings.shareCredential.kind -in 'storage-key', 'vault-secret'
}

function Test-ShareIsForLocalSystem {
    # Microsoft Entra Kerberos knows people's accounts and no computer's; all other kinds let LocalSystem in, too.
    return -not $Settings.shareCredential.cloudKerberos
}

function Enable-CloudKerberos {
    # Off by default on Windows Server: the ticket for the share comes from Microsoft Entra.
    if ($Settings.shareCredential.cloudKerberos) {
        $path = 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters'
        Set-RegistryNumber -Path $path -Name 'CloudKerberosTicketRetrievalEnabled' -Value 1
    }
}

function Set-ShareCredential {
    # For the account that runs this and for no other; LocalSystem, unless the service has one of its own. Written at
    # every start: it costs nothing.
    if (Test-StoredCredential) {
        $password = Get-VaultSecret $Settings.shareCredential.secretName
        $server = ([uri]$Settings.uncPath).Host
        [OctopusNode.WindowsCredential]::Write($server, $Settings.shareCredential.userName, $password)
    }
}

function Test-SharedDrive {
    # The drive leads to the share, and the share answers.
    param([string] $Drive)

    $present = Get-SmbGlobalMapping -LocalPath $Drive -ErrorAction SilentlyContinue
    return $null -ne $present -and $present.RemotePath -eq $Settings.uncPath -and (Test-Path -LiteralPath "$Drive\")
}

function New-SharedDrive {
    param([string] $Drive, [pscredential] $Credential)

    if ($null -ne (Get-Volume -DriveLetter $Drive[0] -ErrorAction SilentlyContinue)) {
        throw "$Drive is a disk of this machine already; take another letter for the share, the same on every node."
    }
    Get-SmbGlobalMapping -LocalPath $Drive -ErrorAction SilentlyContinue | Remove-SmbGlobalMapping -Force
    # For these accounts only: a global mapping is otherwise everybody's.
    $accounts = @('S-1-5-18', 'S-1-5-32-544' | ForEach-Object {
            $sid = New-Object System.Security.Principal.SecurityIdentifier $_
            $sid.Translate([System.Security.Principal.NTAccount]).Value
        })
    if (Test-ServiceAccount) {
        $accounts += $Settings.serviceAccount.name
    }
    New-SmbGlobalMapping -RemotePath $Settings.uncPath -LocalPath $Drive -Credential $Credential -Persistent $true `
        -RequirePrivacy ($Settings.shareCredential.kind -eq 'storage-key') -FullAccess $accounts | Out-Null
    Write-Log "Mapped $Drive to $($Settings.uncPath)."
}

function Set-SharedDrive {
    # A global mapping: the drive of one account is not there for another, and a service has no desktop to map it from.
    # Windows keeps it over a restart; it is made again all the same when it does not answer or the credential is new.
    if ($Settings.shareMount -ne 'mapped-drive') {
        return
    }
    $drive = "$($Settings.shareDriveLetter):"
    $password = Get-VaultSecret $Settings.shareCredential.secretName
    $version = Get-VaultSecretVersion $Settings.shareCredential.secretName
    if (Test-SharedDrive $drive) {
        if ((Get-State)['shared drive'] -eq $version) {
            return
        }
        $service = Get-Service -Name $ServiceName -ErrorAction SilentlyContinue
        if ($null -ne $service -and $service.Status -eq 'Running') {
            # Open files would be lost; the session goes on until the old credential ends.
            Write-Log "The credential of $drive is a new one. It is used from the next start of this machine."
            return
        }
    }
    $secure = ConvertTo-SecureString -String $password -AsPlainText -Force
    $credential = New-Object System.Management.Automation.PSCredential ($Settings.shareCredential.userName, $secure)
    Invoke-WithRetry -What "Mapping $drive to $($Settings.uncPath)" -Action { New-SharedDrive $drive $credential }
    Set-State 'shared drive' $version
}

function Initialize-SharedFolders {
    # On the share itself and before Octopus is installed, whatever way leads there. Nodes may do it at the same time.
    Invoke-WithRetry -What "Making the folders in $($Settings.uncPath)" -Action {
        foreach ($name in $SharedFolders) {
            [System.IO.Directory]::CreateDirectory((Join-Path $Settings.uncPath $name)) | Out-Null
        }
    }
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
    # The link has to be there before the folder: nothing can be linked over a folder that exists. A link belongs to
    # the disk and not to an account: whoever follows it is let into the share, or not, as who they are.
    param([string] $Name)

    $target = Join-Path $Settings.uncPath $Name
    $link = Join-Path $HomeFolder $Name
    $present = Get-Item -LiteralPath $link -Force -ErrorAction SilentlyContinue
    if ($null -ne $present) {
        # Windows PowerShell shows \\host\share as UNC\host\share.
        $targets = @($present.Target | ForEach-Object { $_ -replace '^UNC(?=\\)', '\' })
        if ($present.LinkType -eq 'SymbolicLink' -and $targets -contains $target) {
            return
        }
        if ($present.LinkType -ne 'SymbolicLink' -and @(Get-ChildItem -LiteralPath $link -Force).Count -gt 0) {
            throw "$link is a folder with files in it. Move them to $target, delete the folder, and run this again."
        }
        # Of a link to somewhere else this takes the link and not what it leads to.
        [System.IO.Directory]::Delete($link)
    }
    [OctopusNode.DirectoryLink]::Create($link, $target)
    Write-Log "Linked $link to $target."
}

function Initialize-SharedLinks {
    if ($Settings.shareMount -ne 'symbolic-links') {
        return
    }
    Enable-RemoteSymbolicLinks
    foreach ($name in $SharedFolders) {
        New-SharedFolderLink $name
    }
}

# ---------------------------------------------------------------- tasks

function Initialize-Share {
    Enable-CloudKerberos
    if (Test-ShareIsForLocalSystem) {
        Set-ShareCredential
        Set-SharedDrive
        Initialize-SharedFolders
        Test-ShareIsWritable
    }
    Invoke-AsServiceAccount
}

function Initialize-Node {
    Initialize-HomeFolder
    Disable-OldTls
    Set-FirewallRules
    Set-OwnPortalAddress
    Set-DefenderExclusions
    Initialize-ServiceAccount
    Initialize-Share
    Initialize-SharedLinks
}

function Update-Node {
    Initialize-ServiceAccount
    Initialize-Share
}

function Initialize-AccountShare {
    # As the account of the service.
    Set-ShareCredential
    Initialize-SharedFolders
    Test-ShareIsWritable
}

function Invoke-Task {
    switch ($Task) {
        'Prepare' { Invoke-Alone 'OctopusNodePrepare' { Initialize-Node } }
        'Refresh' { Invoke-Alone 'OctopusNodePrepare' { Update-Node } }
        'Account' { Initialize-AccountShare }
    }
}

try {
    if ($Task -ne 'Account') {
        Protect-Folder $StateFolder
    }
    Write-Log "Task $Task begins."
    [System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12
    $Settings = Read-Settings
    if ($Task -eq 'Prepare') {
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
