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
