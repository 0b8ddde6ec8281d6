metadata name = 'Virtual network'
metadata description = 'A network that is closed except for what the Octopus nodes need, with a fixed way out and private DNS.'

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

@description('Optional. Name of the virtual network.')
@minLength(2)
@maxLength(64)
param virtualNetworkName string = 'vnet-${namePrefix}'

@description('Optional. Address space of the network, in CIDR notation.')
param addressPrefix string = '10.20.0.0/22'

@description('Optional. Range of the nodes.')
param nodesSubnetPrefix string = '10.20.0.0/26'

@description('Optional. Range of the private endpoints.')
param privateEndpointsSubnetPrefix string = '10.20.0.64/26'

@description('Optional. Range of the front end of the load balancer.')
param loadBalancerSubnetPrefix string = '10.20.0.128/27'

@description('Optional. Range of the domain controllers.')
param domainControllersSubnetPrefix string = '10.20.0.176/28'

@description('Optional. Range of Azure Bastion.')
param bastionSubnetPrefix string = '10.20.1.0/26'

@description('Optional. Who may open the portal, in CIDR notation; empty for the virtual network and what is joined to it.')
param clientPrefixes array = []

@description('Optional. Where polling Tentacles call from, in CIDR notation; empty for the virtual network and what is joined to it.')
param pollingPrefixes array = []

@description('Optional. Port of polling Tentacles on the nodes.')
@minValue(1)
@maxValue(65535)
param pollingPort int = 10943

@description('Optional. Tier of the NAT gateway and its address: StandardV2 spans the zones, Standard lives in one.')
@allowed([
  'Standard'
  'StandardV2'
])
param natGatewaySku string = 'StandardV2'

@description('Optional. Minutes an outgoing connection may be idle.')
@minValue(4)
@maxValue(120)
param natGatewayIdleTimeoutInMinutes int = 10

