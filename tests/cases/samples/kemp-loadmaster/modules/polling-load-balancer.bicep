metadata name = 'Polling load balancer'
metadata description = 'Internal Standard load balancer that brings polling Tentacles to each node, because no HTTP layer can.'

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

@description('Optional. Name of the load balancer.')
@minLength(1)
@maxLength(80)
param loadBalancerName string = 'lbi-${namePrefix}-polling'

@description('Required. Subnet of the front end.')
param loadBalancerSubnetResourceId string

@description('Optional. Fixed private address of the front end; empty lets Azure choose.')
param privateIpAddress string = ''

@description('Optional. Availability zones of the front end; empty in a region without zones.')
param zones array = [
  '1'
  '2'
  '3'
]

@description('Required. Names of the nodes, in order.')
@minLength(1)
param nodeNames array

@description('Optional. Front-end port of the first node for polling Tentacles; the other nodes follow, one port each.')
@minValue(1)
@maxValue(65000)
param firstPollingPort int = 10943

@description('Optional. Port of polling Tentacles on the nodes.')
@minValue(1)
@maxValue(65535)
param pollingPort int = 10943

@description('Optional. Minutes a connection may be idle; uploads and long polls need time.')
@minValue(4)
@maxValue(100)
param idleTimeoutInMinutes int = 30

@description('Optional. Log Analytics workspace for the diagnostics; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

var frontEndName = 'polling'
var frontEndId = resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', loadBalancerName, frontEndName)

// ================ //
// Resources        //
// ================ //

resource loadBalancer 'Microsoft.Network/loadBalancers@2025-05-01' = {
  name: loadBalancerName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: frontEndName
        zones: empty(zones) ? null : zones
        properties: {
          subnet: {
            id: loadBalancerSubnetResourceId
          }
          privateIPAddressVersion: 'IPv4'
          privateIPAllocationMethod: empty(privateIpAddress) ? 'Dynamic' : 'Static'
          privateIPAddress: empty(privateIpAddress) ? null : privateIpAddress
        }
      }
    ]
    // A task is handed to a Tentacle by the node that runs it, so a polling Tentacle polls every node on a port of its own.
    inboundNatRules: [for (nodeName, index) in nodeNames: {
      name: 'polling-${nodeName}'
      properties: {
        protocol: 'Tcp'
        frontendPort: firstPollingPort + index
        backendPort: pollingPort
        frontendIPConfiguration: {
          id: frontEndId
        }
        enableTcpReset: true
        idleTimeoutInMinutes: idleTimeoutInMinutes
      }
    }]
  }
}

resource loadBalancer_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: loadBalancer
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

@description('Name of the load balancer.')
output name string = loadBalancer.name

@description('Resource ID of the load balancer; its inbound NAT rules lead to the polling port of each node.')
output resourceId string = loadBalancer.id

@description('What a name for polling Tentacles and agents can lead to.')
output pollingAddress string = loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress

@description('Backend pools that the interfaces of the nodes join, each an object with id.')
output backendAddressPools array = [
]

@description('Where polling Tentacles reach each node: its name, and address with front-end port.')
output pollingEndpoints array = [for (nodeName, index) in nodeNames: {
  node: nodeName
  address: '${loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress}:${firstPollingPort + index}'
}]
