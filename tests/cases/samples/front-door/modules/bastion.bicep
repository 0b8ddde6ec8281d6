metadata name = 'Azure Bastion'
metadata description = 'RDP to the nodes through the browser or the Azure CLI, for people who sign in with Entra ID.'

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

@description('Optional. Name of the Bastion host.')
@minLength(1)
@maxLength(80)
param bastionHostName string = 'bas-${namePrefix}'

@description('Required. AzureBastionSubnet of the network.')
param bastionSubnetResourceId string

@description('Optional. Availability zones of the host and its address; empty in a region without zones.')
param zones array = [
  '1'
  '2'
  '3'
]

@description('Optional. Whether people may sign in with Kerberos; needs a domain that the DNS servers of the network lead to.')
param enableKerberos bool = false

@description('Optional. Instances of the host; each takes about 20 RDP sessions.')
@minValue(2)
@maxValue(50)
param scaleUnits int = 2

@description('Optional. Whether the Azure CLI may open sessions, too.')
param enableNativeClient bool = true

@description('Optional. Log Analytics workspace for the audit logs; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Resources        //
// ================ //

resource bastionAddress 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-${namePrefix}-bastion'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  // An address is in one zone or in all three, whichever of them the nodes are in.
  zones: empty(zones) ? null : [
    '1'
    '2'
    '3'
  ]
  properties: {
    publicIPAddressVersion: 'IPv4'
    publicIPAllocationMethod: 'Static'
  }
}

resource bastionAddress_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: bastionAddress
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
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

resource bastionHost 'Microsoft.Network/bastionHosts@2025-05-01' = {
  name: bastionHostName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  zones: empty(zones) ? null : zones
  properties: {
    enableKerberos: enableKerberos
    scaleUnits: scaleUnits
    enableTunneling: enableNativeClient
    // What leaves a node leaves it by Octopus, not by clipboard, file copy or a link that works for anybody.
    disableCopyPaste: true
    enableFileCopy: false
    enableIpConnect: false
    enableShareableLink: false
    ipConfigurations: [
      {
        name: 'bastion'
        properties: {
          privateIPAllocationMethod: 'Dynamic'
          publicIPAddress: {
            id: bastionAddress.id
          }
          subnet: {
            id: bastionSubnetResourceId
          }
        }
      }
    ]
  }
}

resource bastionHost_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: bastionHost
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
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

@description('Name of the Bastion host.')
output name string = bastionHost.name

@description('Resource ID of the Bastion host.')
output resourceId string = bastionHost.id