@description('Optional. Log Analytics workspace for the diagnostics of the network; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

// The zone of Key Vault cannot be derived from its DNS suffix.
var keyVaultDnsZoneNames = {
  AzureCloud: 'privatelink.vaultcore.azure.net'
  AzureUSGovernment: 'privatelink.vaultcore.usgovcloudapi.net'
  AzureChinaCloud: 'privatelink.vaultcore.azure.cn'
}

// The domain controllers, which ask Azure's own DNS for what they do not know themselves.
var dnsServers = [
  cidrHost(domainControllersSubnetPrefix, 3)
  cidrHost(domainControllersSubnetPrefix, 4)
]

var nodesSubnetName = 'snet-${namePrefix}-nodes'
var privateEndpointsSubnetName = 'snet-${namePrefix}-private-endpoints'
var loadBalancerSubnetName = 'snet-${namePrefix}-load-balancer'
var domainControllersSubnetName = 'snet-${namePrefix}-domain-controllers'
var bastionSubnetName = 'AzureBastionSubnet'

// ================ //
// Resources        //
// ================ //

// Names everyone who may reach a node. Outbound stays open otherwise: where deployments go is for Octopus to say.
resource nodesSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-nodes'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AllowPortalInbound'
        properties: {
          description: 'Portal and API over HTTPS.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: empty(clientPrefixes) ? 'VirtualNetwork' : null
          sourceAddressPrefixes: empty(clientPrefixes) ? null : clientPrefixes
          sourcePortRange: '*'
          destinationAddressPrefix: nodesSubnetPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowNodesInbound'
        properties: {
          description: 'Steps that run on a node call the API.'
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: nodesSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: nodesSubnetPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowHealthProbeInbound'
        properties: {
          description: 'Health probe of the load balancer.'
          priority: 120
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: nodesSubnetPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowPollingTentaclesInbound'
        properties: {
          description: 'Polling Tentacles, each node on its own.'
          priority: 130
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: empty(pollingPrefixes) ? 'VirtualNetwork' : null
          sourceAddressPrefixes: empty(pollingPrefixes) ? null : pollingPrefixes
          sourcePortRange: '*'
          destinationAddressPrefix: nodesSubnetPrefix
          destinationPortRange: string(pollingPort)
        }
      }
      {
        name: 'AllowBastionInbound'
        properties: {
          description: 'Operators, through Azure Bastion only.'
          priority: 150
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: bastionSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: nodesSubnetPrefix
          destinationPortRange: '3389'
        }
      }
      {
        name: 'DenyAllInbound'
        properties: {
          description: 'Closes what Azure would open to the whole virtual network.'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'AllowPrivateEndpointsOutbound'
        properties: {
          description: 'Key Vault, shared folders and database.'
          priority: 100
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: nodesSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: privateEndpointsSubnetPrefix
          destinationPortRanges: [
            '443'
            '445'
            '1433'
          ]
        }
      }
      {
        name: 'DenyHopOutbound'
        properties: {
          description: 'A node is no stepping stone to the desktops of other machines.'
          priority: 110
          direction: 'Outbound'
          access: 'Deny'
          protocol: 'Tcp'
          sourceAddressPrefix: nodesSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '3389'
        }
      }
      {
        name: 'DenySmbToInternetOutbound'
        properties: {
          description: 'File sharing stays inside.'
          priority: 120
          direction: 'Outbound'
          access: 'Deny'
          protocol: 'Tcp'
          sourceAddressPrefix: nodesSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: 'Internet'
          destinationPortRanges: [
            '139'
            '445'
          ]
        }
      }
    ]
  }
}
resource privateEndpointsSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-private-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AllowNodesInbound'
        properties: {
          description: 'Key Vault, shared folders and database, for the nodes only.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: nodesSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: privateEndpointsSubnetPrefix
          destinationPortRanges: [
            '443'
            '445'
            '1433'
          ]
        }
      }
      {
        name: 'DenyAllInbound'
        properties: {
          description: 'Closes what Azure would open to the whole virtual network.'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}
// The rules of the nodes' subnet decide on balanced traffic; this group closes the subnet to anything else put there.
resource loadBalancerSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-load-balancer'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'DenyAllInbound'
        properties: {
          description: 'Closes what Azure would open to the whole virtual network.'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}
// Members of the domain reach it on its own ports; everybody in the network may ask for names.
resource domainControllersSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-domain-controllers'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AllowBastionInbound'
        properties: {
          description: 'Operators, through Azure Bastion only.'
          priority: 150
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: bastionSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: domainControllersSubnetPrefix
          destinationPortRange: '3389'
        }
      }
      {
        name: 'AllowBastionKerberosInbound'
        properties: {
          description: 'Tickets for those who sign in through Azure Bastion.'
          priority: 240
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: bastionSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: domainControllersSubnetPrefix
          destinationPortRange: '88'
        }
      }
      {
        name: 'AllowDnsInbound'
        properties: {
          description: 'The controllers are the DNS servers of the network.'
          priority: 250
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: domainControllersSubnetPrefix
          destinationPortRange: '53'
        }
      }
      {
        name: 'AllowControllersTcpInbound'
        properties: {
          description: 'Replication of directory and SYSVOL between the controllers.'
          priority: 252
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: domainControllersSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: domainControllersSubnetPrefix
          destinationPortRanges: [
            '53'
            '88'
            '135'
            '389'
            '445'
            '464'
            '636'
            '3268-3269'
            '49152-65535'
            '9389'
          ]
        }
      }
      {
        name: 'AllowControllersUdpInbound'
        properties: {
          description: 'Each controller is a client of the other one.'
          priority: 253
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Udp'
          sourceAddressPrefix: domainControllersSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: domainControllersSubnetPrefix
          destinationPortRanges: [
            '53'
            '88'
            '123'
            '389'
            '464'
          ]
        }
      }
      {
        name: 'AllowNodeTcpInbound'
        properties: {
          description: 'Sign-in, group policy and look-ups of members of the domain.'
          priority: 260
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: nodesSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: domainControllersSubnetPrefix
          destinationPortRanges: [
            '53'
            '88'
            '135'
            '389'
            '445'
            '464'
            '636'
            '3268-3269'
            '49152-65535'
          ]
        }
      }
      {
        name: 'AllowNodeUdpInbound'
        properties: {
          description: 'Names, tickets and time for members of the domain.'
          priority: 261
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Udp'
          sourceAddressPrefix: nodesSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: domainControllersSubnetPrefix
          destinationPortRanges: [
            '53'
            '88'
            '123'
            '389'
            '464'
          ]
        }
      }
      {
        name: 'DenyAllInbound'
        properties: {
          description: 'Closes what Azure would open to the whole virtual network.'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'DenyHopOutbound'
        properties: {
          description: 'A controller is no stepping stone to the desktops of other machines.'
          priority: 250
          direction: 'Outbound'
          access: 'Deny'
          protocol: 'Tcp'
          sourceAddressPrefix: domainControllersSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '3389'
        }
      }
    ]
  }
}
// Azure refuses the deployment of Bastion when one of the rules that it needs is missing.
resource bastionSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-bastion'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AllowHttpsInbound'
        properties: {
          description: 'Operators, who sign in with Entra ID first.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowGatewayManagerInbound'
        properties: {
          description: 'Control plane.'
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'GatewayManager'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowLoadBalancerInbound'
        properties: {
          description: 'Health probe of the service.'
          priority: 120
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowDataPlaneInbound'
        properties: {
          description: 'Between the instances of the service.'
          priority: 130
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRanges: [
            '8080'
            '5701'
          ]
        }
      }
      {
        name: 'DenyAllInbound'
        properties: {
          description: 'Closes what Azure would open to the whole virtual network.'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'AllowRdpAndSshOutbound'
        properties: {
          description: 'To the machines.'
          priority: 100
          direction: 'Outbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRanges: [
            '22'
            '3389'
          ]
        }
      }
      {
        name: 'AllowAzureCloudOutbound'
        properties: {
          description: 'Diagnostics and control plane.'
          priority: 110
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureCloud'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowDataPlaneOutbound'
        properties: {
          description: 'Between the instances of the service.'
          priority: 120
          direction: 'Outbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRanges: [
            '8080'
            '5701'
          ]
        }
      }
      {
        name: 'AllowSessionInformationOutbound'
        properties: {
          description: 'Sessions and certificate checks.'
          priority: 130
          direction: 'Outbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'Internet'
          destinationPortRange: '80'
        }
      }
      {
        name: 'AllowKerberosOutbound'
        properties: {
          description: 'Names and tickets of the domain, for those who sign in with Kerberos.'
          priority: 140
          direction: 'Outbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRanges: [
            '53'
            '88'
          ]
        }
      }
      {
        name: 'DenyAllOutbound'
        properties: {
          description: 'Closes the rest.'
          priority: 4096
          direction: 'Outbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource natGatewayAddress 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-${namePrefix}-nat'
  location: location
  tags: tags
  sku: {
    name: natGatewaySku
    tier: 'Regional'
  }
  properties: {
    publicIPAddressVersion: 'IPv4'
    publicIPAllocationMethod: 'Static'
  }
}

// One fixed address for feeds, downloads and listening Tentacles; the nodes have no other way out.
resource natGateway 'Microsoft.Network/natGateways@2025-05-01' = {
  name: 'ng-${namePrefix}'
  location: location
  tags: tags
  sku: {
    name: natGatewaySku
  }
  properties: {
    idleTimeoutInMinutes: natGatewayIdleTimeoutInMinutes
    publicIpAddresses: [
      {
        id: natGatewayAddress.id
      }
    ]
  }
}

// The subnets are part of the network: on their own they would be taken away, or get in each other's way, when this is deployed again.
resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: virtualNetworkName
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    dhcpOptions: {
      dnsServers: dnsServers
    }
    subnets: [
      {
        name: nodesSubnetName
        properties: {
          addressPrefix: nodesSubnetPrefix
          defaultOutboundAccess: false
          natGateway: {
            id: natGateway.id
          }
          networkSecurityGroup: {
            id: nodesSecurityGroup.id
          }
        }
      }
      {
        name: privateEndpointsSubnetName
        properties: {
          addressPrefix: privateEndpointsSubnetPrefix
          defaultOutboundAccess: false
          networkSecurityGroup: {
            id: privateEndpointsSecurityGroup.id
          }
          // Without it the security group would not count for private endpoints.
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
        }
      }
      {
        name: loadBalancerSubnetName
        properties: {
          addressPrefix: loadBalancerSubnetPrefix
          defaultOutboundAccess: false
          networkSecurityGroup: {
            id: loadBalancerSecurityGroup.id
          }
        }
      }
      {
        name: domainControllersSubnetName
        properties: {
          addressPrefix: domainControllersSubnetPrefix
          defaultOutboundAccess: false
          natGateway: {
            id: natGateway.id
          }
          networkSecurityGroup: {
            id: domainControllersSecurityGroup.id
          }
        }
      }
      {
        name: bastionSubnetName
        properties: {
          addressPrefix: bastionSubnetPrefix
          networkSecurityGroup: {
            id: bastionSecurityGroup.id
          }
        }
      }
    ]
  }

  resource nodesSubnet 'subnets' existing = {
    name: nodesSubnetName
  }

  resource privateEndpointsSubnet 'subnets' existing = {
    name: privateEndpointsSubnetName
  }

  resource loadBalancerSubnet 'subnets' existing = {
    name: loadBalancerSubnetName
  }

  resource domainControllersSubnet 'subnets' existing = {
    name: domainControllersSubnetName
  }

  resource bastionSubnet 'subnets' existing = {
    name: bastionSubnetName
  }
}

