metadata name = 'Azure Files'
metadata description = 'A premium storage account with the share for packages, artifacts, task logs and imports of all nodes.'

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

@description('Optional. Name of the storage account, unique in all of Azure: lower case letters and digits.')
@minLength(3)
@maxLength(24)
param storageAccountName string = take('st${replace(namePrefix, '-', '')}${uniqueString(resourceGroup().id)}', 24)

@description('Optional. Redundancy of the share. Premium_ZRS keeps copies in three zones; a change means a migration.')
@allowed([
  'PremiumV2_LRS'
  'PremiumV2_ZRS'
  'Premium_LRS'
  'Premium_ZRS'
])
param skuName string = 'Premium_ZRS'

@description('Optional. Name of the share.')
@minLength(3)
@maxLength(63)
param shareName string = 'octopus'

@description('Optional. Provisioned size of the share in GiB; with the Premium kinds it sets the performance too, and 100 is the least. It can shrink again only 24 hours after it grew.')
@minValue(32)
@maxValue(102400)
param shareQuotaGib int = 256

@description('Optional. Provisioned IOPS of the share; 0 for what the size gives. PremiumV2 kinds only.')
@minValue(0)
@maxValue(102400)
param shareIops int = 0

@description('Optional. Provisioned throughput of the share in MiB/s; 0 for what the size gives. PremiumV2 kinds only.')
@minValue(0)
@maxValue(10340)
param shareThroughputMibps int = 0

@description('Optional. Days a deleted share can be brought back.')
@minValue(1)
@maxValue(365)
param softDeleteRetentionInDays int = 14

// NOTE: SMB agrees on the cipher before it names the account, and Windows offers AES-128-GCM first. AES-256-GCM alone
// therefore locks out every client whose own order of ciphers was not changed with Set-SmbClientConfiguration.
@description('Optional. Ciphers that the share accepts for the traffic. AES-256-GCM alone needs clients that offer it first.')
@allowed([
  'AES-128-GCM;AES-256-GCM'
  'AES-256-GCM'
])
param smbChannelEncryption string = 'AES-128-GCM;AES-256-GCM'

@description('Optional. Name of the private endpoint.')
@minLength(2)
@maxLength(64)
param privateEndpointName string = take('pep-${storageAccountName}', 64)

@description('Required. Subnet of the private endpoint.')
param privateEndpointsSubnetResourceId string

@description('Required. Private DNS zone for the account\'s private endpoint.')
param filePrivateDnsZoneResourceId string

@description('Optional. Log Analytics workspace for logs and metrics; empty for none.')
param workspaceResourceId string = ''

@description('Required. Name of the vault, in the same resource group, that gets the account key.')
param keyVaultName string

@description('Optional. Name of the secret that holds the account key.')
param accountKeySecretName string = 'storage-account-key'

@description('Optional. Which of the two account keys the nodes get: 0 or 1. To rotate, deploy with the other one, then renew the first.')
@minValue(0)
@maxValue(1)
param accountKeyIndex int = 0

@description('Optional. Date and time, such as 2027-11-30T00:00:00Z, that the secret carries as its expiry; empty for none.')
param keyVaultEntriesExpireOn string = ''

// ================ //
// Variables        //
// ================ //

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

resource storageAccount 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: storageAccountName
  location: location
  tags: tags
  kind: 'FileStorage'
  sku: {
    name: skuName
  }
  properties: {
    supportsHttpsTrafficOnly: true
    minimumTlsVersion: 'TLS1_2'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'PrivateLink'
    defaultToOAuthAuthentication: true
    // NOTE: on purpose. Nodes that are in no domain can mount an SMB share only with the account key; a policy that
    // forbids shared keys breaks them. The key is in the vault only, and the account answers in the network only.
    allowSharedKeyAccess: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      ipRules: []
      virtualNetworkRules: []
    }
    encryption: {
      keySource: 'Microsoft.Storage'
      // A second layer of encryption; Azure takes it only when the account is made.
      requireInfrastructureEncryption: true
      services: {
        file: {
          enabled: true
          keyType: 'Account'
        }
      }
    }
  }
}

resource storageAccount_privateEndpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
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
        name: 'file'
        properties: {
          privateLinkServiceId: storageAccount.id
          groupIds: [
            'file'
          ]
        }
      }
    ]
  }
}

// Without the zone group the name would resolve to the public address, which is closed.
resource storageAccount_privateEndpoint_zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: storageAccount_privateEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'file'
        properties: {
          privateDnsZoneId: filePrivateDnsZoneResourceId
        }
      }
    ]
  }
}

resource keyVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

// Straight from the account into the vault: no parameter, output or log ever holds the key.
resource keyVault_storageAccountKey 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: keyVault
  name: accountKeySecretName
  properties: {
    value: storageAccount.listKeys().keys[accountKeyIndex].value
    contentType: 'Key of the storage account'
    attributes: secretAttributes
  }
}

// NTLMv2 is what the account key needs; Kerberos is for nodes that join a domain later.
resource fileServices 'Microsoft.Storage/storageAccounts/fileServices@2025-06-01' = {
  parent: storageAccount
  name: 'default'
  properties: {
    protocolSettings: {
      smb: {
        versions: 'SMB3.1.1'
        authenticationMethods: 'NTLMv2;Kerberos'
        kerberosTicketEncryption: 'AES-256'
        channelEncryption: smbChannelEncryption
        encryptionInTransit: {
          required: true
        }
        multichannel: {
          enabled: true
        }
      }
    }
    shareDeleteRetentionPolicy: {
      enabled: true
      days: softDeleteRetentionInDays
    }
  }
}

resource share 'Microsoft.Storage/storageAccounts/fileServices/shares@2025-06-01' = {
  parent: fileServices
  name: shareName
  properties: {
    enabledProtocols: 'SMB'
    shareQuota: shareQuotaGib
    provisionedIops: shareIops == 0 ? null : shareIops
    provisionedBandwidthMibps: shareThroughputMibps == 0 ? null : shareThroughputMibps
  }
}

// Octopus reads and writes files all day; what was deleted, and by whom, is worth keeping.
resource fileServices_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: fileServices
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        category: 'StorageDelete'
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

resource storageAccount_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: storageAccount
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
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

@description('Name of the storage account.')
output name string = storageAccount.name

@description('Resource ID of the storage account.')
output resourceId string = storageAccount.id

@description('Name of the share.')
output shareName string = share.name

@description('Host name of the share; inside the virtual network it resolves to the private endpoint.')
output hostName string = '${storageAccount.name}.file.${environment().suffixes.storage}'

@description('UNC path of the share.')
output uncPath string = '\\\\${storageAccount.name}.file.${environment().suffixes.storage}\\${shareName}'

@description('Account that the nodes use the share with; empty when they come as who they are.')
output credentialUserName string = 'localhost\\${storageAccount.name}'
