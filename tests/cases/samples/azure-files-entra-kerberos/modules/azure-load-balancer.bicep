metadata name = 'Azure Load Balancer'
metadata description = 'Internal Standard load balancer that sends portal traffic to the nodes that take tasks, and polling Tentacles to each node.'

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
param loadBalancerName string = 'lbi-${namePrefix}'

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

@description('Optional. DNS name of the portal; it becomes a private zone of its own.')
param portalHostName string = 'octopus.corp.example.com'

@description('Required. Virtual network that finds the portal by its name.')
param virtualNetworkResourceId string

@description('Optional. Log Analytics workspace for the diagnostics; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

var frontEndName = 'portal'
var backendPoolName = 'octopus-nodes'
var probeName = 'octopus-ping'
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
    backendAddressPools: [
      {
        name: backendPoolName
      }
    ]
    probes: [
      {
        // 200 is a node that takes tasks; a node that drains answers 418 and gets no new connections.
        name: probeName
        properties: {
          protocol: 'Https'
          port: 443
          requestPath: '/api/octopusservernodes/ping'
          intervalInSeconds: 5
          probeThreshold: 2
          // When all nodes drain, nobody is let in; connections that exist are left to finish.
          noHealthyBackendsBehavior: 'AllProbedDown'
        }
      }
    ]
    loadBalancingRules: [
      {
        name: 'portal'
        properties: {
          protocol: 'Tcp'
          frontendPort: 443
          backendPort: 443
          frontendIPConfiguration: {
            id: frontEndId
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', loadBalancerName, backendPoolName)
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', loadBalancerName, probeName)
          }
          // No affinity: cookies are made with the master key that all nodes share.
          loadDistribution: 'Default'
          enableTcpReset: true
          idleTimeoutInMinutes: idleTimeoutInMinutes
          disableOutboundSnat: true
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

// The zone is the portal's name itself, so that it hides nothing else of the domain.
resource portalDnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: portalHostName
  location: 'global'
  tags: tags
  properties: {}
}

resource portalDnsZone_link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: portalDnsZone
  name: 'link-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetworkResourceId
    }
  }
}

resource portalDnsZone_address 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: portalDnsZone
  name: '@'
  properties: {
    ttl: 300
    aRecords: [
      {
        ipv4Address: loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress
      }
    ]
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

@description('Resource ID of the load balancer.')
output resourceId string = loadBalancer.id

@description('What the name of the portal must lead to.')
output portalAddress string = loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress

@description('Kind of DNS record for the name of the portal.')
output portalTarget string = 'A'

@description('Address of the front end.')
output frontendIpAddress string = loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress

@description('Backend pools that the interfaces of the nodes join, each an object with id.')
output backendAddressPools array = [
  {
    id: loadBalancer.properties.backendAddressPools[0].id
  }
]

@description('Backend pools of application gateways that the nodes join: none.')
output applicationGatewayBackendAddressPools array = []

@description('Addresses whose forwarded headers the nodes trust: none, because this balancer changes nothing.')
output trustedProxies array = []

@description('Resource ID of the load balancer whose inbound NAT rules lead to the polling port of each node.')
output pollingLoadBalancerResourceId string = loadBalancer.id

@description('Where polling Tentacles reach each node: its name, and address with front-end port.')
output pollingEndpoints array = [for (nodeName, index) in nodeNames: {
  node: nodeName
  address: '${loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress}:${firstPollingPort + index}'
}]
