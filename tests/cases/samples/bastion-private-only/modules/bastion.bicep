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

@description('Optional. Availability zones of the host; empty in a region without zones.')
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
param scaleUnits int = 3

@description('Optional. Log Analytics workspace for the audit logs; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Resources        //
// ================ //

resource bastionHost 'Microsoft.Network/bastionHosts@2025-05-01' = {
  name: bastionHostName
  location: location
  tags: tags
  sku: {
    name: 'Premium'
  }
  zones: empty(zones) ? null : zones
  properties: {
    enableKerberos: enableKerberos
    scaleUnits: scaleUnits
    // A tunnel would be a session that is not recorded.
    enableTunneling: false
    // What leaves a node leaves it by Octopus, not by clipboard, file copy or a link that works for anybody.
    disableCopyPaste: true
    enableFileCopy: false
    enableIpConnect: false
    enableShareableLink: false
    enablePrivateOnlyBastion: true
    enableSessionRecording: true
    ipConfigurations: [
      {
        name: 'bastion'
        properties: {
          privateIPAllocationMethod: 'Dynamic'
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

@description('DNS name of the Bastion host; the storage account of the recordings lets it in by this name.')
output dnsName string = bastionHost.properties.dnsName
