metadata name = 'Key Vault'
metadata description = 'The vault that holds what the nodes need to start: master key, licence, passwords, certificate and storage key.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Location of all resources.')
param location string = resourceGroup().location

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. Start of every resource name.')
@minLength(2)
@maxLength(12)
param namePrefix string = 'octopus'

@description('Optional. Name of the vault, unique in all of Azure, without two hyphens in a row. A deleted vault keeps its name until its soft delete retention has passed.')
@minLength(3)
@maxLength(24)
param keyVaultName string = take('kv-${replace(namePrefix, '-', '')}-${uniqueString(resourceGroup().id)}', 24)

@description('Optional. Tier of the vault; premium keeps keys in hardware.')
@allowed([
  'standard'
  'premium'
])
param skuName string = 'standard'

@description('Optional. Days a deleted secret, or the whole vault, can be brought back. Azure fixes it when the vault is made.')
@minValue(7)
@maxValue(90)
param softDeleteRetentionInDays int = 90

@description('Optional. Name of the private endpoint.')
@minLength(2)
@maxLength(64)
param privateEndpointName string = take('pep-${keyVaultName}', 64)

@description('Required. Subnet of the private endpoint.')
param privateEndpointsSubnetResourceId string

@description('Required. Private DNS zone for the vault\'s private endpoint.')
param keyVaultPrivateDnsZoneResourceId string

@description('Optional. Log Analytics workspace for audit logs and metrics; empty for none.')
param workspaceResourceId string = ''

@description('Required. Object (principal) ID of the managed identity with which the nodes read the secrets.')
param nodesIdentityPrincipalId string

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

@description('Required. Certificate of the portal with its private key: a PFX without password, in base64.')
@secure()
@minLength(1)
@maxLength(25600)
param portalCertificatePfx string

// ================ //
// Variables        //
// ================ //

var secretNames = {
  masterKey: 'octopus-master-key'
  license: 'octopus-license'
  administratorPassword: 'octopus-admin-password'
  certificate: 'portal-certificate'
  storageAccountKey: 'storage-account-key'
  sharePassword: ''
  databasePassword: ''
  serviceAccountPassword: ''
}

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

resource keyVault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: keyVaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: skuName
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: softDeleteRetentionInDays
    enablePurgeProtection: true
    // Nobody fetches secrets through Azure Resource Manager: the nodes read them with their own identity.
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      ipRules: []
      virtualNetworkRules: []
    }
  }
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

resource keyVault_certificate 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: keyVault
  name: secretNames.certificate
  properties: {
    value: portalCertificatePfx
    contentType: 'application/x-pkcs12'
    attributes: secretAttributes
  }
}

resource nodesSecretsUser 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: keyVault
  name: guid(keyVault.id, nodesIdentityPrincipalId, 'Key Vault Secrets User')
  properties: {
    // Key Vault Secrets User
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')
    principalId: nodesIdentityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource keyVault_privateEndpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: privateEndpointName
  location: location
  tags: tags
  properties: {
    subnet: {
      id: privateEndpointsSubnetResourceId
    }
    customNetworkInterfaceName: '${privateEndpointName}-nic'
    privateLinkServiceConnections: [
      {
        name: 'vault'
        properties: {
          privateLinkServiceId: keyVault.id
          groupIds: [
            'vault'
          ]
        }
      }
    ]
  }
}

// Without the zone group the name would resolve to the public address, which is closed.
resource keyVault_privateEndpoint_zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: keyVault_privateEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'vault'
        properties: {
          privateDnsZoneId: keyVaultPrivateDnsZoneResourceId
        }
      }
    ]
  }
}

resource keyVault_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: keyVault
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the vault.')
output name string = keyVault.name

@description('Resource ID of the vault.')
output resourceId string = keyVault.id

@description('Address of the vault.')
output vaultUri string = keyVault.properties.vaultUri

@description('Names, never values, of the secrets, by what they hold; empty for one that this stack does without.')
output secretNames object = secretNames
