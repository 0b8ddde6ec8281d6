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
param bgpAsn int = 65010

@description('Optional. Range that VPN clients get their addresses from, in CIDR notation.')
param clientAddressPool string = '172.16.201.0/24'

@description('Optional. Further ranges that VPN clients reach through the gateway, in CIDR notation.')
param clientRoutes array = [
  '10.60.0.0/16'
]

@description('Optional. Entra tenant that VPN clients sign in to; empty for the tenant of the subscription.')
param entraTenantId string = ''

@description('Optional. App ID that the VPN client asks a token for; empty for the Azure VPN Client of the cloud.')
param entraAudience string = ''

@description('Optional. Where the device of the connection london-1 is: its public address.')
param connectionLondon1Gateway string = '203.0.113.10'

@description('Optional. Ranges behind the device of the connection london-1, in CIDR notation.')
param connectionLondon1AddressPrefixes array = []

@description('Optional. Autonomous system number at the other end of the connection london-1.')
@minValue(1)
param connectionLondon1BgpAsn int = 65020

@description('Optional. Address that the other end of the connection london-1 peers from.')
param connectionLondon1BgpPeeringAddress string = '10.60.0.1'

@description('Required. Shared key of the connection london-1: printable ASCII without spaces, hyphens and tildes.')
@secure()
@minLength(24)
@maxLength(128)
param connectionLondon1SharedKey string

@description('Optional. Where the device of the connection london-2 is: its public address.')
param connectionLondon2Gateway string = '203.0.113.11'

@description('Optional. Ranges behind the device of the connection london-2, in CIDR notation.')
param connectionLondon2AddressPrefixes array = []

@description('Optional. Autonomous system number at the other end of the connection london-2.')
@minValue(1)
param connectionLondon2BgpAsn int = 65020

@description('Optional. Address that the other end of the connection london-2 peers from.')
param connectionLondon2BgpPeeringAddress string = '10.60.0.2'

@description('Required. Shared key of the connection london-2: printable ASCII without spaces, hyphens and tildes.')
@secure()
@minLength(24)
@maxLength(128)
param connectionLondon2SharedKey string

@description('Optional. Where the device of the connection branch is: its DNS name.')
param connectionBranchGateway string = 'branch.example.com'

@description('Optional. Ranges behind the device of the connection branch, in CIDR notation.')
param connectionBranchAddressPrefixes array = [
  '10.61.0.0/24'
]

@description('Required. Shared key of the connection branch: printable ASCII without spaces, hyphens and tildes.')
@secure()
@minLength(24)
@maxLength(128)
param connectionBranchSharedKey string

@description('Optional. Log Analytics workspace for the logs of the gateway; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

// A gateway cannot change its generation, and only the first size is of the first.
var generation = skuName == 'VpnGw1AZ' ? 'Generation1' : 'Generation2'

// In the public cloud the Azure VPN Client is Microsoft's own app; elsewhere it is one that the tenant has to consent to.
var vpnClientAudiences = {
  AzureCloud: 'c632b3df-fb67-4d84-bdcf-b95ad541b5c8'
  AzureUSGovernment: '51bb15d4-3a4f-4ebf-9dca-40096fe32426'
  AzureChinaCloud: '49f817b6-84ae-4cc0-928c-73f27289b3aa'
}

var tokenIssuers = {
  AzureCloud: 'https://sts.windows.net/'
  AzureUSGovernment: 'https://sts.windows.net/'
  AzureChinaCloud: 'https://sts.chinacloudapi.cn/'
}

var tenantId = empty(entraTenantId) ? subscription().tenantId : entraTenantId

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

resource clientsAddress 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-${namePrefix}-vpn-clients'
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

resource clientsAddress_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: clientsAddress
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
      {
        name: 'clients'
        properties: {
          privateIPAllocationMethod: 'Dynamic'
          publicIPAddress: {
            id: clientsAddress.id
          }
          subnet: {
            id: gatewaySubnetResourceId
          }
        }
      }
    ]
    customRoutes: {
      addressPrefixes: clientRoutes
    }
    vpnClientConfiguration: {
      vpnClientAddressPool: {
        addressPrefixes: [
          clientAddressPool
        ]
      }
      vpnClientProtocols: [
        'OpenVPN'
      ]
      vpnAuthenticationTypes: [
        'AAD'
      ]
      aadTenant: '${environment().authentication.loginEndpoint}${tenantId}'
      aadAudience: empty(entraAudience) ? vpnClientAudiences[environment().name] : entraAudience
      // The gateway refuses tokens when the last slash is missing.
      aadIssuer: '${tokenIssuers[environment().name]}${tenantId}/'
    }
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

