<#
.SYNOPSIS
Makes a failover cluster instance of SQL Server of two machines, and the Octopus database in it.

.DESCRIPTION
Runs as LocalSystem under Windows PowerShell 5.1, inside managed run commands, one task after the other. It is
idempotent: what is already as wanted stays as it is, and a disk that is not blank is never formatted.

What has to ask the domain for something is done as the cluster account: a scheduled task with its password runs this
same script, elevated, and is gone afterwards. A run command of that account would get the restricted half of its token
only. The instance is installed from the media that Microsoft leaves in its images, after the stand-alone instance of
the image has been removed.

Everything is kept in %ProgramData%\SqlFailoverCluster, where only LocalSystem and administrators can read: log, state,
configuration, the report of the cluster validation and the settings of SQL Server setup. No secret stays there.
SQL Server setup takes the password of the service account as an argument: the script refuses to go on while Windows
records command lines in the security log.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8: names and settings, no secrets. When absent, the stored one of the last run.

.PARAMETER Task
Prepare comes before the machine joins the domain: it removes the instance of the image and adds the cluster feature;
joining restarts the machine. Admit lets the cluster account administer the machine. Create makes cluster and instance
on the first machine, Join adds this machine to both, Complete gives the instance its name for clients, its database,
its logins and its backups, and tries a failover. Account is what runs as a domain account; nobody needs to call it.

.PARAMETER Step
What the task Account does: Create, Join, Complete or Credential.

.PARAMETER Secrets
Base64 of a JSON object: what the task needs of clusterAccountPassword, sqlServiceAccountPassword, witnessAccessKey,
shareAccessKey and databasePassword. Never stored.

.EXAMPLE
C:\ProgramData\SqlFailoverCluster\failover-cluster.ps1 -Task Prepare
#>
[CmdletBinding()]
param(
    [string] $Configuration = '',

    [ValidateSet('Prepare', 'Admit', 'Create', 'Join', 'Complete', 'Account')]
    [string] $Task = 'Prepare',

    [ValidateSet('', 'Create', 'Join', 'Complete', 'Credential')]
    [string] $Step = '',

    [string] $Secrets = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$StateFolder = Join-Path $env:ProgramData 'SqlFailoverCluster'
$AccountFolder = Join-Path $env:ProgramData 'SqlFailoverClusterAccount'
$AccountTaskName = 'SQL failover cluster account'
$ServiceStep = $Step -eq 'Credential'
if ($ServiceStep) {
    # The account of SQL Server is no administrator: it sees its own folder and nothing of the other.
    $StateFolder = $AccountFolder
}
$LogFile = Join-Path $StateFolder 'failover-cluster.log'
$StateFile = Join-Path $StateFolder 'state.json'
$SettingsFile = Join-Path $StateFolder 'configuration.json'
$StoredScript = Join-Path $StateFolder 'failover-cluster.ps1'
$SealedSecrets = Join-Path $StateFolder 'handover.bin'
$SetupSettings = Join-Path $StateFolder 'setup.ini'
$ValidationReport = Join-Path $StateFolder 'validation'

# The default instance, so that clients need no SQL Browser.
$InstanceName = 'MSSQLSERVER'
$InstanceGroup = "SQL Server ($InstanceName)"
$InstancesKey = 'HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names'
$DistributedName = 'SQL Distributed Network Name'
$NetworkName = 'SqlNetwork'

# Setup wants a validation with storage tests; this cluster is validated without them, as Microsoft says for Azure.
$SkippedRule = '/SKIPRULES=Cluster_VerifyForErrors'

# Octopus wants a case-insensitive collation.
$Collation = 'SQL_Latin1_General_CP1_CI_AS'

# Log on as a batch job, without being an administrator: what a scheduled task needs. The well-known group has it.
$PerformanceLogUsers = 'S-1-5-32-559'
$Administrators = 'S-1-5-32-544'

$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'
$GivenSecrets = @{}
$Settings = $null
$RestartNeeded = $false

# ---------------------------------------------------------------- log, retries, programs, state, settings

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

# ---------------------------------------------------------------- secrets

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

function Get-Handover {
    # What the step of the account needs; the account of SQL Server gets the key of the share and nothing else.
    param([string] $AccountStep)

    $values = @{}
    foreach ($name in 'sqlServiceAccountPassword', 'witnessAccessKey', 'shareAccessKey', 'databasePassword') {
        if ($script:GivenSecrets.ContainsKey($name) -and ($AccountStep -ne 'Credential' -or $name -eq 'shareAccessKey')) {
            $values[$name] = $script:GivenSecrets[$name]
        }
    }
    return [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes(($values | ConvertTo-Json -Compress)))
}

function Protect-Handover {
    # Sealed for this machine, in a folder that only its reader and administrators see, and gone once it was read.
    param([string] $Path, [string] $Encoded)

    Add-Type -AssemblyName System.Security
    $plain = [System.Text.Encoding]::UTF8.GetBytes($Encoded)
    $scope = [System.Security.Cryptography.DataProtectionScope]::LocalMachine
    $blob = [System.Security.Cryptography.ProtectedData]::Protect($plain, $null, $scope)
    [Array]::Clear($plain, 0, $plain.Length)
    [System.IO.File]::WriteAllBytes($Path, $blob)
}

function Open-Handover {
    Add-Type -AssemblyName System.Security
    try {
        $blob = [System.IO.File]::ReadAllBytes($SealedSecrets)
    }
    finally {
        Remove-Item -LiteralPath $SealedSecrets -Force -ErrorAction SilentlyContinue
    }
    $scope = [System.Security.Cryptography.DataProtectionScope]::LocalMachine
    $plain = [System.Security.Cryptography.ProtectedData]::Unprotect($blob, $null, $scope)
    Read-GivenSecrets ([System.Text.Encoding]::UTF8.GetString($plain))
    [Array]::Clear($plain, 0, $plain.Length)
}

function Assert-CommandLinesAreNotRecorded {
    # SQL Server setup takes the password of the service account as an argument and in no other way.
    $path = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit'
    if ((Get-RegistryValue -Path $path -Name 'ProcessCreationIncludeCmdLine_Enabled') -eq 1) {
        throw ('Windows records command lines in the security log (ProcessCreationIncludeCmdLine_Enabled is 1), ' +
            'and the password of the service account would be recorded with them. Set it to 0, then run this again.')
    }
}

# ---------------------------------------------------------------- the accounts of the domain

function Get-AccountName {
    param([string] $User)

    return "$($Settings.domainNetBiosName)\$User"
}

function Get-Sid {
    # The domain is reached by DNS and by the controllers; both may need a minute after the restart.
    param([string] $Account)

    return Invoke-WithRetry -What "Finding the account $Account" -Action {
        (New-Object System.Security.Principal.NTAccount $Account).Translate([System.Security.Principal.SecurityIdentifier])
    }
}

function Add-GroupMember {
    param([string] $GroupSid, [string] $User)

    $sid = Get-Sid (Get-AccountName $User)
    # Asked of the group itself: listing the members fails when one of them was deleted in the domain.
    try {
        Add-LocalGroupMember -SID $GroupSid -Member $sid.Value
        Write-Log "$(Get-AccountName $User) is a member of the group $GroupSid."
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'MemberExists*') {
            throw
        }
    }
}

