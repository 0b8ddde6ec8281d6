function Add-KnownSecret {
    param([string] $Value)

    if ($Value.Length -ge 4 -and -not $script:KnownSecrets.Contains($Value)) {
        $script:KnownSecrets.Add($Value)
    }
}

function Get-ManagedIdentityToken {
    # The client ID is always given: the first node has two identities.
    param([string] $Audience, [string] $ClientId)

    $uri = 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={0}&client_id={1}' -f `
        [uri]::EscapeDataString($Audience), [uri]::EscapeDataString($ClientId)
    $answer = Invoke-RestMethod -Uri $uri -Headers @{ Metadata = 'true' } -UseBasicParsing -TimeoutSec 30
    Add-KnownSecret $answer.access_token
    return $answer.access_token
}

function Get-VaultEntry {
    # The newest version of a secret with what is known about it; from the vault of the nodes unless told otherwise.
    param([string] $Name, [string] $VaultUri = $Settings.keyVaultUri)

    return Invoke-WithRetry -What "Reading '$Name' from $VaultUri" -Action {
        $bearer = Get-ManagedIdentityToken -Audience $Settings.keyVaultAudience -ClientId $Settings.identityClientId
        $uri = '{0}/secrets/{1}?api-version=7.4' -f $VaultUri.TrimEnd('/'), [uri]::EscapeDataString($Name)
        $headers = @{ Authorization = "Bearer $bearer" }
        Invoke-RestMethod -Uri $uri -Headers $headers -UseBasicParsing -TimeoutSec 30
    }
}

function Get-VaultSecret {
    param([string] $Name)

    # White space around a pasted master key is the classic reason for a join that fails.
    $value = (Get-VaultEntry $Name).value.Trim()
    Add-KnownSecret $value
    return $value
}

function Get-VaultSecretVersion {
    # Tells a new password from the old one without keeping either.
    param([string] $Name)

    return ((Get-VaultEntry $Name).id -split '/')[-1]
}
