<#
.SYNOPSIS
Makes this machine one of two file servers with the shared folders of Octopus, and publishes them.

.DESCRIPTION
Runs as LocalSystem under Windows PowerShell 5.1, inside managed run commands, after the machine has joined the domain. It
is idempotent: what is already as wanted stays as it is, and a disk that is not blank is never formatted.

Both servers hold the folders, and DFS Replication keeps them alike. The folder of the namespace leads to one of them
only, and only that one lets the nodes write: Octopus expects that what one node wrote is there for the next one at once,
and replication takes its time. Which one it is, a run of this script decides when the folder is made and never again:
later, switch-replica.ps1 does.

Namespace and replication are made by the file service account: a scheduled task with its password runs this same script
and is gone afterwards. Log, state and configuration are in %ProgramData%\FileServer, where only LocalSystem and
administrators can read. No secret stays there.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8: names and settings, no secrets. When absent, the stored one of the last run.

.PARAMETER Task
Prepare makes disk, folders and shares of this machine. Publish makes namespace and replication, on one machine. Account
is what runs as the file service account; nobody needs to call it.

.PARAMETER Secrets
Base64 of a JSON object in UTF-8 with the passwords that the task needs.

.EXAMPLE
C:\ProgramData\FileServer\file-server.ps1 -Task Prepare
#>
[CmdletBinding()]
param(
    [string] $Configuration = '',

    [ValidateSet('Prepare', 'Publish', 'Account')]
    [string] $Task = 'Prepare',

    [string] $Secrets = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$StateFolder = Join-Path $env:ProgramData 'FileServer'
$LogFile = Join-Path $StateFolder 'file-server.log'
$StateFile = Join-Path $StateFolder 'state.json'
$SettingsFile = Join-Path $StateFolder 'configuration.json'
$StoredScript = Join-Path $StateFolder 'file-server.ps1'
$HandoverFile = Join-Path $StateFolder 'handover.bin'
$AccountTaskName = 'File server set-up'

$DataLabel = 'Shared'
$DataLetter = 'F'
$ContentFolder = "${DataLetter}:\Shared"
$RootsFolder = Join-Path $env:SystemDrive 'DFSRoots'
$SharedFolders = 'Artifacts', 'TaskLogs', 'Packages', 'Imports', 'EventExports', 'Telemetry'

$Administrators = 'S-1-5-32-544'
$AuthenticatedUsers = 'S-1-5-11'

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

# ---------------------------------------------------------------- this machine

function Wait-ForDomain {
    # The machine has just restarted into the domain.
    Invoke-WithRetry -What "Reaching the domain $($Settings.fqdn)" -Attempts 60 -LimitMinutes 20 -Action {
        Invoke-Native -FilePath 'nltest.exe' -Arguments @("/sc_verify:$($Settings.fqdn)") | Out-Null
    }
}

function Install-Features {
    $names = 'FS-FileServer', 'FS-DFS-Namespace', 'FS-DFS-Replication', 'RSAT-DFS-Mgmt-Con'
    $features = Install-WindowsFeature -Name $names
    if (-not $features.Success) {
        throw "Windows could not add the features $($names -join ', ')."
    }
    Write-Log "The features of a file server are there ($($features.ExitCode))."
}

function Set-ServiceSettings {
    # Referrals name servers by their whole name, which Kerberos needs. After a power failure replication goes on by
    # itself. SMB is signed.
    $services = 'HKLM:\SYSTEM\CurrentControlSet\Services'
    Invoke-WhenChanged -Step 'service settings' -Value 'whole names, automatic recovery, signed' -Action {
        New-ItemProperty -Path "$services\Dfs" -Name 'DfsDnsConfig' -Value 1 -PropertyType DWord -Force | Out-Null
        $path = "$services\DFSR\Parameters"
        New-ItemProperty -Path $path -Name 'StopReplicationOnAutoRecovery' -Value 0 -PropertyType DWord -Force | Out-Null
        Set-SmbServerConfiguration -RequireSecuritySignature $true -Force
        Restart-Service -Name 'Dfs' -Force
        Restart-Service -Name 'DFSR' -Force
    }
}

function Get-Sid {
    # The domain may take a while to know a machine that has just joined it.
    param([string] $Account)

    return Invoke-WithRetry -What "Finding the account $Account" -Action {
        $known = New-Object System.Security.Principal.NTAccount $Account
        $known.Translate([System.Security.Principal.SecurityIdentifier])
    }
}

function Get-NameOfSid {
    param([string] $Sid)

    $known = New-Object System.Security.Principal.SecurityIdentifier $Sid
    return $known.Translate([System.Security.Principal.NTAccount]).Value
}

function Get-ShareAccount {
    # The computer accounts of the nodes, because Octopus runs as LocalSystem, and the account of the service if it has
    # one of its own.
    return @(@($Settings.nodeNames | ForEach-Object { "$($Settings.netBiosName)\$_$" }) + @($Settings.moreAccounts))
}

function Set-ContentAccess {
    # To read, write and delete, below the root and at it; nobody but administrators changes rights. Replication takes
    # the rights along, so both servers have the same.
    $entries = 'D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
    foreach ($account in Get-ShareAccount) {
        $entries += "(A;OICI;0x1301bf;;;$((Get-Sid $account).Value))"
    }
    Invoke-WhenChanged -Step 'rights in the folders' -Value $entries -Action {
        $access = [System.Security.AccessControl.AccessControlSections]::Access
        $security = New-Object System.Security.AccessControl.DirectorySecurity
        $security.SetSecurityDescriptorSddlForm($entries, $access)
        [System.IO.Directory]::SetAccessControl($ContentFolder, $security)
    }
}

function Initialize-Folders {
    foreach ($name in $SharedFolders) {
        [System.IO.Directory]::CreateDirectory((Join-Path $ContentFolder $name)) | Out-Null
    }
    Set-ContentAccess
}

function Find-Share {
    param([string] $Name)

    return @(Get-SmbShare | Where-Object { $_.Name -eq $Name })
}

function Get-NodeRight {
    # Of a share that is there, whatever right the nodes have: a switch may have changed it since.
    if (@(Find-Share $Settings.shareName).Count -eq 0) {
        if ($Settings.machineName -eq $Settings.activeServer) {
            return 'Change'
        }
        return 'Read'
    }
    $accounts = Get-ShareAccount
    $given = @(Get-SmbShareAccess -Name $Settings.shareName | Where-Object {
            $accounts -contains $_.AccountName -and "$($_.AccessRight)" -eq 'Change'
        })
    if ($given.Count -gt 0) {
        return 'Change'
    }
    return 'Read'
}

function Initialize-ContentShare {
    # Encrypted; nothing is kept on the clients; only the active server lets the nodes write.
    $name = $Settings.shareName
    $right = Get-NodeRight
    if (@(Find-Share $name).Count -eq 0) {
        New-SmbShare -Name $name -Path $ContentFolder -EncryptData $true -CachingMode None `
            -FolderEnumerationMode AccessBased -FullAccess (Get-NameOfSid $Administrators) | Out-Null
        Write-Log "Made the share $name."
    }
    $present = @(Get-SmbShareAccess -Name $name | Where-Object { "$($_.AccessRight)" -eq $right } | ForEach-Object { $_.AccountName })
    foreach ($account in Get-ShareAccount) {
        if ($present -notcontains $account) {
            Grant-SmbShareAccess -Name $name -AccountName $account -AccessRight $right -Force | Out-Null
            Write-Log "$account has the right $right on $name."
        }
    }
}

function Initialize-RootShare {
    # The root of the namespace: it gives directions and holds no files, so nobody writes here.
    $folder = Join-Path $RootsFolder $Settings.namespace
    [System.IO.Directory]::CreateDirectory($folder) | Out-Null
    if (@(Find-Share $Settings.namespace).Count -eq 0) {
        New-SmbShare -Name $Settings.namespace -Path $folder -CachingMode None `
            -FullAccess (Get-NameOfSid $Administrators) -ReadAccess (Get-NameOfSid $AuthenticatedUsers) | Out-Null
        Write-Log "Made the share $($Settings.namespace) for the root of the namespace."
    }
}

function Add-Administrator {
    # Namespace and replication are made by an administrator of both servers.
    $account = "$($Settings.netBiosName)\$($Settings.fileServiceAccount)"
    try {
        Add-LocalGroupMember -SID $Administrators -Member (Get-Sid $account).Value
        Write-Log "$account administers this machine."
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'MemberExists*') {
            throw
        }
    }
}