function Register-AccountTask {
    param([string] $User, [string] $Secret, [string] $Folder, [string] $AccountStep)

    $scriptFile = Join-Path $Folder 'failover-cluster.ps1'
    $arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$scriptFile`" -Task Account -Step $AccountStep"
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $arguments
    $options = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Minutes 80)
    Register-ScheduledTask -TaskName $AccountTaskName -Action $action -Settings $options -RunLevel Highest -Force `
        -User (Get-AccountName $User) -Password $Secret | Out-Null
}

function Wait-ForAccountTask {
    # The codes say: has not run yet, is running, is queued.
    param([string] $User, [string] $AccountLog)

    $pending = 267011, 267009, 267045
    $deadline = [DateTime]::UtcNow.AddMinutes(80)
    Start-ScheduledTask -TaskName $AccountTaskName
    do {
        Start-Sleep -Seconds 5
        $result = (Get-ScheduledTaskInfo -TaskName $AccountTaskName).LastTaskResult
    } while ($pending -contains $result -and [DateTime]::UtcNow -lt $deadline)
    if ($pending -contains $result) {
        throw "What $(Get-AccountName $User) has to do did not end within 80 minutes; see $AccountLog."
    }
    if ($result -ne 0) {
        $reasons = @([System.IO.File]::ReadAllLines($AccountLog) | Where-Object { $_ -like '* ERROR: *' } | Select-Object -Last 1)
        throw "What $(Get-AccountName $User) had to do ended with result $result; see $AccountLog. $reasons"
    }
}

function Invoke-AsAccount {
    # In a scheduled task: elevated, and with a password that other machines accept.
    param([string] $User, [string] $SecretName, [string] $Folder, [string] $AccountStep)

    $sealed = Join-Path $Folder 'handover.bin'
    try {
        Protect-Handover -Path $sealed -Encoded (Get-Handover $AccountStep)
        Register-AccountTask -User $User -Secret (Get-GivenSecret $SecretName) -Folder $Folder -AccountStep $AccountStep
        Wait-ForAccountTask -User $User -AccountLog (Join-Path $Folder 'failover-cluster.log')
    }
    finally {
        # With the task goes the password that Windows keeps for it.
        Unregister-ScheduledTask -TaskName $AccountTaskName -Confirm:$false -ErrorAction SilentlyContinue
        Remove-Item -LiteralPath $sealed -Force -ErrorAction SilentlyContinue
    }
}

function Invoke-AsClusterAccount {
    param([string] $AccountStep)

    Invoke-AsAccount -User $Settings.clusterAccount -SecretName 'clusterAccountPassword' -Folder $StateFolder -AccountStep $AccountStep
}

# ---------------------------------------------------------------- before the domain

