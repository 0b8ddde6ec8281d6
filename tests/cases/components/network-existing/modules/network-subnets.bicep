metadata name = 'Subnets of an existing network'
metadata description = 'The subnets that the network lacks, each with a security group of its own. Deployed where the network is.'

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

@description('Required. Name of the virtual network, in this resource group.')
param virtualNetworkName string

@description('Optional. Name of the subnet of the front end of the load balancer.')
@minLength(1)
@maxLength(80)
param loadBalancerSubnetName string = 'snet-octopus-lb'

@description('Optional. Range of the front end of the load balancer.')
param loadBalancerSubnetPrefix string = '10.20.0.128/27'

// ================ //
// Resources        //
// ================ //

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: virtualNetworkName
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

// One after the other: Azure refuses two changes of a network at once.
resource loadBalancerSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-05-01' = {
  parent: virtualNetwork
  name: loadBalancerSubnetName
  properties: {
    addressPrefix: loadBalancerSubnetPrefix
    defaultOutboundAccess: false
    networkSecurityGroup: {
      id: loadBalancerSecurityGroup.id
    }
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the virtual network.')
output name string = virtualNetwork.name

@description('Resource ID of the virtual network.')
output resourceId string = virtualNetwork.id

@description('Resource ID of the subnet of the front end of the load balancer.')
output loadBalancerSubnetResourceId string = loadBalancerSubnet.id
