metadata name = 'ExpressRoute'
metadata description = 'A zone-redundant ExpressRoute gateway, its circuit and the connection to the networks of a company.'

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

@description('Optional. Name of the ExpressRoute gateway.')
@minLength(1)
@maxLength(80)
param expressRouteGatewayName string = 'ergw-${namePrefix}'

@description('Required. GatewaySubnet of the network.')
param gatewaySubnetResourceId string

@description('Optional. Size of the gateway.')
@allowed([
  'ErGw1AZ'
  'ErGw2AZ'
  'ErGw3AZ'
  'ErGwScale'
])
param skuName string = 'ErGw1AZ'

@description('Optional. Fewest scale units of ErGwScale, 1 Gbit/s each.')
@minValue(1)
@maxValue(40)
param minScaleUnits int = 1

@description('Optional. Most scale units of ErGwScale.')
@minValue(1)
@maxValue(40)
param maxScaleUnits int = 2

@description('Optional. Name of the circuit.')
@minLength(1)
@maxLength(80)
param circuitName string = 'erc-${namePrefix}'

@description('Optional. Connectivity provider of the circuit.')
param circuitProvider string = 'Equinix'

@description('Optional. Peering location of the circuit.')
param circuitPeeringLocation string = 'Amsterdam'

@description('Optional. Bandwidth of the circuit in Mbit/s. It can grow and not shrink.')
@allowed([
  50
  100
  200
  500
  1000
  2000
  5000
  10000
])
param circuitBandwidthInMbps int = 50

@description('Optional. Which regions the circuit reaches.')
@allowed([
  'Local'
  'Standard'
  'Premium'
])
param circuitTier string = 'Standard'

@description('Optional. How outgoing traffic is charged.')
@allowed([
  'MeteredData'
  'UnlimitedData'
])
param circuitFamily string = 'MeteredData'

@description('Optional. Whether the provider has provisioned the circuit: peering and connection are made then, and the circuit itself is left alone.')
param circuitProvisioned bool = false

@description('Optional. Preference of this circuit among several; more is better.')
@minValue(0)
@maxValue(32000)
param routingWeight int = 0

@description('Optional. Whether traffic passes the gateway by; needs ErGw3AZ, or ErGwScale from 10 units on.')
param fastPath bool = false

@description('Optional. Log Analytics workspace for the logs of the gateway; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Resources        //
// ================ //

resource expressRouteGateway 'Microsoft.Network/virtualNetworkGateways@2025-05-01' = {
  name: expressRouteGatewayName
  location: location
  tags: tags
  properties: {
    gatewayType: 'ExpressRoute'
    sku: {
      name: skuName
      tier: skuName
    }
    autoScaleConfiguration: skuName == 'ErGwScale' ? {
      bounds: {
        min: minScaleUnits
        max: maxScaleUnits
      }
    } : null
    // Azure keeps the address for its control plane by itself.
    ipConfigurations: [
      {
        name: 'gateway'
        properties: {
          privateIPAllocationMethod: 'Dynamic'
          subnet: {
            id: gatewaySubnetResourceId
          }
        }
      }
    ]
  }
}

resource expressRouteGateway_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: expressRouteGateway
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

// Azure charges for the circuit from now on. The provider takes its service key and does the rest, in this very
// resource: once it is done, deploying the circuit again could take its work away, so it is left alone.
resource circuit 'Microsoft.Network/expressRouteCircuits@2025-05-01' = if (!circuitProvisioned) {
  name: circuitName
  location: location
  tags: tags
  sku: {
    name: '${circuitTier}_${circuitFamily}'
    tier: circuitTier
    family: circuitFamily
  }
  properties: {
    allowClassicOperations: false
    serviceProviderProperties: {
      serviceProviderName: circuitProvider
      peeringLocation: circuitPeeringLocation
      bandwidthInMbps: circuitBandwidthInMbps
    }
  }
}

resource circuit_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: circuit
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

resource connection 'Microsoft.Network/connections@2025-05-01' = if (circuitProvisioned) {
  name: 'con-${namePrefix}-expressroute'
  location: location
  tags: tags
  properties: {
    connectionType: 'ExpressRoute'
    virtualNetworkGateway1: {
      id: expressRouteGateway.id
      properties: {}
    }
    peer: {
      id: circuit.id
    }
    routingWeight: routingWeight
    expressRouteGatewayBypass: fastPath
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the ExpressRoute gateway.')
output name string = expressRouteGateway.name

@description('Resource ID of the ExpressRoute gateway.')
output resourceId string = expressRouteGateway.id

@description('Resource ID of the circuit.')
output circuitResourceId string = circuit.id

@description('Name of the circuit.')
output circuitName string = circuitName