function Get-SetupProgram {
    # The image of SQL Server 2022 has it in C:\SQLServerFull, others in C:\SQLServer_<version>_Full.
    $folders = @(Get-ChildItem -Path "$env:SystemDrive\" -Directory -Filter 'SQLServer*Full')
    $programs = @($folders | ForEach-Object { Join-Path $_.FullName 'setup.exe' } | Where-Object { Test-Path -LiteralPath $_ })
    if ($programs.Count -ne 1) {
        throw "Wanted one copy of the SQL Server media in $env:SystemDrive\SQLServer*Full, found $($programs.Count)."
    }
    return $programs[0]
}

function Invoke-SetupProgram {
    # 3010: done, a restart is pending. The summary names what was wrong and shows no password.
    param([string[]] $Options)

    $arguments = $Options + @('/Q')
    try {
        $result = Invoke-Native -FilePath (Get-SetupProgram) -Arguments $arguments -AllowedExitCodes 0, 3010 -TimeoutMinutes 60
        Write-Log "SQL Server setup is done (exit code $($result.ExitCode))."
    }
    catch {
        Write-Log 'See Summary.txt in %ProgramFiles%\Microsoft SQL Server\<version>\Setup Bootstrap\Log on this machine.'
        throw
    }
}

function Get-InstanceId {
    # MSSQL16.MSSQLSERVER, or nothing where no database engine is installed.
    return Get-RegistryValue -Path (Join-Path $InstancesKey 'SQL') -Name $InstanceName
}

function Test-ClusteredInstance {
    $id = Get-InstanceId
    return $null -ne $id -and (Test-Path -LiteralPath "HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server\$id\Cluster")
}

function Uninstall-ImageInstance {
    # The image brings a stand-alone default instance; a clustered one cannot be made of it.
    if ($null -eq (Get-InstanceId) -or (Test-ClusteredInstance)) {
        Write-Log 'There is no stand-alone instance to remove.'
        return
    }
    $features = 'SQL'
    if ($null -ne (Get-RegistryValue -Path (Join-Path $InstancesKey 'OLAP') -Name $InstanceName)) {
        $features = 'SQL,AS'
    }
    Write-Log 'Removing the stand-alone instance of the image.'
    Invoke-SetupProgram -Options @('/ACTION=Uninstall', "/INSTANCENAME=$InstanceName", "/FEATURES=$features")
}

function Install-ClusterFeature {
    $feature = Install-WindowsFeature -Name 'Failover-Clustering' -IncludeManagementTools
    if (-not $feature.Success) {
        throw 'Windows could not add the feature Failover-Clustering.'
    }
    Write-Log "The feature Failover-Clustering is there ($($feature.ExitCode))."
}

function Set-FirewallRule {
    # Windows opens what the cluster itself needs; SQL Server's port is ours.
    $name = "SqlFailoverCluster-TCP-$($Settings.port)"
    if ($null -eq (Get-NetFirewallRule -Name $name -ErrorAction SilentlyContinue)) {
        New-NetFirewallRule -Name $name -DisplayName "SQL Server, TCP $($Settings.port)" -Group 'SQL failover cluster' `
            -Direction Inbound -Action Allow -Protocol TCP -LocalPort $Settings.port | Out-Null
    }
}

function Set-LoopbackNames {
    # Without them, Windows refuses the sign-in of a machine to itself by a name that is not its own.
    $path = 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0'
    $present = @(Get-RegistryValue -Path $path -Name 'BackConnectionHostNames' | Where-Object { $_ })
    $wanted = $Settings.instanceDnsName, "$($Settings.instanceDnsName).$($Settings.domainFqdn)"
    $missing = @($wanted | Where-Object { $present -notcontains $_ })
    if ($missing.Count -gt 0) {
        New-ItemProperty -LiteralPath $path -Name 'BackConnectionHostNames' -PropertyType MultiString `
            -Value ([string[]]($present + $missing)) -Force | Out-Null
    }
}

function Initialize-Machine {
    Uninstall-ImageInstance
    Install-ClusterFeature
    Set-FirewallRule
    Set-LoopbackNames
}

# ---------------------------------------------------------------- after the domain

function Test-FileShare {
    return $Settings.storageKind -eq 'premium-file-share'
}

function Initialize-AccountFolder {
    # The account of SQL Server reads what lies here and adds its log; the folder is gone when it is done.
    $sid = (Get-Sid (Get-AccountName $Settings.sqlServiceAccount)).Value
    Protect-Folder $AccountFolder "(A;OICI;0x1301bf;;;$sid)"
    Copy-Item -LiteralPath $StoredScript -Destination $AccountFolder -Force
    Copy-Item -LiteralPath $SettingsFile -Destination $AccountFolder -Force
}

function Grant-ShareToSqlServer {
    # SQL Server reaches the share with the credential in its own account's store, so that account has to store it.
    if (-not (Test-FileShare)) {
        return
    }
    Add-GroupMember -GroupSid $PerformanceLogUsers -User $Settings.sqlServiceAccount
    Initialize-AccountFolder
    Invoke-AsAccount -User $Settings.sqlServiceAccount -SecretName 'sqlServiceAccountPassword' -Folder $AccountFolder -AccountStep 'Credential'
    Remove-Item -LiteralPath $AccountFolder -Recurse -Force
}

function Grant-Machine {
    Add-GroupMember -GroupSid $Administrators -User $Settings.clusterAccount
    Grant-ShareToSqlServer
}

# ---------------------------------------------------------------- the share

function Add-NativeTypes {
    # The credential goes to Windows by a call and not by cmdkey, whose command line would show it.
    if ('SqlFailoverCluster.WindowsCredential' -as [type]) {
        return
    }
    Add-Type -TypeDefinition @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace SqlFailoverCluster
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
}
'@
}

function Set-ShareCredential {
    # For the account that this runs as. What it is good for is proved by writing.
    if (-not (Test-FileShare)) {
        return
    }
    Add-NativeTypes
    $shareServer = ([uri]$Settings.sharePath).Host
    [SqlFailoverCluster.WindowsCredential]::Write($shareServer, "localhost\$($Settings.shareAccountName)", (Get-GivenSecret 'shareAccessKey'))
    $probe = Join-Path $Settings.sharePath "$env:COMPUTERNAME-$env:USERNAME.tmp"
    Invoke-WithRetry -What "Writing to $($Settings.sharePath)" -Action {
        [System.IO.File]::WriteAllText($probe, 'written while the failover cluster was made')
        [System.IO.File]::Delete($probe)
    }
    Write-Log "$env:USERNAME can write to $($Settings.sharePath)."
}

function Initialize-ShareFolders {
    if (Test-FileShare) {
        foreach ($folder in $Settings.folders.PSObject.Properties) {
            [System.IO.Directory]::CreateDirectory($folder.Value) | Out-Null
        }
    }
}

# ---------------------------------------------------------------- the shared disks

function Get-SharedDisk {
    # By LUN and size: system disk and temporary disk have low LUNs of their own, the shared ones begin at 10.
    param([psobject] $Wanted)

    $size = [long]$Wanted.sizeGiB * 1gb
    $drives = @(Get-CimInstance -ClassName Win32_DiskDrive | Where-Object { $_.SCSILogicalUnit -eq $Wanted.lun })
    $disks = @($drives | ForEach-Object { Get-Disk -Number $_.Index } | Where-Object {
            $_.Size -eq $size -and -not $_.IsBoot -and -not $_.IsSystem
        })
    if ($disks.Count -ne 1) {
        throw "Wanted exactly one disk of $($Wanted.sizeGiB) GiB at LUN $($Wanted.lun), found $($disks.Count)."
    }
    return $disks[0]
}