resource siteLondon1 'Microsoft.Network/localNetworkGateways@2025-05-01' = {
  name: 'lgw-${namePrefix}-london-1'
  location: location
  tags: tags
  properties: {
    gatewayIpAddress: connectionLondon1Gateway
    localNetworkAddressSpace: {
      addressPrefixes: connectionLondon1AddressPrefixes
    }
    bgpSettings: {
      asn: connectionLondon1BgpAsn
      bgpPeeringAddress: connectionLondon1BgpPeeringAddress
    }
  }
}

resource connectionLondon1 'Microsoft.Network/connections@2025-05-01' = {
  name: 'con-${namePrefix}-london-1'
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
      id: siteLondon1.id
      properties: {}
    }
    sharedKey: connectionLondon1SharedKey
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

resource siteLondon2 'Microsoft.Network/localNetworkGateways@2025-05-01' = {
  name: 'lgw-${namePrefix}-london-2'
  location: location
  tags: tags
  properties: {
    gatewayIpAddress: connectionLondon2Gateway
    localNetworkAddressSpace: {
      addressPrefixes: connectionLondon2AddressPrefixes
    }
    bgpSettings: {
      asn: connectionLondon2BgpAsn
      bgpPeeringAddress: connectionLondon2BgpPeeringAddress
    }
  }
}

resource connectionLondon2 'Microsoft.Network/connections@2025-05-01' = {
  name: 'con-${namePrefix}-london-2'
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
      id: siteLondon2.id
      properties: {}
    }
    sharedKey: connectionLondon2SharedKey
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
  // The gateway takes one change at a time.
  dependsOn: [
    connectionLondon1
  ]
}

resource siteBranch 'Microsoft.Network/localNetworkGateways@2025-05-01' = {
  name: 'lgw-${namePrefix}-branch'
  location: location
  tags: tags
  properties: {
    fqdn: connectionBranchGateway
    localNetworkAddressSpace: {
      addressPrefixes: connectionBranchAddressPrefixes
    }
  }
}

resource connectionBranch 'Microsoft.Network/connections@2025-05-01' = {
  name: 'con-${namePrefix}-branch'
  location: location
  tags: tags
  properties: {
    connectionType: 'IPsec'
    connectionProtocol: 'IKEv2'
    connectionMode: 'ResponderOnly'
    virtualNetworkGateway1: {
      id: vpnGateway.id
      properties: {}
    }
    localNetworkGateway2: {
      id: siteBranch.id
      properties: {}
    }
    sharedKey: connectionBranchSharedKey
    enableBgp: false
    usePolicyBasedTrafficSelectors: false
    dpdTimeoutSeconds: 45
    // Azure's own choice would let weaker ciphers in; the device has to be told the same.
    ipsecPolicies: [
      {
        ikeEncryption: 'AES256'
        ikeIntegrity: 'SHA256'
        dhGroup: 'DHGroup14'
        ipsecEncryption: 'GCMAES256'
        ipsecIntegrity: 'GCMAES256'
        pfsGroup: 'PFS2048'
        saLifeTimeSeconds: 27000
        saDataSizeKilobytes: 102400000
      }
    ]
  }
  // The gateway takes one change at a time.
  dependsOn: [
    connectionLondon2
  ]
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
