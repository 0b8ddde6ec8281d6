<#
.SYNOPSIS
Closes what a jump box does not need, and makes it keep a record of what is done on it.

.DESCRIPTION
Runs as LocalSystem under Windows PowerShell 5.1, inside a managed run command. It is idempotent: what is already as
wanted stays as it is. It sets the firewall, remote desktop, TLS, file sharing, credential protection, auditing,
Defender and services. Some settings count from the next start of the machine on, which is turned off every night.

Nothing here is a secret, and nothing is downloaded.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8 with idleMinutes: minutes until an idle session is disconnected.

.EXAMPLE
harden-jump-box.ps1 -Configuration eyJpZGxlTWludXRlcyI6MTV9
#>
[CmdletBinding()]
param(
    [ValidatePattern('^[A-Za-z0-9+/]+={0,2}$')]
    [string] $Configuration = 'eyJpZGxlTWludXRlcyI6MTV9'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$StateFolder = Join-Path $env:ProgramData 'OctopusJumpBox'
$LogFile = Join-Path $StateFolder 'harden.log'
$KnownSecrets = @()

# Rule groups of the firewall by resource, because their names are translated: remote desktop, core networking.
$RemoteDesktopRules = '@FirewallAPI.dll,-28752'
$CoreNetworkRules = '@FirewallAPI.dll,-25000'

# Subcategories by GUID, because their names are translated: logon, logoff, lockout, special logon, other logon events,
# credential validation, user and group management, process creation, sensitive privileges, changes of the audit and
# authentication policy, security extensions, system integrity.
$AuditedSubcategories = @(
    '0CCE9215', '0CCE9216', '0CCE9217', '0CCE921B', '0CCE921C', '0CCE923F', '0CCE9235', '0CCE9237',
    '0CCE922B', '0CCE9228', '0CCE922F', '0CCE9230', '0CCE9211', '0CCE9212'
)

# Attack surface reduction: stealing from LSASS, executables from mail, child processes, executables and injection by
# Office, downloaded and obfuscated scripts, Win32 calls of macros, unsigned programs on USB, persistence by WMI, programs
# started by PsExec and WMI, vulnerable drivers, ransomware.
$AttackSurfaceRules = @(
    '9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2', 'be9ba2d9-53ea-4cdc-84e5-9b1eeee46550',
    'd4f940ab-401b-4efc-aadc-ad5f3c50688a', '3b576869-a4ec-4529-8536-b80a7769e899',
    '75668c1f-73b5-4cf0-bb93-3ecf5cb7cc84', 'd3e037e1-3eb8-44c8-a917-57927947596d',
    '5beb7efe-fd9a-4556-801d-275e5ffc04cc', '92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b',
    'b2b3f03d-6a65-4f7b-a9c7-1c7ef74a9ba4', 'e6db77e5-3df2-4cf1-b95a-636979351e5b',
    'd1e49aac-8f56-4280-b9ba-993a6d77406c', '56a863a9-875e-4185-98a7-b882c64b5ce5',
    'c1db55ab-c21a-4637-bb3f-a12568109d35'
)

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

function Set-MachineValue {
    # A number below HKEY_LOCAL_MACHINE; the key is made when it is not there.
    param([string] $Key, [string] $Name, [int] $Value)

    $path = "HKEY_LOCAL_MACHINE\$Key"
    if ([Microsoft.Win32.Registry]::GetValue($path, $Name, $null) -eq $Value) {
        return
    }
    $kind = [Microsoft.Win32.RegistryValueKind]::DWord
    [Microsoft.Win32.Registry]::SetValue($path, $Name, $Value, $kind)
    Write-Log "$Key, ${Name}: now $Value."
}

function Set-Firewall {
    # Remote desktop may come in and nothing else; the security group of the subnet says from where.
    Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block -LogBlocked True -LogMaxSizeKilobytes 16384
    $kept = @($RemoteDesktopRules, $CoreNetworkRules)
    $open = @(
        Get-NetFirewallRule -Direction Inbound -Enabled True -Action Allow |
            Where-Object { $kept -notcontains $_.Group }
    )
    if ($open.Count -gt 0) {
        $open | Disable-NetFirewallRule
        Write-Log "Firewall: $($open.Count) open rules are closed."
    }
    Get-NetFirewallRule -Group $RemoteDesktopRules | Enable-NetFirewallRule
}

function Set-RemoteDesktop {
    # Signs people in before a desktop is made, over TLS, and takes idle sessions away. Files and clipboard stay apart.
    param([int] $IdleMinutes)

    $listener = 'SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'
    $policy = 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
    Set-MachineValue 'SYSTEM\CurrentControlSet\Control\Terminal Server' 'fDenyTSConnections' 0
    Set-MachineValue $listener 'UserAuthentication' 1
    Set-MachineValue $listener 'SecurityLayer' 2
    Set-MachineValue $listener 'MinEncryptionLevel' 3
    Set-MachineValue $policy 'UserAuthentication' 1
    Set-MachineValue $policy 'SecurityLayer' 2
    Set-MachineValue $policy 'MinEncryptionLevel' 3
    Set-MachineValue $policy 'fEncryptRPCTraffic' 1
    Set-MachineValue $policy 'MaxIdleTime' ($IdleMinutes * 60000)
    Set-MachineValue $policy 'MaxDisconnectionTime' ($IdleMinutes * 60000)
    foreach ($redirection in @('fDisableCdm', 'fDisableClip', 'fDisableCcm', 'fDisableLPT', 'fDisablePNPRedir')) {
        Set-MachineValue $policy $redirection 1
    }
    Set-MachineValue 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' 'InactivityTimeoutSecs' ($IdleMinutes * 60)
}

function Set-TransportSecurity {
    # TLS 1.2 and above, in Windows and in .NET.
    $protocols = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols'
    foreach ($side in @('Client', 'Server')) {
        foreach ($old in @('SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1')) {
            Set-MachineValue "$protocols\$old\$side" 'Enabled' 0
            Set-MachineValue "$protocols\$old\$side" 'DisabledByDefault' 1
        }
        Set-MachineValue "$protocols\TLS 1.2\$side" 'Enabled' 1
        Set-MachineValue "$protocols\TLS 1.2\$side" 'DisabledByDefault' 0
    }
    foreach ($root in @('SOFTWARE', 'SOFTWARE\WOW6432Node')) {
        Set-MachineValue "$root\Microsoft\.NETFramework\v4.0.30319" 'SchUseStrongCrypto' 1
        Set-MachineValue "$root\Microsoft\.NETFramework\v4.0.30319" 'SystemDefaultTlsVersions' 1
    }
}

function Set-FileSharing {
    # No SMB 1, no guests, every packet signed, and no names asked of the neighbours.
    $server = @{ EnableSMB1Protocol = $false; RequireSecuritySignature = $true; Confirm = $false }
    Set-SmbServerConfiguration @server
    $old = Get-WindowsOptionalFeature -Online -FeatureName 'SMB1Protocol'
    if ($null -ne $old -and $old.State -eq 'Enabled') {
        Disable-WindowsOptionalFeature -Online -FeatureName 'SMB1Protocol' -NoRestart | Out-Null
        Write-Log 'SMB 1: removed at the next start.'
    }
    $client = 'SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters'
    Set-MachineValue $client 'RequireSecuritySignature' 1
    Set-MachineValue $client 'AllowInsecureGuestAuth' 0
    Set-MachineValue 'SOFTWARE\Policies\Microsoft\Windows NT\DNSClient' 'EnableMulticast' 0
}

function Protect-Credential {
    # Passwords of people who sign in here open other machines, so nothing on this one may read them.
    $lsa = 'SYSTEM\CurrentControlSet\Control\Lsa'
    Set-MachineValue $lsa 'RunAsPPL' 1
    Set-MachineValue $lsa 'LmCompatibilityLevel' 5
    Set-MachineValue $lsa 'NoLMHash' 1
    Set-MachineValue $lsa 'RestrictAnonymous' 1
    Set-MachineValue $lsa 'LsaCfgFlags' 2
    Set-MachineValue 'SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest' 'UseLogonCredential' 0
    $guard = 'SYSTEM\CurrentControlSet\Control\DeviceGuard'
    Set-MachineValue $guard 'EnableVirtualizationBasedSecurity' 1
    Set-MachineValue $guard 'RequirePlatformSecurityFeatures' 1
}

function Set-Auditing {
    # Who signed in, what they ran, and who changed accounts or these very settings.
    $auditpol = Join-Path $env:SystemRoot 'System32\auditpol.exe'
    foreach ($start in $AuditedSubcategories) {
        $subcategory = "/subcategory:{$start-69AE-11D9-BED3-505054503030}"
        Invoke-Native -FilePath $auditpol -Arguments @('/set', $subcategory, '/success:enable', '/failure:enable') |
            Out-Null
    }
    Set-MachineValue 'SYSTEM\CurrentControlSet\Control\Lsa' 'SCENoApplyLegacyAuditPolicy' 1
    $scripts = 'SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging'
    Set-MachineValue $scripts 'EnableScriptBlockLogging' 1
}

function Set-Defender {
    # Where another product protects the machine, Defender is off and its settings are not ours.
    $service = Get-Service -Name 'WinDefend' -ErrorAction SilentlyContinue
    if ($null -eq $service -or "$($service.Status)" -ne 'Running') {
        Write-Log 'Defender does not run here; its settings stay as they are.'
        return
    }
    $actions = @($AttackSurfaceRules | ForEach-Object { 'Enabled' })
    Set-MpPreference -AttackSurfaceReductionRules_Ids $AttackSurfaceRules -AttackSurfaceReductionRules_Actions $actions
    Set-MpPreference -PUAProtection Enabled -EnableNetworkProtection Enabled -DisableRealtimeMonitoring $false
    Set-MpPreference -CheckForSignaturesBeforeRunningScan $true
    # Without it, a server has network protection and does not use it; older versions of Defender do not know it.
    if ((Get-Command -Name 'Set-MpPreference').Parameters.ContainsKey('AllowNetworkProtectionOnWinServer')) {
        Set-MpPreference -AllowNetworkProtectionOnWinServer $true
    }
}

function Disable-UnusedService {
    # A jump box prints nothing, and nobody edits its registry from elsewhere.
    foreach ($name in @('Spooler', 'RemoteRegistry')) {
        if (Get-Service -Name $name -ErrorAction SilentlyContinue) {
            Stop-Service -Name $name -Force
            Set-Service -Name $name -StartupType Disabled
        }
    }
}

try {
    if (-not (Test-Path -LiteralPath $StateFolder)) {
        New-Item -Path $StateFolder -ItemType Directory | Out-Null
    }
    Write-Log 'Hardening begins.'
    $text = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Configuration))
    $settings = $text | ConvertFrom-Json
    Set-Firewall
    Set-RemoteDesktop -IdleMinutes ([int] $settings.idleMinutes)
    Set-TransportSecurity
    Set-FileSharing
    Protect-Credential
    Set-Auditing
    Set-Defender
    Disable-UnusedService
    Write-Log 'Hardening is done. Some of it counts from the next start on.'
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    exit 1
}
