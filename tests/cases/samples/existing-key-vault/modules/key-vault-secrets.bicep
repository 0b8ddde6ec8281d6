metadata name = 'Secrets in an existing Key Vault'
metadata description = 'Writes what the nodes need to start into a vault that exists already; its settings stay as they are.'

// ================ //
// Parameters       //
// ================ //

@description('Required. Name of the vault, in the resource group that this is deployed to.')
@minLength(3)
@maxLength(24)
param keyVaultName string

@description('Optional. Date and time, such as 2027-11-30T00:00:00Z, that the secrets carry as their expiry; empty for none.')
param keyVaultEntriesExpireOn string = ''

@description('Required. Octopus master key: 16 random bytes, in base64. It must stay the same for the life of the database.')
@secure()
@minLength(24)
@maxLength(24)
param octopusMasterKey string

@description('Required. Octopus licence XML, in base64.')
@secure()
@minLength(1)
@maxLength(25600)
param octopusLicenseBase64 string

@description('Required. Password of the first Octopus administrator.')
@secure()
@minLength(12)
param octopusAdministratorPassword string

@description('Required. Resource ID of the storage account of the file share.')
param storageAccountResourceId string

@description('Optional. Which of the two keys of the storage account the nodes use, 0 or 1.')
@minValue(0)
@maxValue(1)
param accountKeyIndex int = 0

// ================ //
// Variables        //
// ================ //

var secretNames = {
  masterKey: 'prod-octopus-master-key'
  license: 'prod-octopus-license'
  administratorPassword: 'prod-octopus-admin-password'
  certificate: ''
  storageAccountKey: 'prod-storage-account-key'
  sharePassword: ''
  databasePassword: ''
  serviceAccountPassword: ''
}

var storageAccountId = split(storageAccountResourceId, '/')

// No expiry by default. An expiry date is a reminder and not a lock, as Key Vault hands out expired secrets too; but
// a master key lives as long as the database, and a date that nobody maintains only teaches people to ignore dates.
// Where a policy asks for one, give keyVaultEntriesExpireOn; it is a date and not a period, so that what-if stays quiet.
// Source: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-attributes
var secretAttributes = empty(keyVaultEntriesExpireOn) ? {
  enabled: true
} : {
  enabled: true
  exp: dateTimeToEpoch(keyVaultEntriesExpireOn)
}

// ================ //
// Resources        //
// ================ //

resource keyVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

// Secrets are written by Azure Resource Manager itself, which needs no way through the network. Every deployment
// writes a new version, with the same value when the same value is given. They carry no tags: a secret takes 15 at most.
resource keyVault_masterKey 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: keyVault
  name: secretNames.masterKey
  properties: {
    value: octopusMasterKey
    contentType: 'Octopus master key, base64'
    attributes: secretAttributes
  }
}

resource keyVault_license 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: keyVault
  name: secretNames.license
  properties: {
    value: octopusLicenseBase64
    contentType: 'Octopus licence XML, base64'
    attributes: secretAttributes
  }
}

resource keyVault_administratorPassword 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: keyVault
  name: secretNames.administratorPassword
  properties: {
    value: octopusAdministratorPassword
    contentType: 'Password of the first Octopus administrator'
    attributes: secretAttributes
  }
}

resource storageAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountId[8]
  scope: resourceGroup(storageAccountId[2], storageAccountId[4])
}

resource keyVault_storageAccountKey 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: keyVault
  name: secretNames.storageAccountKey
  properties: {
    value: storageAccount.listKeys().keys[accountKeyIndex].value
    contentType: 'Key of the storage account'
    attributes: secretAttributes
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the vault.')
output name string = keyVault.name

@description('Resource ID of the vault.')
output resourceId string = keyVault.id