function Format-SharedDisk {
    param([psobject] $Wanted)

    $disk = Get-SharedDisk $Wanted
    if ($disk.IsOffline) {
        Set-Disk -Number $disk.Number -IsOffline $false
    }
    if ($disk.IsReadOnly) {
        Set-Disk -Number $disk.Number -IsReadOnly $false
    }
    # Asked again: what an offline disk says about itself may be old.
    if ((Get-Disk -Number $disk.Number).PartitionStyle -ne 'RAW') {
        $partitions = @(Get-Partition -DiskNumber $disk.Number -ErrorAction SilentlyContinue)
        $volumes = @($partitions | Get-Volume -ErrorAction SilentlyContinue | Where-Object { $_.FileSystemLabel -eq $Wanted.name })
        if ($volumes.Count -ne 1) {
            throw "The disk at LUN $($Wanted.lun) is not blank and not labelled $($Wanted.name). Nothing is formatted over it."
        }
        return
    }
    Initialize-Disk -Number $disk.Number -PartitionStyle GPT
    # 64 KiB is the size in which SQL Server reads.
    New-Partition -DiskNumber $disk.Number -UseMaximumSize -DriveLetter $Wanted.letter |
        Format-Volume -FileSystem NTFS -AllocationUnitSize 65536 -NewFileSystemLabel $Wanted.name -Confirm:$false | Out-Null
    Write-Log "Formatted the disk at LUN $($Wanted.lun) as $($Wanted.letter): for $($Wanted.name)."
}

function Initialize-SharedDisks {
    # Once the machine is in the cluster, the cluster decides who may touch a disk.
    if (Test-ClusterMember) {
        return
    }
    foreach ($wanted in $Settings.disks) {
        Format-SharedDisk $wanted
    }
}

function Find-DiskResource {
    param([string] $DiskGuid)

    $disks = @(Get-ClusterResource | Where-Object { "$($_.ResourceType)" -eq 'Physical Disk' })
    return $disks | Where-Object { ($_ | Get-ClusterParameter -Name DiskIdGuid).Value -eq $DiskGuid } | Select-Object -First 1
}

function Add-SharedDisksToCluster {
    # A disk that the other machine holds does not show what it is, so the name comes first.
    foreach ($wanted in $Settings.disks) {
        if ($null -ne (Get-ClusterResource | Where-Object { $_.Name -eq $wanted.name })) {
            continue
        }
        $disk = Get-SharedDisk $wanted
        $resource = Find-DiskResource $disk.Guid
        if ($null -eq $resource) {
            $resource = Get-ClusterAvailableDisk | Where-Object { $_.Number -eq $disk.Number } | Add-ClusterDisk
        }
        if ($null -eq $resource) {
            throw "The disk at LUN $($wanted.lun) cannot be added to the cluster; do both machines hold it?"
        }
        $resource.Name = $wanted.name
        Write-Log "The disk at LUN $($wanted.lun) belongs to the cluster as $($wanted.name)."
    }
}

function Move-FreeDisksHere {
    # Setup takes disks only where it runs; the cluster may have brought them online on the other machine.
    $free = @(Get-ClusterGroup | Where-Object { $_.Name -eq 'Available Storage' -and "$($_.OwnerNode)" -ne $env:COMPUTERNAME })
    foreach ($group in $free) {
        $group | Move-ClusterGroup -Node $env:COMPUTERNAME -Wait 300 | Out-Null
        Write-Log 'The free disks are on this machine.'
    }
}

# ---------------------------------------------------------------- the cluster

function Test-ClusterMember {
    # The service is disabled until its machine belongs to a cluster.
    return "$((Get-Service -Name 'ClusSvc').StartType)" -eq 'Automatic'
}

function Test-ClusterAnswers {
    # Asked by its name; a computer account that was only made beforehand does not answer.
    try {
        Get-Cluster -Name $Settings.clusterName | Out-Null
        return $true
    }
    catch {
        Write-Log "No cluster answers as $($Settings.clusterName)."
        return $false
    }
}

function Test-ClusterConfiguration {
    # Microsoft's list for Azure leaves the storage tests out. The report stays for support, which asks for it.
    param([string[]] $Machines)

    $found = @()
    $report = Test-Cluster -Node $Machines -Include 'Inventory', 'Network', 'System Configuration' -ReportName $ValidationReport `
        -WarningAction SilentlyContinue -WarningVariable found
    Write-Log "Validated the machines $($Machines -join ', '): $(@($found).Count) warnings. The report is $(@($report)[-1].FullName)."
    foreach ($warning in $found) {
        Write-Log "Validation: $warning"
    }
}

function New-WindowsCluster {
    if (Test-ClusterMember) {
        Write-Log "The machine is in a cluster already."
        return
    }
    $machines = @($Settings.machines)
    Test-ClusterConfiguration $machines
    $name = $Settings.clusterName
    if ($Settings.domainOuPath -ne '') {
        $name = "CN=$name,$($Settings.domainOuPath)"
    }
    # A distributed name needs no address of its own and no load balancer.
    Invoke-WithRetry -What "Making the cluster $($Settings.clusterName)" -Attempts 5 -DelaySeconds 60 -Action {
        New-Cluster -Name $name -Node $machines -NoStorage -ManagementPointNetworkType Distributed -Force | Out-Null
    }
    Write-Log "Made the cluster $($Settings.clusterName) of $($machines -join ' and ')."
}

function Set-ClusterTolerance {
    # What Microsoft advises in Azure, where a machine may be paused for maintenance for some seconds.
    $cluster = Get-Cluster
    $cluster.SameSubnetDelay = 1000
    $cluster.SameSubnetThreshold = 40
    $cluster.CrossSubnetDelay = 1000
    $cluster.CrossSubnetThreshold = 40
}

function Set-Witness {
    # At every run, so that a rotated key reaches the cluster.
    Invoke-WithRetry -What 'Setting the cloud witness' -Attempts 20 -DelaySeconds 30 -Action {
        Set-ClusterQuorum -CloudWitness -AccountName $Settings.witnessAccountName -AccessKey (Get-GivenSecret 'witnessAccessKey') `
            -Endpoint $Settings.witnessEndpoint | Out-Null
    }
    Write-Log "The cloud witness is in $($Settings.witnessAccountName)."
}

function Add-MachineToCluster {
    if (Test-ClusterMember) {
        return
    }
    Add-ClusterNode -Cluster $Settings.clusterName -Name $env:COMPUTERNAME -NoStorage | Out-Null
    Write-Log "Added this machine to the cluster $($Settings.clusterName)."
}

# ---------------------------------------------------------------- the instance

