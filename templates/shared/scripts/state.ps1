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
