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