function Get-SubnetAddress {
    # The instance's own network name must have an address of the subnet while it is installed. The last usable one is
    # the least likely to be taken: Azure gives addresses from the other end. It is given back by Set-InstanceAddress.
    $own = Get-NetIPConfiguration | Where-Object { $null -ne $_.IPv4DefaultGateway } | Select-Object -First 1
    $prefixLength = [int]@($own.IPv4Address)[0].PrefixLength
    $bytes = ([System.Net.IPAddress]@($own.IPv4Address)[0].IPAddress).GetAddressBytes()
    [Array]::Reverse($bytes)
    $address = [long][BitConverter]::ToUInt32($bytes, 0)
    $hosts = [long][Math]::Pow(2, 32 - $prefixLength)
    $start = $address - ($address % $hosts)
    $mask = [long]4294967296 - $hosts
    return [pscustomobject]@{
        Network = ConvertTo-DottedAddress $start
        Address = ConvertTo-DottedAddress ($start + $hosts - 2)
        Mask    = ConvertTo-DottedAddress $mask
    }
}

function ConvertTo-DottedAddress {
    param([long] $Number)

    $bytes = [BitConverter]::GetBytes([uint32]$Number)
    [Array]::Reverse($bytes)
    return ($bytes -join '.')
}

function Get-InstanceAddress {
    # What setup wants: kind, address, network of the cluster, mask.
    $subnet = Get-SubnetAddress
    $network = Get-ClusterNetwork | Where-Object { $_.Address -eq $subnet.Network } | Select-Object -First 1
    if ($null -eq $network) {
        throw "The cluster knows no network $($subnet.Network)."
    }
    # Without blanks, because the name goes to setup as a part of a value.
    if ($network.Name -ne $NetworkName) {
        $network.Name = $NetworkName
    }
    return "IPv4;$($subnet.Address);$NetworkName;$($subnet.Mask)"
}

function Get-AddressResource {
    return Get-ClusterGroup -Name $InstanceGroup | Get-ClusterResource |
        Where-Object { "$($_.ResourceType)" -eq 'IP Address' } | Select-Object -First 1
}

function Get-PresentAddress {
    # The same for a machine that joins: both are in one subnet.
    $address = Get-AddressResource
    $values = 'Address', 'Network', 'SubnetMask' | ForEach-Object { ($address | Get-ClusterParameter -Name $_).Value }
    return "IPv4;$($values -join ';')"
}

function Get-SetupLines {
    # The settings of setup, all but the passwords; kept, because patches and repairs ask for the same.
    $service = Get-AccountName $Settings.sqlServiceAccount
    $administrators = @(Get-AccountName $Settings.clusterAccount) + @($Settings.sqlAdministrators)
    $lines = @(
        '[OPTIONS]'
        'FEATURES=SQLENGINE'
        "INSTANCENAME=`"$InstanceName`""
        "INSTANCEID=`"$InstanceName`""
        "FAILOVERCLUSTERGROUP=`"$InstanceGroup`""
        "FAILOVERCLUSTERNETWORKNAME=`"$($Settings.instanceNetworkName)`""
        "FAILOVERCLUSTERIPADDRESSES=`"$(Get-InstanceAddress)`""
        "SQLCOLLATION=`"$Collation`""
        "INSTALLSQLDATADIR=`"$($Settings.folders.root)`""
        "SQLUSERDBDIR=`"$($Settings.folders.data)`""
        "SQLUSERDBLOGDIR=`"$($Settings.folders.log)`""
        "SQLTEMPDBDIR=`"$($Settings.folders.tempdb)`""
        "SQLTEMPDBLOGDIR=`"$($Settings.folders.tempdb)`""
        "SQLBACKUPDIR=`"$($Settings.folders.backup)`""
        "SQLSVCACCOUNT=`"$service`""
        "AGTSVCACCOUNT=`"$service`""
        "SQLSYSADMINACCOUNTS=$(($administrators | ForEach-Object { '"' + $_ + '"' }) -join ' ')"
        'UPDATEENABLED="False"'
    )
    if (-not (Test-FileShare)) {
        $lines += "FAILOVERCLUSTERDISKS=$((@($Settings.disks) | ForEach-Object { '"' + $_.name + '"' }) -join ' ')"
    }
    return $lines
}

function Install-Instance {
    if (Test-ClusteredInstance) {
        Write-Log 'The clustered instance is installed on this machine.'
        return
    }
    if ($null -ne (Get-ClusterGroup | Where-Object { $_.Name -eq $InstanceGroup })) {
        throw 'The cluster has the instance already, without this machine: run the task Join here.'
    }
    Assert-CommandLinesAreNotRecorded
    [System.IO.File]::WriteAllLines($SetupSettings, [string[]](Get-SetupLines))
    Write-Log "Installing the failover cluster instance $($Settings.instanceNetworkName)."
    Invoke-SetupProgram -Options @(
        '/ACTION=InstallFailoverCluster'
        '/IACCEPTSQLSERVERLICENSETERMS'
        $SkippedRule
        "/CONFIGURATIONFILE=$SetupSettings"
        "/SQLSVCPASSWORD=$(Get-GivenSecret 'sqlServiceAccountPassword')"
        "/AGTSVCPASSWORD=$(Get-GivenSecret 'sqlServiceAccountPassword')"
    )
}

function Add-MachineToInstance {
    if (Test-ClusteredInstance) {
        Write-Log 'The clustered instance is installed on this machine.'
        return
    }
    Assert-CommandLinesAreNotRecorded
    Write-Log 'Adding this machine to the failover cluster instance.'
    Invoke-SetupProgram -Options @(
        '/ACTION=AddNode'
        '/IACCEPTSQLSERVERLICENSETERMS'
        $SkippedRule
        "/INSTANCENAME=$InstanceName"
        "/SQLSVCACCOUNT=$(Get-AccountName $Settings.sqlServiceAccount)"
        "/SQLSVCPASSWORD=$(Get-GivenSecret 'sqlServiceAccountPassword')"
        "/AGTSVCACCOUNT=$(Get-AccountName $Settings.sqlServiceAccount)"
        "/AGTSVCPASSWORD=$(Get-GivenSecret 'sqlServiceAccountPassword')"
        "/FAILOVERCLUSTERIPADDRESSES=$(Get-PresentAddress)"
        '/CONFIRMIPDEPENDENCYCHANGE=0'
        '/UPDATEENABLED=False'
    )
}