function Initialize-Server {
    Wait-ForDomain
    Install-Features
    Set-ServiceSettings
    Initialize-DataVolume -Label $DataLabel -Letter $DataLetter -SizeGiB $Settings.dataDiskSizeGiB
    Initialize-Folders
    Initialize-ContentShare
    Initialize-RootShare
    Add-Administrator
}

# ---------------------------------------------------------------- namespace

function Get-RootPath {
    return "\\$($Settings.fqdn)\$($Settings.namespace)"
}

function Get-FolderPath {
    return "$(Get-RootPath)\$($Settings.folder)"
}

function Get-RootTarget {
    param([string] $Server)

    return "\\$Server.$($Settings.fqdn)\$($Settings.namespace)"
}

function Get-FolderTarget {
    param([string] $Server)

    return "\\$Server.$($Settings.fqdn)\$($Settings.shareName)"
}

function Initialize-Root {
    # Both servers answer for the root, or the loss of one would take the directions with it.
    $path = Get-RootPath
    $first, $second = $Settings.servers
    if (@(Get-DfsnRoot -Domain $Settings.fqdn -ErrorAction SilentlyContinue | Where-Object { $_.Path -eq $path }).Count -eq 0) {
        New-DfsnRoot -Path $path -TargetPath (Get-RootTarget $first) -Type DomainV2 -TimeToLiveSec 300 | Out-Null
        Write-Log "Made the namespace $path."
    }
    $targets = @(Get-DfsnRootTarget -Path $path | ForEach-Object { $_.TargetPath })
    if ($targets -notcontains (Get-RootTarget $second)) {
        New-DfsnRootTarget -Path $path -TargetPath (Get-RootTarget $second) | Out-Null
        Write-Log "$second answers for the namespace, too."
    }
}

