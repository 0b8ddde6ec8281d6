<#
.SYNOPSIS
Makes the computer account of the storage account in the domain, so that machines of the domain can open the share.

.DESCRIPTION
For a person who may make computer accounts, on a machine of the domain with the Active Directory module for PowerShell
and the Azure CLI, signed in with az login. It is idempotent: an account that is there is given the present Kerberos
key as its password and keeps everything else. At the end it prints the values that stack.yaml wants under
storage.active_directory.

The Kerberos key of the storage account is the password of the computer account. It stays in memory.

.PARAMETER ResourceGroup
Resource group of the storage account.

.PARAMETER AccountName
Name of the storage account.

.PARAMETER OrganizationalUnit
Distinguished name of the organizational unit for the computer account; the default one of the domain when absent.

.PARAMETER SamAccountName
Short name of the computer account, at most 15 characters without the dollar; cut from the account's name when absent.

.EXAMPLE
.\join-storage-account.ps1 -ResourceGroup rg-octopus -AccountName stoctopus123 -OrganizationalUnit 'OU=Files,DC=corp,DC=example,DC=com'
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidatePattern('^[A-Za-z0-9_().-]{1,90}$')]
    [string] $ResourceGroup,

    [Parameter(Mandatory = $true)]
    [ValidatePattern('^[a-z0-9]{3,24}$')]
    [string] $AccountName,

    [string] $OrganizationalUnit = '',

    [ValidatePattern('^[A-Za-z0-9-]{0,15}$')]
    [string] $SamAccountName = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$LogFile = Join-Path ([System.IO.Path]::GetTempPath()) 'join-storage-account.log'
$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'

# ---------------------------------------------------------------- log, programs

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

function Invoke-Az {
    param([string[]] $Options)

    $arguments = @('/c', 'az') + $Options + @('--only-show-errors', '--output', 'json')
    return (Invoke-Native -FilePath $env:ComSpec -Arguments $arguments -TimeoutMinutes 5).Output
}

# ---------------------------------------------------------------- the storage account

function Get-FileHost {
    $account = Invoke-Az @('storage', 'account', 'show', '--resource-group', $ResourceGroup, '--name', $AccountName) |
        ConvertFrom-Json
    return ([uri]$account.primaryEndpoints.file).Host
}

function Get-KerberosKey {
    # Made once; an account that has been joined before keeps its key.
    $list = @('storage', 'account', 'keys', 'list', '--resource-group', $ResourceGroup, '--account-name', $AccountName, '--expand-key-type', 'kerb')
    # Windows PowerShell passes an array of JSON on as one object, so it is taken apart on a line of its own.
    $keys = Invoke-Az $list | ConvertFrom-Json
    $key = $keys | Where-Object { $_.keyName -eq 'kerb1' } | Select-Object -First 1
    if ($null -eq $key) {
        Invoke-Az @('storage', 'account', 'keys', 'renew', '--resource-group', $ResourceGroup, '--account-name', $AccountName, '--key', 'primary', '--key-type', 'kerb') | Out-Null
        $keys = Invoke-Az $list | ConvertFrom-Json
        $key = $keys | Where-Object { $_.keyName -eq 'kerb1' } | Select-Object -First 1
    }
    if ($null -eq $key) {
        throw "The storage account $AccountName has no Kerberos key; your role must allow listKeys and regenerateKey."
    }
    $KnownSecrets.Add($key.value)
    return $key.value
}

# ---------------------------------------------------------------- the computer account

function Get-ShortName {
    if ($SamAccountName -ne '') {
        return $SamAccountName
    }
    return $AccountName.Substring(0, [Math]::Min(15, $AccountName.Length))
}

function Set-StorageComputer {
    param([string] $Name, [string] $FileHost, [securestring] $Password)

    $found = @(Get-ADComputer -Filter "SamAccountName -eq '$Name$'" -Properties ServicePrincipalNames)
    if ($found.Count -eq 0) {
        $place = @{}
        if ($OrganizationalUnit -ne '') {
            $place.Path = $OrganizationalUnit
        }
        New-ADComputer -Name $Name -SamAccountName "$Name$" -AccountPassword $Password -ServicePrincipalNames "cifs/$FileHost" -KerberosEncryptionType AES256 -PasswordNeverExpires $true -Description "Azure storage account $AccountName" @place
        Write-Log "The computer account $Name was made."
        return
    }
    if (@($found[0].ServicePrincipalNames) -notcontains "cifs/$FileHost") {
        throw "The computer account $Name belongs to something else; choose another one with -SamAccountName."
    }
    Set-ADAccountPassword -Identity $found[0] -NewPassword $Password -Reset
    Set-ADComputer -Identity $found[0] -KerberosEncryptionType AES256
    Write-Log "The computer account $Name has the present key now."
}

function Join-StorageAccount {
    $fileHost = Get-FileHost
    $name = Get-ShortName
    $password = ConvertTo-SecureString -String (Get-KerberosKey) -AsPlainText -Force
    Set-StorageComputer -Name $name -FileHost $fileHost -Password $password
    $domain = Get-ADDomain
    $computer = Get-ADComputer -Identity $name
    Write-Log 'Put this into stack.yaml, render, and deploy again:'
    Write-Log 'storage:'
    Write-Log '  active_directory:'
    Write-Log "    domain_guid: $($domain.ObjectGUID)"
    Write-Log "    domain_sid: $($domain.DomainSID.Value)"
    Write-Log "    storage_sid: $($computer.SID.Value)"
    Write-Log "    sam_account_name: $($name)"
    if ($domain.Forest -ne $domain.DNSRoot) {
        Write-Log "    forest_name: $($domain.Forest)"
    }
}

try {
    Write-Log "Joining the storage account $AccountName begins."
    Join-StorageAccount
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    exit 1
}