resource keyVaultDnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: keyVaultDnsZoneNames[environment().name]
  location: 'global'
  tags: tags
  properties: {}
}

resource keyVaultDnsZone_link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: keyVaultDnsZone
  name: 'link-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetwork.id
    }
  }
}

resource sqlDnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink${environment().suffixes.sqlServerHostname}'
  location: 'global'
  tags: tags
  properties: {}
}

resource sqlDnsZone_link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: sqlDnsZone
  name: 'link-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetwork.id
    }
  }
}

resource fileDnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.file.${environment().suffixes.storage}'
  location: 'global'
  tags: tags
  properties: {}
}

resource fileDnsZone_link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: fileDnsZone
  name: 'link-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetwork.id
    }
  }
}

resource virtualNetwork_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: virtualNetwork
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

resource natGatewayAddress_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: natGatewayAddress
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

// Which rule let how much through, and which one stopped it.
resource nodesSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: nodesSecurityGroup
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

resource privateEndpointsSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: privateEndpointsSecurityGroup
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

resource loadBalancerSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: loadBalancerSecurityGroup
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

resource domainControllersSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: domainControllersSecurityGroup
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

resource bastionSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: bastionSecurityGroup
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the virtual network.')
output name string = virtualNetwork.name

@description('Resource ID of the virtual network.')
output resourceId string = virtualNetwork.id