# ---------------------------------------------------------------- the name for clients

function Set-InstanceAddress {
    # Clients never use it, but the instance cannot be without. As a link-local address it takes none from the subnet,
    # and no two machines can come to have the same.
    $address = Get-AddressResource
    if (($address | Get-ClusterParameter -Name Address).Value -eq '169.254.1.1') {
        return
    }
    $address | Set-ClusterParameter -Multiple @{
        Address              = '169.254.1.1'
        SubnetMask           = '255.255.0.0'
        OverrideAddressMatch = 1
        EnableDhcp           = 0
    }
    $script:RestartNeeded = $true
    Write-Log 'The address of the instance is given back to the subnet.'
}

function Set-DistributedName {
    # The name for clients: DNS has the addresses of both machines, and only the one with the instance answers.
    $name = Get-ClusterResource | Where-Object { $_.Name -eq $DistributedName } | Select-Object -First 1
    if ($null -eq $name) {
        $name = Add-ClusterResource -Name $DistributedName -ResourceType 'Distributed Network Name' -Group $InstanceGroup
        $script:RestartNeeded = $true
    }
    $present = $name | Get-ClusterParameter -Name DnsName -ErrorAction SilentlyContinue
    if ($null -eq $present -or $present.Value -ne $Settings.instanceDnsName) {
        $name | Set-ClusterParameter -Name DnsName -Value $Settings.instanceDnsName
        $script:RestartNeeded = $true
    }
    Set-ClusterOwnerNode -Resource $DistributedName -Owners @($Settings.machines)
    Start-ClusterResource -Name $DistributedName -Wait 300 | Out-Null
    Write-Log "Clients reach the instance as $($Settings.instanceDnsName)."
}

function Set-InstanceRegistry {
    # On the machine that has the instance: from there the cluster carries the values to the other one.
    $root = "HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server\$(Get-InstanceId)\MSSQLServer"
    $tcp = Join-Path $root 'SuperSocketNetLib\Tcp\IPAll'
    # 1 is Windows authentication alone, 2 lets logins with a password in, too.
    $mode = 1
    if ($Settings.authentication -eq 'sql') {
        $mode = 2
    }
    $isRight = (Get-RegistryValue -Path $root -Name 'LoginMode') -eq $mode -and
        (Get-RegistryValue -Path $tcp -Name 'TcpPort') -eq "$($Settings.port)"
    if ($isRight) {
        return
    }
    Move-ClusterGroup -Name $InstanceGroup -Node $env:COMPUTERNAME -Wait 600 | Out-Null
    New-ItemProperty -LiteralPath $root -Name 'LoginMode' -Value $mode -PropertyType DWord -Force | Out-Null
    New-ItemProperty -LiteralPath $tcp -Name 'TcpPort' -Value "$($Settings.port)" -PropertyType String -Force | Out-Null
    New-ItemProperty -LiteralPath $tcp -Name 'TcpDynamicPorts' -Value '' -PropertyType String -Force | Out-Null
    $script:RestartNeeded = $true
}

function Restart-Instance {
    # SQL Server looks for the distributed name when it starts.
    if (-not $script:RestartNeeded) {
        return
    }
    Stop-ClusterGroup -Name $InstanceGroup -Wait 600 | Out-Null
    Start-ClusterGroup -Name $InstanceGroup -Wait 600 | Out-Null
    Write-Log 'Restarted the instance with its new settings.'
}

function Set-ServiceNames {
    # With them, Windows authentication is Kerberos. They belong to the service account, whose owner may be another.
    $account = Get-AccountName $Settings.sqlServiceAccount
    $registered = Invoke-Native -FilePath 'setspn.exe' -Arguments @('-L', $account) -AllowedExitCodes 0, 1
    foreach ($hostName in $Settings.instanceDnsName, "$($Settings.instanceDnsName).$($Settings.domainFqdn)") {
        $service = "MSSQLSvc/${hostName}:$($Settings.port)"
        if ($registered.Output -match "(?m)^\s*$([regex]::Escape($service))\s*$") {
            continue
        }
        $result = Invoke-Native -FilePath 'setspn.exe' -Arguments @('-S', $service, $account) -AllowedExitCodes 0, 1
        if ($result.ExitCode -eq 1) {
            Write-Log "Not registered here: an administrator of the domain may run: setspn -S $service $account"
        }
    }
}

# ---------------------------------------------------------------- the database

function Get-ClientAddress {
    return "tcp:$($Settings.instanceDnsName).$($Settings.domainFqdn),$($Settings.port)"
}

function Open-Instance {
    # As clients do, whichever machine has the instance. Its certificate is its own: nobody could have trusted it yet.
    $builder = New-Object System.Data.SqlClient.SqlConnectionStringBuilder
    $builder['Data Source'] = Get-ClientAddress
    $builder['Initial Catalog'] = 'master'
    $builder['Integrated Security'] = $true
    $builder['Encrypt'] = $true
    $builder['TrustServerCertificate'] = $true
    $builder['MultiSubnetFailover'] = $true
    $builder['Connect Timeout'] = 60
    # A name that was asked for too early stays unknown for a while.
    Clear-DnsClientCache
    $connection = New-Object System.Data.SqlClient.SqlConnection ($builder.ToString())
    $connection.Open()
    return $connection
}

