metadata name = 'ExpressRoute'
metadata description = 'A zone-redundant ExpressRoute gateway, and the connection to the networks of a company.'

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

@description('Optional. Resource ID of the circuit; it is provisioned, and nothing of it is changed.')
param circuitResourceId string = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/connectivity/providers/Microsoft.Network/expressRouteCircuits/agency'

@description('Required. Authorization key that the owner of the circuit gave out.')
@secure()
@minLength(36)
@maxLength(36)
param authorizationKey string

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

resource connection 'Microsoft.Network/connections@2025-05-01' = {
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
      id: circuitResourceId
    }
    authorizationKey: authorizationKey
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
output circuitResourceId string = circuitResourceId