@description('Resource ID of the virtual network, by the name that the other modules know it by.')
output virtualNetworkResourceId string = virtualNetwork.id

@description('Resource ID of the subnet of the nodes.')
output nodesSubnetResourceId string = virtualNetwork::nodesSubnet.id

@description('Resource ID of the subnet of the private endpoints.')
output privateEndpointsSubnetResourceId string = virtualNetwork::privateEndpointsSubnet.id

@description('Resource ID of the subnet of the front end of the load balancer.')
output loadBalancerSubnetResourceId string = virtualNetwork::loadBalancerSubnet.id

@description('Resource ID of the subnet of the domain controllers.')
output domainControllersSubnetResourceId string = virtualNetwork::domainControllersSubnet.id

@description('Resource ID of the subnet of Azure Bastion.')
output bastionSubnetResourceId string = virtualNetwork::bastionSubnet.id

@description('Resource ID of the private DNS zone of Key Vault.')
output keyVaultPrivateDnsZoneResourceId string = keyVaultDnsZone.id

@description('Resource ID of the private DNS zone of Azure SQL.')
output sqlPrivateDnsZoneResourceId string = sqlDnsZone.id

@description('Resource ID of the private DNS zone of Azure Files.')
output filePrivateDnsZoneResourceId string = fileDnsZone.id

@description('Resource ID of the NAT gateway.')
output natGatewayResourceId string = natGateway.id

@description('Public address that the nodes go out with; allow it where listening Tentacles are.')
output outboundIpAddress string = natGatewayAddress.properties.ipAddress