function Invoke-Sql {
    # Values travel as parameters; names are quoted by the server itself, with QUOTENAME.
    param([string] $Text, [hashtable] $Parameters = @{})

    Invoke-WithRetry -What "Talking to $(Get-ClientAddress) as $env:USERNAME" -Action {
        $connection = Open-Instance
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

function Assert-Edition {
    # Media without a product key would install an edition that stops after 180 days.
    $edition = Invoke-Sql -Text "SELECT CONVERT(nvarchar(128), SERVERPROPERTY(N'Edition'))"
    if ("$edition" -like '*Evaluation*') {
        throw "The media in the image installed '$edition'. Take an image of SQL Server with a licence, or give a key with setup."
    }
    Write-Log "The instance is SQL Server $edition."
}

function Set-InstanceOptions {
    # A fifth of the memory, and 4 GiB at least, is for Windows and the cluster.
    $memory = [long]((Get-CimInstance -ClassName Win32_ComputerSystem).TotalPhysicalMemory / 1mb)
    $statement = @'
EXEC sys.sp_configure N'show advanced options', 1;
RECONFIGURE;
EXEC sys.sp_configure N'max server memory (MB)', @memory;
EXEC sys.sp_configure N'backup compression default', 1;
EXEC sys.sp_configure N'remote admin connections', 1;
RECONFIGURE;
'@
    Invoke-Sql -Text $statement -Parameters @{ memory = [int]($memory - [Math]::Max(4096, $memory / 5)) } | Out-Null
}

function Set-DiagnosticsPath {
    # The cluster service writes this log, and it has no credential for the share.
    if (Test-FileShare) {
        $statement = 'ALTER SERVER CONFIGURATION SET DIAGNOSTICS LOG PATH = N''#FOLDER#'';'.Replace('#FOLDER#', $StateFolder)
        Invoke-Sql -Text $statement | Out-Null
    }
}

function New-OctopusDatabase {
    $statement = @'
IF DB_ID(@database) IS NULL
BEGIN
    DECLARE @create nvarchar(max) = N'CREATE DATABASE ' + QUOTENAME(@database) + N' COLLATE ' + @collation;
    EXEC (@create);
END;
DECLARE @settings nvarchar(max) = N'ALTER DATABASE ' + QUOTENAME(@database) + N' SET RECOVERY FULL, PAGE_VERIFY CHECKSUM;'
    + N' ALTER DATABASE ' + QUOTENAME(@database) + N' SET AUTO_CLOSE OFF, AUTO_SHRINK OFF;'
    + N' ALTER AUTHORIZATION ON DATABASE::' + QUOTENAME(@database) + N' TO sa;';
EXEC (@settings);
'@
    Invoke-Sql -Text $statement -Parameters @{
        database  = $Settings.databaseName
        collation = $Collation
    } | Out-Null
    Write-Log "The database $($Settings.databaseName) is there."
}

function Grant-WindowsLogin {
    # A computer account is NETBIOS\NODE$: that is who LocalSystem is on the network.
    param([string] $Login)

    $statement = @'
IF SUSER_ID(@login) IS NULL
BEGIN
    DECLARE @create nvarchar(max) = N'CREATE LOGIN ' + QUOTENAME(@login) + N' FROM WINDOWS';
    EXEC (@create);
END;
'@
    Get-Sid $Login | Out-Null
    Invoke-Sql -Text $statement -Parameters @{ login = $Login } | Out-Null
    Grant-DatabaseToLogin $Login
}

function Grant-PasswordLogin {
    $statement = @'
DECLARE @secret nvarchar(258) = QUOTENAME(@password, N'''');
DECLARE @change nvarchar(max) = CASE WHEN SUSER_ID(@login) IS NULL
    THEN N'CREATE LOGIN ' + QUOTENAME(@login) + N' WITH PASSWORD = ' + @secret + N', CHECK_POLICY = ON, CHECK_EXPIRATION = OFF'
    ELSE N'ALTER LOGIN ' + QUOTENAME(@login) + N' WITH PASSWORD = ' + @secret END;
EXEC (@change);
'@
    Invoke-Sql -Text $statement -Parameters @{
        login    = $Settings.loginName
        password = Get-GivenSecret 'databasePassword'
    } | Out-Null
    Grant-DatabaseToLogin $Settings.loginName
}

function Grant-DatabaseToLogin {
    param([string] $Login)

    $statement = @'
DECLARE @inside nvarchar(max) = N'USE ' + QUOTENAME(@database) + N';
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE sid = SUSER_SID(@login))
BEGIN
    DECLARE @create nvarchar(max) = N''CREATE USER '' + QUOTENAME(@login) + N'' FOR LOGIN '' + QUOTENAME(@login)
        + N'' WITH DEFAULT_SCHEMA = dbo'';
    EXEC (@create);
END;
DECLARE @grant nvarchar(max) = N''ALTER ROLE db_owner ADD MEMBER '' + QUOTENAME(@login);
EXEC (@grant);';
EXEC sys.sp_executesql @inside, N'@login sysname', @login = @login;
'@
    Invoke-Sql -Text $statement -Parameters @{
        database = $Settings.databaseName
        login    = $Login
    } | Out-Null
    Write-Log "$Login owns the database $($Settings.databaseName)."
}

function Grant-Logins {
    foreach ($login in @($Settings.windowsLogins)) {
        Grant-WindowsLogin $login
    }
    if ($Settings.authentication -eq 'sql') {
        Grant-PasswordLogin
    }
}

# ---------------------------------------------------------------- backups

function Set-BackupJob {
    # A job of SQL Server Agent runs wherever the instance runs; a scheduled task would stay with its machine.
    param([string] $Name, [string] $Command, [int] $FrequencyType, [int] $MinutesBetween, [int] $StartTime)

    $statement = @'
IF EXISTS (SELECT 1 FROM msdb.dbo.sysjobs WHERE name = @name)
    EXEC msdb.dbo.sp_delete_job @job_name = @name;
EXEC msdb.dbo.sp_add_job @job_name = @name, @owner_login_name = N'sa';
EXEC msdb.dbo.sp_add_jobstep @job_name = @name, @step_name = N'Back up', @subsystem = N'TSQL', @database_name = N'master',
    @command = @command, @retry_attempts = 2, @retry_interval = 5;
DECLARE @unit int = CASE WHEN @minutes = 0 THEN 1 ELSE 4 END;
EXEC msdb.dbo.sp_add_jobschedule @job_name = @name, @name = @name, @freq_type = @type, @freq_interval = 1,
    @freq_subday_type = @unit, @freq_subday_interval = @minutes, @active_start_time = @start;
EXEC msdb.dbo.sp_add_jobserver @job_name = @name;
'@
    Invoke-Sql -Text $statement -Parameters @{
        name    = $Name
        command = $Command
        type    = $FrequencyType
        minutes = $MinutesBetween
        start   = $StartTime
    } | Out-Null
}

function Get-BackupCommand {
    # The marks are replaced and not parameters: the text is kept in the job.
    param([string] $Kind, [string] $Extension)

    $command = @'
DECLARE @folder nvarchar(260) = CONVERT(nvarchar(260), SERVERPROPERTY(N'InstanceDefaultBackupPath'));
DECLARE @file nvarchar(400) = @folder + N'\#DATABASE#_' + FORMAT(SYSUTCDATETIME(), N'yyyyMMdd_HHmmss') + N'.#EXTENSION#';
DECLARE @backup nvarchar(max) = N'BACKUP #KIND# [#DATABASE#] TO DISK = @file WITH CHECKSUM, COMPRESSION, INIT;';
EXEC sys.sp_executesql @backup, N'@file nvarchar(400)', @file = @file;
DECLARE @oldest datetime = DATEADD(DAY, -#DAYS#, GETDATE());
EXEC master.dbo.xp_delete_file 0, @folder, N'#EXTENSION#', @oldest;
'@
    return $command.Replace('#DATABASE#', $Settings.databaseName).Replace('#KIND#', $Kind).Replace(
        '#EXTENSION#', $Extension).Replace('#DAYS#', [string]$Settings.backupRetentionDays)
}

function Set-Backups {
    # 4 is daily. The first full backup is taken at once: before it, there can be none of the log.
    $full = Get-BackupCommand -Kind 'DATABASE' -Extension 'bak'
    $log = Get-BackupCommand -Kind 'LOG' -Extension 'trn'
    Invoke-WhenChanged -Step 'backups' -Value "$full`n$log" -Action {
        Set-BackupJob -Name 'Octopus: full backup' -Command $full -FrequencyType 4 -MinutesBetween 0 -StartTime 10000
        Set-BackupJob -Name 'Octopus: log backup' -Command $log -FrequencyType 4 -MinutesBetween 15 -StartTime 500
        Invoke-Sql -Text $full | Out-Null
    }
}

# ---------------------------------------------------------------- the trial

function Move-Instance {
    param([string] $Machine)

    Move-ClusterGroup -Name $InstanceGroup -Node $Machine -Wait 600 | Out-Null
    $owner = Invoke-Sql -Text "SELECT CONVERT(nvarchar(128), SERVERPROPERTY(N'ComputerNamePhysicalNetBIOS'))"
    if ("$owner" -ne $Machine) {
        throw "The instance should run on $Machine and runs on $owner."
    }
    Write-Log "The instance runs on $Machine and answers as $($Settings.instanceDnsName)."
}

function Test-DatabaseInUse {
    # Octopus has made its tables.
    $statement = @'
DECLARE @count int;
DECLARE @look nvarchar(max) = N'SELECT @count = COUNT(*) FROM ' + QUOTENAME(@database)
    + N'.sys.tables WHERE is_ms_shipped = 0';
EXEC sys.sp_executesql @look, N'@count int OUTPUT', @count = @count OUTPUT;
SELECT @count;
'@
    return [int](Invoke-Sql -Text $statement -Parameters @{ database = $Settings.databaseName }) -gt 0
}

function Test-Failover {
    # Once, while nobody uses the database: what never moved would fail when it has to.
    if (Test-DatabaseInUse) {
        Write-Log 'Octopus uses the database: the failover is for you to try, see DEPLOY.md.'
        return
    }
    Invoke-WhenChanged -Step 'failover' -Value ($Settings.machines -join ' ') -Action {
        Move-Instance $Settings.machines[1]
        Move-Instance $Settings.machines[0]
    }
}

# ---------------------------------------------------------------- tasks

function Complete-Instance {
    Set-InstanceAddress
    Set-DistributedName
    Set-InstanceRegistry
    Restart-Instance
    Set-ServiceNames
    Assert-Edition
    Set-InstanceOptions
    Set-DiagnosticsPath
    New-OctopusDatabase
    Grant-Logins
    Set-Backups
    Test-Failover
}

function New-ClusterAndInstance {
    if (-not (Test-ClusterMember) -and (Test-ClusterAnswers)) {
        # This machine was made again. The disks and the instance are with the other one.
        Join-ClusterAndInstance
        return
    }
    Initialize-SharedDisks
    New-WindowsCluster
    Set-ClusterTolerance
    Set-Witness
    if (Test-FileShare) {
        Set-ShareCredential
        Initialize-ShareFolders
    }
    else {
        Add-SharedDisksToCluster
        Move-FreeDisksHere
    }
    Install-Instance
}

function Join-ClusterAndInstance {
    Set-ShareCredential
    Add-MachineToCluster
    Add-MachineToInstance
}

function Invoke-AccountStep {
    Open-Handover
    switch ($Step) {
        'Create' { New-ClusterAndInstance }
        'Join' { Join-ClusterAndInstance }
        'Complete' { Complete-Instance }
        'Credential' { Set-ShareCredential }
    }
}

function Invoke-Task {
    switch ($Task) {
        'Prepare' { Initialize-Machine }
        'Admit' { Grant-Machine }
        'Create' { Invoke-AsClusterAccount 'Create' }
        'Join' { Invoke-AsClusterAccount 'Join' }
        'Complete' { Invoke-AsClusterAccount 'Complete' }
        'Account' { Invoke-AccountStep }
    }
}

try {
    if (-not $ServiceStep) {
        Protect-Folder $StateFolder
    }
    Read-GivenSecrets $Secrets
    Write-Log "Task $Task $Step begins as $env:USERNAME."
    $Settings = Read-Settings
    if ($Task -ne 'Account') {
        Save-Script ($MyInvocation.MyCommand.ScriptBlock.ToString())
    }
    Invoke-Task
    Write-Log "Task $Task $Step is done."
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    exit 1
}
