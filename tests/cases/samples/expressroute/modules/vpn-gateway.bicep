metadata name = 'VPN gateway'
metadata description = 'A zone-redundant VPN gateway: tunnels to the networks of a company, and to the machines of its people.'

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

@description('Optional. Name of the VPN gateway.')
@minLength(1)
@maxLength(80)
param vpnGatewayName string = 'vpng-${namePrefix}'

@description('Required. GatewaySubnet of the network.')
param gatewaySubnetResourceId string

@description('Optional. Availability zones of the region; empty where it has none.')
param zones array = [
  '1'
  '2'
  '3'
]

@description('Optional. Size of the gateway.')
@allowed([
  'VpnGw1AZ'
  'VpnGw2AZ'
  'VpnGw3AZ'
  'VpnGw4AZ'
  'VpnGw5AZ'
])
param skuName string = 'VpnGw2AZ'

@description('Optional. Autonomous system number of the gateway.')
@minValue(1)
param bgpAsn int = 65515

@description('Optional. Where the device of the connection fallback is: its public address.')
param connectionFallbackGateway string = '203.0.113.10'

@description('Optional. Ranges behind the device of the connection fallback, in CIDR notation.')
param connectionFallbackAddressPrefixes array = []

@description('Optional. Autonomous system number at the other end of the connection fallback.')
@minValue(1)
param connectionFallbackBgpAsn int = 65020

@description('Optional. Address that the other end of the connection fallback peers from.')
param connectionFallbackBgpPeeringAddress string = '10.60.0.1'

@description('Required. Shared key of the connection fallback: printable ASCII without spaces, hyphens and tildes.')
@secure()
@minLength(24)
@maxLength(128)
param connectionFallbackSharedKey string

@description('Optional. Log Analytics workspace for the logs of the gateway; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

// A gateway cannot change its generation, and only the first size is of the first.
var generation = skuName == 'VpnGw1AZ' ? 'Generation1' : 'Generation2'

// ================ //
// Resources        //
// ================ //

resource firstAddress 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-${namePrefix}-vpn-first'
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

resource firstAddress_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: firstAddress
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

resource secondAddress 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-${namePrefix}-vpn-second'
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

resource secondAddress_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: secondAddress
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

resource vpnGateway 'Microsoft.Network/virtualNetworkGateways@2025-05-01' = {
  name: vpnGatewayName
  location: location
  tags: tags
  properties: {
    gatewayType: 'Vpn'
    vpnType: 'RouteBased'
    vpnGatewayGeneration: generation
    sku: {
      name: skuName
      tier: skuName
    }
    activeActive: true
    enableBgp: true
    bgpSettings: {
      asn: bgpAsn
    }
    ipConfigurations: [
      {
        name: 'first'
        properties: {
          privateIPAllocationMethod: 'Dynamic'
          publicIPAddress: {
            id: firstAddress.id
          }
          subnet: {
            id: gatewaySubnetResourceId
          }
        }
      }
      {
        name: 'second'
        properties: {
          privateIPAllocationMethod: 'Dynamic'
          publicIPAddress: {
            id: secondAddress.id
          }
          subnet: {
            id: gatewaySubnetResourceId
          }
        }
      }
    ]
  }
}

// Tunnels that come up and go down, routes that are learnt, and who came in.
resource vpnGateway_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: vpnGateway
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

resource siteFallback 'Microsoft.Network/localNetworkGateways@2025-05-01' = {
  name: 'lgw-${namePrefix}-fallback'
  location: location
  tags: tags
  properties: {
    gatewayIpAddress: connectionFallbackGateway
    localNetworkAddressSpace: {
      addressPrefixes: connectionFallbackAddressPrefixes
    }
    bgpSettings: {
      asn: connectionFallbackBgpAsn
      bgpPeeringAddress: connectionFallbackBgpPeeringAddress
    }
  }
}

resource connectionFallback 'Microsoft.Network/connections@2025-05-01' = {
  name: 'con-${namePrefix}-fallback'
  location: location
  tags: tags
  properties: {
    connectionType: 'IPsec'
    connectionProtocol: 'IKEv2'
    connectionMode: 'Default'
    virtualNetworkGateway1: {
      id: vpnGateway.id
      properties: {}
    }
    localNetworkGateway2: {
      id: siteFallback.id
      properties: {}
    }
    sharedKey: connectionFallbackSharedKey
    enableBgp: true
    usePolicyBasedTrafficSelectors: false
    dpdTimeoutSeconds: 45
    // Azure's own choice would let weaker ciphers in; the device has to be told the same.
    ipsecPolicies: [
      {
        ikeEncryption: 'AES256'
        ikeIntegrity: 'SHA384'
        dhGroup: 'ECP384'
        ipsecEncryption: 'GCMAES256'
        ipsecIntegrity: 'GCMAES256'
        pfsGroup: 'ECP384'
        saLifeTimeSeconds: 27000
        saDataSizeKilobytes: 102400000
      }
    ]
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the VPN gateway.')
output name string = vpnGateway.name

@description('Resource ID of the VPN gateway.')
output resourceId string = vpnGateway.id

@description('Public addresses of the gateway, one per instance; the devices at the other end connect to them.')
output publicIpAddresses array = [
  firstAddress.properties.ipAddress
  secondAddress.properties.ipAddress
]

@description('Autonomous system number of the gateway.')
output bgpAsn int = vpnGateway.properties.bgpSettings.asn

@description('Addresses that the gateway peers from, separated by commas.')
output bgpPeeringAddress string = vpnGateway.properties.bgpSettings.bgpPeeringAddress
