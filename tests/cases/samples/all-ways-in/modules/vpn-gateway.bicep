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
param skuName string = 'VpnGw3AZ'

@description('Optional. Range that VPN clients get their addresses from, in CIDR notation.')
param clientAddressPool string = '172.16.201.0/24'

@description('Optional. Further ranges that VPN clients reach through the gateway, in CIDR notation.')
param clientRoutes array = []

@description('Optional. Tunnels that VPN clients may open.')
@minLength(1)
@maxLength(2)
param clientProtocols array = [
  'OpenVPN'
]

@description('Optional. Authorities whose client certificates are let in; each has name and publicData.')
@minLength(1)
@maxLength(20)
param rootCertificates array = [
  {
    name: 'company-root'
    publicData: 'MIIBgjCCASmgAwIBAgIUP04uFZLQAQ82HBLV3V9MLyLuzAswCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMRXhhbXBsZSByb290MB4XDTI2MTEyMzExMDQ1MloXDTM2MTEyMDExMDQ1MlowFzEVMBMGA1UEAwwMRXhhbXBsZSByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEl0X1YSB8vsAX/+KJl2NhQPPoWB0/EqSjh+DT55D7FxuXipE9ybnZ7/U1p68OIVDfXcatcwrYBRmKtphXOHzFbaNTMFEwHQYDVR0OBBYEFE5/6Q9nCKBolwx5LCeWKbYfTtOnMB8GA1UdIwQYMBaAFE5/6Q9nCKBolwx5LCeWKbYfTtOnMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgZLajV1D+BjD9/K50iLhkTvS8+kinINyLPMnoIGCr8rECIE+1lgigC/iywmA23DYHQbPunziY8a346XxrtjkE8l/m'
  }
]

@description('Optional. Client certificates that are not let in any more; each has name and thumbprint.')
param revokedCertificates array = []

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
    activeActive: false
    enableBgp: false
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
      vpnClientProtocols: clientProtocols
      vpnAuthenticationTypes: [
        'Certificate'
      ]
      vpnClientRootCertificates: [for certificate in rootCertificates: {
        name: certificate.name
        properties: {
          publicCertData: certificate.publicData
        }
      }]
      vpnClientRevokedCertificates: [for certificate in revokedCertificates: {
        name: certificate.name
        properties: {
          thumbprint: certificate.thumbprint
        }
      }]
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
]
