metadata name = 'Traffic Manager'
metadata description = 'Public Standard load balancer of this region, to which the DNS profile of another stack leads people.'

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
param namePrefix string = 'octopus-ne'

@description('Optional. Name of the load balancer.')
@minLength(1)
@maxLength(80)
param loadBalancerName string = 'lbe-${namePrefix}'

@description('Optional. DNS label of the public address; empty for one made of the name prefix.')
@maxLength(63)
param dnsLabel string = 'octopus-northeurope'

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

@description('Optional. Resource ID of the Traffic Manager profile of the other stack, which lists the endpoints of all regions.')
param profileResourceId string = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-octopus/providers/Microsoft.Network/trafficManagerProfiles/traf-octopus-0123456789abc'

@description('Optional. Log Analytics workspace for the diagnostics; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

var frontEndName = 'portal'
var backendPoolName = 'octopus-nodes'
var probeName = 'octopus-ping'
var frontEndId = resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', loadBalancerName, frontEndName)
var profileIdParts = split(profileResourceId, '/')

// ================ //
// Resources        //
// ================ //

// Another tenant can never take the label over: Azure makes its DNS name from label and tenant.
resource publicAddress 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-${namePrefix}-portal'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  zones: empty(zones) ? null : zones
  properties: {
    publicIPAddressVersion: 'IPv4'
    publicIPAllocationMethod: 'Static'
    dnsSettings: {
      domainNameLabel: empty(dnsLabel) ? '${namePrefix}-${uniqueString(resourceGroup().id)}' : dnsLabel
      domainNameLabelScope: 'TenantReuse'
    }
  }
}

// A public Standard address lets nobody in by itself: the security group of the nodes says who may.
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
        properties: {
          publicIPAddress: {
            id: publicAddress.id
          }
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

// Only read: a profile is written as a whole, so endpoints that two stacks wrote would delete each other.
resource trafficManager 'Microsoft.Network/trafficmanagerprofiles@2022-04-01' existing = {
  name: last(profileIdParts)
  scope: resourceGroup(profileIdParts[2], profileIdParts[4])
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

resource publicAddress_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: publicAddress
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

@description('What the name of the portal must lead to: the profile, in every region.')
output portalAddress string = trafficManager.properties.dnsConfig.fqdn

@description('Kind of DNS record for the name of the portal.')
output portalTarget string = 'CNAME'

@description('Name of this region alone, for polling Tentacles and for looking past the profile.')
output regionalAddress string = publicAddress.properties.dnsSettings.fqdn

@description('Resource ID of the public address: the Azure endpoint that a profile lists.')
output endpointResourceId string = publicAddress.id

@description('Resource ID of the Traffic Manager profile.')
output profileResourceId string = trafficManager.id

@description('Address of the front end.')
output frontendIpAddress string = publicAddress.properties.ipAddress

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
  address: '${publicAddress.properties.dnsSettings.fqdn}:${firstPollingPort + index}'
}]
