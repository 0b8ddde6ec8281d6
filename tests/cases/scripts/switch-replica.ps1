<#
.SYNOPSIS
Leads all nodes to the other replica of the shared folders, and never to both.

.DESCRIPTION
Run it on one of the two file servers, in an elevated Windows PowerShell 5.1, as the file service account or as an
administrator of the domain: the namespace is changed in the directory, where LocalSystem may not. It can be run again:
what is already as wanted stays as it is, and a switch that stopped half-way is finished.

First it looks whether anything would be lost: files that nodes have open on the active replica, and files that the other
one does not have yet. Then it takes the right to write from the active replica, looks again, turns its target off, gives
the right to write to the other one and turns that target on. At no time are two targets on.

With -Force it asks nothing of the active server, because that one is gone. What was not replicated yet is lost. When it
is back, run the same command again without -Force before anybody uses it: it takes the right to write from it.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8: names and settings, no secrets. When absent, the stored one of the last run.

.PARAMETER Task
Show says which replica is active and what is behind. Switch leads the nodes to the server named. Store keeps script and
configuration on this machine; the deployment does that.

.PARAMETER Server
The server that the nodes shall use.

.PARAMETER Force
The active server is gone for good, or for longer than you can wait.

.EXAMPLE
C:\ProgramData\FileServer\switch-replica.ps1

