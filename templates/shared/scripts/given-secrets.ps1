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
