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