.EXAMPLE
C:\ProgramData\FileServer\switch-replica.ps1 -Task Switch -Server octopus-fs2
#>
[CmdletBinding()]
param(
    [string] $Configuration = '',

    [ValidateSet('Show', 'Switch', 'Store')]
    [string] $Task = 'Show',

    [string] $Server = '',

    [switch] $Force
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$StateFolder = Join-Path $env:ProgramData 'FileServer'
$LogFile = Join-Path $StateFolder 'switch-replica.log'
$SettingsFile = Join-Path $StateFolder 'switch-replica.json'
$StoredScript = Join-Path $StateFolder 'switch-replica.ps1'

$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'
$Settings = $null

# ---------------------------------------------------------------- log, retries, programs, settings

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

# ---------------------------------------------------------------- namespace

function Get-FolderPath {
    return "\\$($Settings.fqdn)\$($Settings.namespace)\$($Settings.folder)"
}

function Get-TargetPath {
    param([string] $Name)

    return "\\$Name.$($Settings.fqdn)\$($Settings.shareName)"
}

function Get-ActiveServer {
    # None after a switch that stopped half-way.
    $online = @(Get-DfsnFolderTarget -Path (Get-FolderPath) | Where-Object { "$($_.State)" -eq 'Online' } |
            ForEach-Object { $_.TargetPath })
    return @($Settings.servers | Where-Object { $online -contains (Get-TargetPath $_) })
}

function Set-Target {
    param([string] $Name, [ValidateSet('Online', 'Offline')] [string] $State)

    $path = Get-FolderPath
    $target = Get-DfsnFolderTarget -Path $path | Where-Object { $_.TargetPath -eq (Get-TargetPath $Name) }
    if ($null -eq $target) {
        throw "$path has no target $(Get-TargetPath $Name)."
    }
    if ("$($target.State)" -eq $State) {
        return
    }
    Set-DfsnFolderTarget -Path $path -TargetPath (Get-TargetPath $Name) -State $State | Out-Null
    Write-Log "The target $(Get-TargetPath $Name) is $State."
}

# ---------------------------------------------------------------- servers

function Get-ShareAccount {
    return @(@($Settings.nodeNames | ForEach-Object { "$($Settings.netBiosName)\$_$" }) + @($Settings.moreAccounts))
}

function Set-ShareRight {
    # Only the active replica lets the nodes write: whoever remembers an old direction is refused there, and nothing is
    # written in two places.
    param([string] $Name, [ValidateSet('Change', 'Read')] [string] $Right)

    $session = New-CimSession -ComputerName "$Name.$($Settings.fqdn)" -OperationTimeoutSec 60
    try {
        $present = @(Get-SmbShareAccess -Name $Settings.shareName -CimSession $session)
        foreach ($account in Get-ShareAccount) {
            $rights = @($present | Where-Object { $_.AccountName -eq $account } | ForEach-Object { "$($_.AccessRight)" })
            if ($rights.Count -eq 1 -and $rights[0] -eq $Right) {
                continue
            }
            if ($rights.Count -gt 0) {
                Revoke-SmbShareAccess -Name $Settings.shareName -AccountName $account -CimSession $session -Force | Out-Null
            }
            Grant-SmbShareAccess -Name $Settings.shareName -AccountName $account -AccessRight $Right -CimSession $session -Force |
                Out-Null
        }
    }
    finally {
        Remove-CimSession -CimSession $session
    }
    Write-Log "The nodes have the right $Right on $Name."
}

function Assert-NothingIsOpen {
    param([string] $Name)

    $session = New-CimSession -ComputerName "$Name.$($Settings.fqdn)" -OperationTimeoutSec 60
    try {
        $accounts = Get-ShareAccount
        $open = @(Get-SmbOpenFile -CimSession $session | Where-Object { $accounts -contains $_.ClientUserName })
    }
    finally {
        Remove-CimSession -CimSession $session
    }
    if ($open.Count -gt 0) {
        throw ("The nodes have $($open.Count) files open on $Name, such as $($open[0].ShareRelativePath). Drain and stop " +
            'every node first: on each, bootstrap-node.ps1 -Task Stop.')
    }
}

function Get-Backlog {
    # At most a hundred are listed, which is enough to know that there are some.
    param([string] $From, [string] $To)

    return @(Get-DfsrBacklog -GroupName $Settings.replicationGroup -FolderName $Settings.folder `
            -SourceComputerName $From -DestinationComputerName $To).Count
}

function Assert-NothingIsBehind {
    param([string] $From, [string] $To)

    Invoke-WithRetry -What "Waiting until $To has all of $From" -Attempts 40 -DelaySeconds 15 -LimitMinutes 15 -Action {
        $count = Get-Backlog -From $From -To $To
        if ($count -gt 0) {
            throw "$count files or more are not there yet."
        }
    }
    Write-Log "$To has all that $From has."
}

# ---------------------------------------------------------------- tasks

function Show-State {
    Write-Log "Active: $((Get-ActiveServer) -join ', ')"
    $first, $second = $Settings.servers
    Write-Log "Not yet on ${second}: $(Get-Backlog -From $first -To $second); not yet on ${first}: $(Get-Backlog -From $second -To $first)."
}

function Assert-Caller {
    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    if ($identity.IsSystem) {
        throw ('LocalSystem may not change the namespace. Sign in to this machine as the file service account or as an ' +
            'administrator of the domain.')
    }
    if (@($Settings.servers | Where-Object { $_ -eq $Server }).Count -ne 1) {
        throw "Give the server that the nodes shall use: -Server $($Settings.servers -join ' or ')."
    }
}

function Switch-Replica {
    Assert-Caller
    $other = @($Settings.servers | Where-Object { $_ -ne $Server })[0]
    $isActive = @(Get-ActiveServer) -contains $Server
    if ($Force) {
        Write-Log "WARNING: nothing is asked of $other. What it had not replicated is lost to the nodes."
    }
    else {
        if (-not $isActive) {
            Assert-NothingIsOpen $other
            Assert-NothingIsBehind -From $other -To $Server
        }
        Set-ShareRight -Name $other -Right 'Read'
        if (-not $isActive) {
            Assert-NothingIsBehind -From $other -To $Server
        }
    }
    Set-Target -Name $other -State 'Offline'
    Set-ShareRight -Name $Server -Right 'Change'
    Set-Target -Name $Server -State 'Online'
    Assert-Switched
    Invoke-Native -FilePath 'dfsutil.exe' -Arguments @('cache', 'referral', 'flush') | Out-Null
    Write-Log "$(Get-FolderPath) leads to $Server. Start the nodes a minute from now: they keep a direction for that long."
}

function Assert-Switched {
    $active = @(Get-ActiveServer)
    if ($active.Count -ne 1 -or $active[0] -ne $Server) {
        throw "$(Get-FolderPath) leads to '$($active -join ', ')' and should lead to $Server alone."
    }
}

function Invoke-Task {
    switch ($Task) {
        'Show' { Show-State }
        'Switch' { Switch-Replica }
        'Store' { Write-Log "The script for a switch is $StoredScript." }
    }
}

try {
    Protect-Folder $StateFolder
    Write-Log "Task $Task begins as $env:USERNAME."
    $Settings = Read-Settings
    if ($Task -eq 'Store') {
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
