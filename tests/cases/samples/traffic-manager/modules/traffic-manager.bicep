metadata name = 'Traffic Manager'
metadata description = 'Public Standard load balancer of this region, and the DNS profile that leads people to the region that works.'

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
param loadBalancerName string = 'lbe-${namePrefix}'

@description('Optional. DNS label of the public address; empty for one made of the name prefix.')
@maxLength(63)
param dnsLabel string = 'octopus-westeurope'

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

@description('Optional. Name of the Traffic Manager profile.')
@minLength(1)
@maxLength(63)
param profileName string = 'traf-${namePrefix}-${uniqueString(resourceGroup().id)}'

@description('Optional. First part of the DNS name of the profile, unique in the cloud; empty for one made of the name prefix.')
@maxLength(63)
param profileDnsName string = ''

@description('Optional. How the profile chooses among the endpoints that work.')
@allowed([
  'Geographic'
  'Performance'
  'Priority'
  'Weighted'
])
param routingMethod string = 'Priority'

@description('Optional. Seconds that resolvers keep the answer.')
@minValue(0)
@maxValue(3600)
param ttlInSeconds int = 30

@description('Optional. Seconds between two health checks; 10 is billed as fast probing.')
@allowed([
  10
  30
])
param probeIntervalInSeconds int = 10

@description('Optional. Seconds until a health check counts as failed; at most 9 when they come every 10.')
@minValue(5)
@maxValue(10)
param probeTimeoutInSeconds int = 9

@description('Optional. Failed health checks in a row that change nothing yet.')
@minValue(0)
@maxValue(9)
param toleratedFailures int = 3

@description('Optional. Collect where queries come from.')
@allowed([
  'Disabled'
  'Enabled'
])
param trafficView string = 'Disabled'

@description('Optional. What the profile knows of the endpoint of this stack: endpointStatus, alwaysServe, and what the routing reads.')
param ownEndpoint object = {
  alwaysServe: 'Disabled'
  endpointStatus: 'Enabled'
  priority: 1
}

@description('Optional. The other endpoints, each with name, type and properties as Azure wants them.')
@maxLength(199)
param endpoints array = [
  {
    name: 'northeurope'
    type: 'Microsoft.Network/trafficManagerProfiles/azureEndpoints'
    properties: {
      targetResourceId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-octopus-ne/providers/Microsoft.Network/publicIPAddresses/pip-octopus-ne-portal'
      alwaysServe: 'Disabled'
      endpointStatus: 'Disabled'
      priority: 2
    }
  }
]

@description('Optional. DNS name of the portal, which the health check asks for.')
param portalHostName string = 'octopus.example.com'

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

// The one place that lists endpoints: a profile is written as a whole, and what it does not list is deleted.
resource trafficManager 'Microsoft.Network/trafficmanagerprofiles@2022-04-01' = {
  name: profileName
  location: 'global'
  tags: tags
  properties: {
    profileStatus: 'Enabled'
    trafficRoutingMethod: routingMethod
    trafficViewEnrollmentStatus: trafficView
    dnsConfig: {
      relativeName: empty(profileDnsName) ? '${namePrefix}-${uniqueString(resourceGroup().id)}' : profileDnsName
      ttl: ttlInSeconds
    }
    monitorConfig: {
      // 200 is a region whose nodes take requests; 418 is a node that drains, and no certificate is looked at.
      protocol: 'HTTPS'
      port: 443
      path: '/api/octopusservernodes/ping'
      intervalInSeconds: probeIntervalInSeconds
      timeoutInSeconds: probeTimeoutInSeconds
      toleratedNumberOfFailures: toleratedFailures
      expectedStatusCodeRanges: [
        {
          min: 200
          max: 200
        }
      ]
      customHeaders: [
        {
          name: 'Host'
          value: portalHostName
        }
      ]
    }
    endpoints: concat([
      {
        name: namePrefix
        type: 'Microsoft.Network/trafficManagerProfiles/azureEndpoints'
        properties: union(ownEndpoint, {
          targetResourceId: publicAddress.id
        })
      }
    ], endpoints)
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

resource trafficManager_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: trafficManager
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        category: 'ProbeHealthStatusEvents'
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