function Initialize-Folder {
    # One target leads somewhere, the other one is there and switched off.
    $path = Get-FolderPath
    $active = $Settings.activeServer
    $other = @($Settings.servers | Where-Object { $_ -ne $active })[0]
    $present = @(Get-DfsnFolder -Path "$(Get-RootPath)\*" -ErrorAction SilentlyContinue | Where-Object { $_.Path -eq $path })
    if ($present.Count -eq 0) {
        New-DfsnFolder -Path $path -TargetPath (Get-FolderTarget $active) -TargetState Online -TimeToLiveSec 60 `
            -EnableTargetFailback $false | Out-Null
        Write-Log "$path leads to $active."
    }
    $targets = @(Get-DfsnFolderTarget -Path $path)
    $names = @($targets | ForEach-Object { $_.TargetPath })
    foreach ($server in $active, $other) {
        if ($names -notcontains (Get-FolderTarget $server)) {
            New-DfsnFolderTarget -Path $path -TargetPath (Get-FolderTarget $server) -State Offline | Out-Null
            Write-Log "$server stands by for $path."
        }
    }
}

function Assert-OneActiveTarget {
    $online = @(Get-DfsnFolderTarget -Path (Get-FolderPath) | Where-Object { "$($_.State)" -eq 'Online' })
    if ($online.Count -ne 1) {
        throw ("$(Get-FolderPath) leads to $($online.Count) servers, and it must be one: the nodes would write to both, " +
            'and replication would keep the later of two files. Run switch-replica.ps1 -Task Switch -Server <name>.')
    }
    Write-Log "$(Get-FolderPath) leads to $($online[0].TargetPath)."
}

# ---------------------------------------------------------------- replication

function Initialize-Group {
    $group = $Settings.replicationGroup
    if (@(Get-DfsReplicationGroup | Where-Object { $_.GroupName -eq $group }).Count -eq 0) {
        New-DfsReplicationGroup -GroupName $group -Description 'Shared folders of Octopus' | Out-Null
        Write-Log "Made the replication group '$group'."
    }
    if (@(Get-DfsReplicatedFolder -GroupName $group | Where-Object { $_.FolderName -eq $Settings.folder }).Count -eq 0) {
        # By default *.bak, *.tmp and ~* would stay behind, and an artifact may be called that. What the nodes write to
        # try the share may stay behind.
        New-DfsReplicatedFolder -GroupName $group -FolderName $Settings.folder -DfsnPath (Get-FolderPath) `
            -FileNameToExclude 'node-*.tmp' | Out-Null
    }
    $members = @(Get-DfsrMember -GroupName $group | ForEach-Object { $_.ComputerName })
    foreach ($server in $Settings.servers) {
        if ($members -notcontains $server) {
            Add-DfsrMember -GroupName $group -ComputerName $server | Out-Null
        }
    }
    $first, $second = $Settings.servers
    if (@(Get-DfsrConnection -GroupName $group).Count -eq 0) {
        # Both ways. In one region, comparing parts of files costs more than sending them.
        Add-DfsrConnection -GroupName $group -SourceComputerName $first -DestinationComputerName $second -DisableRDC $true | Out-Null
    }
    Set-DfsrGroupSchedule -GroupName $group -ScheduleType Always
}

