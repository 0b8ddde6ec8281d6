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

@description('Optional. The account of the storage account in the domain, as Azure wants it: domainName, netBiosDomainName, forestName, domainGuid, domainSid, azureStorageSid, samAccountName and accountType. Empty until the script has made it.')
param activeDirectoryProperties object = {
  domainName: 'corp.example.com'
  netBiosDomainName: 'CORP'
  forestName: 'corp.example.com'
  domainGuid: '6c6b5b1e-6d3b-4f6e-9a5e-0c6f5f0f3b11'
  domainSid: 'S-1-5-21-1111111111-2222222222-3333333333'
  azureStorageSid: 'S-1-5-21-1111111111-2222222222-3333333333-1105'
  samAccountName: 'stoctopus'
  accountType: 'Computer'
}

@description('Optional. Whether accounts of the domain are let into the share already.')
param shareIsReady bool = true

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

// ================ //
// Variables        //
// ================ //

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
    // Nodes come as who they are in the domain; no key of the account opens anything.
    allowSharedKeyAccess: false
    azureFilesIdentityBasedAuthentication: {
      directoryServiceOptions: empty(activeDirectoryProperties) ? 'None' : 'AD'
      activeDirectoryProperties: empty(activeDirectoryProperties) ? null : activeDirectoryProperties
      // Computer accounts are not in Entra ID, so that no role can be given to them: the share itself lets them in,
      // and the permissions of its folders say what each of them may do. Nobody is let in before that is prepared.
      defaultSharePermission: shareIsReady ? 'StorageFileDataSmbShareContributor' : 'None'
    }
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

resource fileServices 'Microsoft.Storage/storageAccounts/fileServices@2025-06-01' = {
  parent: storageAccount
  name: 'default'
  properties: {
    protocolSettings: {
      smb: {
        versions: 'SMB3.1.1'
        authenticationMethods: 'Kerberos'
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
output credentialUserName string = ''
