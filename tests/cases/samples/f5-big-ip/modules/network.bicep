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

@description('Optional. Range of the management of the load balancer appliances.')
param applianceManagementSubnetPrefix string = '10.20.1.112/28'

@description('Optional. Range of the load balancer appliances.')
param applianceExternalSubnetPrefix string = '10.20.1.128/28'

@description('Optional. Range of the load balancer appliances, towards the nodes.')
param applianceInternalSubnetPrefix string = '10.20.1.144/28'

@description('Optional. Range of Azure Bastion.')
param bastionSubnetPrefix string = '10.20.1.0/26'

@description('Optional. Range of the jump box.')
param jumpBoxSubnetPrefix string = '10.20.1.96/28'

@description('Optional. DNS servers; empty for Azure\'s own. Others must forward to 168.63.129.16, or private endpoints cannot be found.')
param dnsServers array = []

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

var nodesSubnetName = 'snet-${namePrefix}-nodes'
var privateEndpointsSubnetName = 'snet-${namePrefix}-private-endpoints'
var loadBalancerSubnetName = 'snet-${namePrefix}-load-balancer'
var applianceManagementSubnetName = 'snet-${namePrefix}-appliance-management'
var applianceExternalSubnetName = 'snet-${namePrefix}-appliance-external'
var applianceInternalSubnetName = 'snet-${namePrefix}-appliance-internal'
var bastionSubnetName = 'AzureBastionSubnet'
var jumpBoxSubnetName = 'snet-${namePrefix}-jump-box'

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
        name: 'AllowAppliancesInbound'
        properties: {
          description: 'Portal and API over HTTPS, from the appliances only.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: applianceInternalSubnetPrefix
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
        name: 'AllowJumpBoxInbound'
        properties: {
          description: 'Operators, from the jump box.'
          priority: 160
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: nodesSubnetPrefix
          destinationPortRanges: [
            '3389'
            '443'
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
        name: 'AllowJumpBoxInbound'
        properties: {
          description: 'Operators, from the jump box.'
          priority: 160
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: privateEndpointsSubnetPrefix
          destinationPortRanges: [
            '443'
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
// The rules of the appliances' subnet decide on balanced traffic; this group closes the subnet to anything else put there.
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
// Closed to everybody but operators inside the network: who administers a load balancer reads everything that goes through it.
resource applianceManagementSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-appliance-management'
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
          destinationAddressPrefix: applianceManagementSubnetPrefix
          destinationPortRange: '22'
        }
      }
      {
        name: 'AllowJumpBoxInbound'
        properties: {
          description: 'Operators, from the jump box.'
          priority: 160
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceManagementSubnetPrefix
          destinationPortRanges: [
            '22'
            '443'
            '8443'
          ]
        }
      }
      {
        name: 'AllowPeerInbound'
        properties: {
          description: 'The units make each other trusted.'
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: applianceManagementSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceManagementSubnetPrefix
          destinationPortRange: '443'
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
        name: 'AllowPeerOutbound'
        properties: {
          description: 'The units make each other trusted.'
          priority: 100
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: applianceManagementSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceManagementSubnetPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowTimeOutbound'
        properties: {
          description: 'Time servers: the units must agree on the time.'
          priority: 120
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Udp'
          sourceAddressPrefix: applianceManagementSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '123'
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
resource applianceExternalSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-appliance-external'
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
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowNodesInbound'
        properties: {
          description: 'Steps that run on a node call the API.'
          priority: 107
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: nodesSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowHealthProbeInbound'
        properties: {
          description: 'Health probe that finds the active unit.'
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '9080'
        }
      }
      {
        name: 'AllowJumpBoxInbound'
        properties: {
          description: 'Operators, from the jump box.'
          priority: 160
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowSyncInbound'
        properties: {
          description: 'Configuration from one unit to the other.'
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: applianceExternalSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '4353'
        }
      }
      {
        name: 'AllowHeartbeatInbound'
        properties: {
          description: 'Heartbeat of the failover pair.'
          priority: 210
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Udp'
          sourceAddressPrefix: applianceExternalSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '1026'
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
        name: 'AllowSyncOutbound'
        properties: {
          description: 'Configuration from one unit to the other.'
          priority: 200
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: applianceExternalSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '4353'
        }
      }
      {
        name: 'AllowHeartbeatOutbound'
        properties: {
          description: 'Heartbeat of the failover pair.'
          priority: 210
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Udp'
          sourceAddressPrefix: applianceExternalSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '1026'
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
resource applianceInternalSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-appliance-internal'
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
      {
        name: 'AllowNodesOutbound'
        properties: {
          description: 'Portal and health check of the nodes.'
          priority: 100
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: applianceInternalSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: nodesSubnetPrefix
          destinationPortRange: '443'
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
// Who gets on the jump box, and where it may go from there: nowhere else.
resource jumpBoxSecurityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${namePrefix}-jump-box'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AllowBastionInbound'
        properties: {
          description: 'Operators, through Azure Bastion.'
          priority: 150
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: bastionSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: jumpBoxSubnetPrefix
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
        name: 'AllowToNodesOutbound'
        properties: {
          description: 'Operators, from the jump box.'
          priority: 100
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: nodesSubnetPrefix
          destinationPortRanges: [
            '3389'
            '443'
          ]
        }
      }
      {
        name: 'AllowToPrivateEndpointsOutbound'
        properties: {
          description: 'Operators, from the jump box.'
          priority: 160
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: privateEndpointsSubnetPrefix
          destinationPortRanges: [
            '443'
            '1433'
          ]
        }
      }
      {
        name: 'AllowToApplianceExternalOutbound'
        properties: {
          description: 'Operators, from the jump box.'
          priority: 180
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceExternalSubnetPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowToApplianceManagementOutbound'
        properties: {
          description: 'Operators, from the jump box.'
          priority: 190
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: applianceManagementSubnetPrefix
          destinationPortRanges: [
            '22'
            '443'
            '8443'
          ]
        }
      }
      {
        name: 'AllowPortalOutbound'
        properties: {
          description: 'The portal, by the address of its load balancer.'
          priority: 300
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowDnsOutbound'
        properties: {
          description: 'Names.'
          priority: 310
          direction: 'Outbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '53'
        }
      }
      {
        name: 'AllowInternetOutbound'
        properties: {
          description: 'Sign-in, updates, activation and monitoring.'
          priority: 330
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jumpBoxSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: 'Internet'
          destinationPortRanges: [
            '80'
            '443'
            '1688'
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
        name: applianceManagementSubnetName
        properties: {
          addressPrefix: applianceManagementSubnetPrefix
          defaultOutboundAccess: false
          natGateway: {
            id: natGateway.id
          }
          networkSecurityGroup: {
            id: applianceManagementSecurityGroup.id
          }
        }
      }
      {
        name: applianceExternalSubnetName
        properties: {
          addressPrefix: applianceExternalSubnetPrefix
          defaultOutboundAccess: false
          networkSecurityGroup: {
            id: applianceExternalSecurityGroup.id
          }
        }
      }
      {
        name: applianceInternalSubnetName
        properties: {
          addressPrefix: applianceInternalSubnetPrefix
          defaultOutboundAccess: false
          networkSecurityGroup: {
            id: applianceInternalSecurityGroup.id
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
      {
        name: jumpBoxSubnetName
        properties: {
          addressPrefix: jumpBoxSubnetPrefix
          defaultOutboundAccess: false
          natGateway: {
            id: natGateway.id
          }
          networkSecurityGroup: {
            id: jumpBoxSecurityGroup.id
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

  resource applianceManagementSubnet 'subnets' existing = {
    name: applianceManagementSubnetName
  }

  resource applianceExternalSubnet 'subnets' existing = {
    name: applianceExternalSubnetName
  }

  resource applianceInternalSubnet 'subnets' existing = {
    name: applianceInternalSubnetName
  }

  resource bastionSubnet 'subnets' existing = {
    name: bastionSubnetName
  }

  resource jumpBoxSubnet 'subnets' existing = {
    name: jumpBoxSubnetName
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

resource applianceManagementSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: applianceManagementSecurityGroup
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

resource applianceExternalSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: applianceExternalSecurityGroup
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

resource applianceInternalSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: applianceInternalSecurityGroup
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

resource jumpBoxSecurityGroup_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: jumpBoxSecurityGroup
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

@description('Resource ID of the subnet of the management of the load balancer appliances.')
output applianceManagementSubnetResourceId string = virtualNetwork::applianceManagementSubnet.id

@description('Resource ID of the subnet of the load balancer appliances.')
output applianceExternalSubnetResourceId string = virtualNetwork::applianceExternalSubnet.id

@description('Resource ID of the subnet of the load balancer appliances, towards the nodes.')
output applianceInternalSubnetResourceId string = virtualNetwork::applianceInternalSubnet.id

@description('Resource ID of the subnet of Azure Bastion.')
output bastionSubnetResourceId string = virtualNetwork::bastionSubnet.id

@description('Resource ID of the subnet of the jump box.')
output jumpBoxSubnetResourceId string = virtualNetwork::jumpBoxSubnet.id

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