function Set-Membership {
    # The first contents are those of the active server. That is said once: said again, it would win over newer files.
    $group = $Settings.replicationGroup
    foreach ($server in $Settings.servers) {
        $present = Get-DfsrMembership -GroupName $group -ComputerName $server | Where-Object { $_.FolderName -eq $Settings.folder }
        $options = @{
            GroupName                    = $group
            FolderName                   = $Settings.folder
            ComputerName                 = $server
            StagingPathQuotaInMB         = $Settings.stagingQuotaMiB
            ConflictAndDeletedQuotaInMB  = 4096
            Force                        = $true
        }
        if ("$($present.ContentPath)" -eq '') {
            $options['ContentPath'] = $ContentFolder
            $options['PrimaryMember'] = $server -eq $Settings.activeServer
            Set-DfsrMembership @options | Out-Null
            Write-Log "$server replicates $ContentFolder."
        }
        elseif ($present.StagingPathQuotaInMB -ne $Settings.stagingQuotaMiB) {
            Set-DfsrMembership @options | Out-Null
            Write-Log "$server has a staging quota of $($Settings.stagingQuotaMiB) MiB."
        }
    }
    Update-DfsrConfigurationFromAD -ComputerName $Settings.servers
}

function Wait-ForReplication {
    # 4 is normal: the first copy is done. Nothing is behind then, in either direction.
    Invoke-WithRetry -What 'Waiting for the first replication' -Attempts 240 -LimitMinutes 60 -Action {
        Update-DfsrConfigurationFromAD -ComputerName $Settings.servers
        foreach ($server in $Settings.servers) {
            $folders = @(Get-CimInstance -ComputerName $server -Namespace 'root\MicrosoftDfs' -ClassName 'DfsrReplicatedFolderInfo' |
                    Where-Object { $_.ReplicatedFolderName -eq $Settings.folder })
            if ($folders.Count -ne 1 -or $folders[0].State -ne 4) {
                throw "$server is not in the normal state yet (found: $($folders.Count), state: $($folders | ForEach-Object { $_.State }))."
            }
        }
    }
    Write-Log 'Both servers replicate.'
}

function Test-Folder {
    Invoke-WithRetry -What "Opening $(Get-FolderPath)" -Attempts 40 -Action {
        foreach ($name in $SharedFolders) {
            if (-not (Test-Path -LiteralPath "$(Get-FolderPath)\$name")) {
                throw "there is no $name in it."
            }
        }
    }
}

function Publish-Folders {
    # As the file service account. Two controllers may disagree for some seconds about what was just made: each part is
    # tried again, and does only what is missing.
    Invoke-WithRetry -What 'Making the namespace' -Attempts 20 -DelaySeconds 20 -Action {
        Initialize-Root
        Initialize-Folder
    }
    Assert-OneActiveTarget
    Invoke-WithRetry -What 'Making the replication' -Attempts 20 -DelaySeconds 20 -Action {
        Initialize-Group
        Set-Membership
    }
    Wait-ForReplication
    Test-Folder
}

# ---------------------------------------------------------------- tasks

function Invoke-AsFileService {
    $account = "$($Settings.netBiosName)\$($Settings.fileServiceAccount)"
    Invoke-AsAccount -Account $account -SecretName 'fileService' -Encoded $Secrets
}

function Invoke-AccountStep {
    Open-Handover
    Publish-Folders
}

function Invoke-Task {
    switch ($Task) {
        'Prepare' { Initialize-Server }
        'Publish' { Invoke-AsFileService }
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
