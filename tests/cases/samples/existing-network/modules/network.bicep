metadata name = 'Existing virtual network'
metadata description = 'The subnets of a network of yours that the stack uses. Nothing of that network is changed; subnets and private DNS zones are added only where they are missing.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. Start of every resource name.')
@minLength(2)
@maxLength(12)
param namePrefix string = 'octopus'

@description('Optional. Resource ID of the virtual network, in any resource group of this subscription.')
param virtualNetworkResourceId string = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-spoke'

@description('Optional. Name of the subnet of the nodes.')
@minLength(1)
@maxLength(80)
param nodesSubnetName string = 'snet-octopus'

@description('Optional. Name of the subnet of the private endpoints.')
@minLength(1)
@maxLength(80)
param privateEndpointsSubnetName string = 'snet-private-endpoints'

@description('Optional. Name of the subnet of the front end of the load balancer.')
@minLength(1)
@maxLength(80)
param loadBalancerSubnetName string = 'snet-octopus-lb'

@description('Optional. Range of the front end of the load balancer.')
param loadBalancerSubnetPrefix string = '10.40.1.128/28'

@description('Optional. Resource ID of the resource group with the private DNS zone of Key Vault; the zone is linked to the network already.')
param keyVaultDnsZoneResourceGroupId string = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub'

@description('Optional. Resource ID of the resource group with the private DNS zone of Azure SQL; the zone is linked to the network already.')
param sqlDnsZoneResourceGroupId string = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub'

// ================ //
// Variables        //
// ================ //

// The zone of Key Vault cannot be derived from its DNS suffix.
var keyVaultDnsZoneNames = {
  AzureCloud: 'privatelink.vaultcore.azure.net'
  AzureUSGovernment: 'privatelink.vaultcore.usgovcloudapi.net'
  AzureChinaCloud: 'privatelink.vaultcore.azure.cn'
}

var virtualNetworkIdParts = split(virtualNetworkResourceId, '/')

// ================ //
// Resources        //
// ================ //

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: virtualNetworkIdParts[8]
  scope: resourceGroup(virtualNetworkIdParts[2], virtualNetworkIdParts[4])
}

resource keyVaultDnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: keyVaultDnsZoneNames[environment().name]
  scope: resourceGroup(split(keyVaultDnsZoneResourceGroupId, '/')[2], split(keyVaultDnsZoneResourceGroupId, '/')[4])
}

resource sqlDnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: 'privatelink${environment().suffixes.sqlServerHostname}'
  scope: resourceGroup(split(sqlDnsZoneResourceGroupId, '/')[2], split(sqlDnsZoneResourceGroupId, '/')[4])
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

// Subnets and their security groups lie where the network lies: Azure wants both in one subscription.
module missingSubnets 'network-subnets.bicep' = {
  name: '${namePrefix}-network-subnets'
  scope: resourceGroup(virtualNetworkIdParts[2], virtualNetworkIdParts[4])
  params: {
    location: virtualNetwork.location
    tags: tags
    namePrefix: namePrefix
    virtualNetworkName: virtualNetworkIdParts[8]
    loadBalancerSubnetName: loadBalancerSubnetName
    loadBalancerSubnetPrefix: loadBalancerSubnetPrefix
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the virtual network.')
output name string = virtualNetwork.name

@description('Resource ID of the virtual network.')
output resourceId string = virtualNetworkResourceId

@description('Resource ID of the virtual network, by the name that the other modules know it by.')
output virtualNetworkResourceId string = virtualNetworkResourceId

@description('Resource ID of the subnet of the nodes.')
output nodesSubnetResourceId string = '${virtualNetworkResourceId}/subnets/${nodesSubnetName}'

@description('Resource ID of the subnet of the private endpoints.')
output privateEndpointsSubnetResourceId string = '${virtualNetworkResourceId}/subnets/${privateEndpointsSubnetName}'

@description('Resource ID of the subnet of the front end of the load balancer.')
output loadBalancerSubnetResourceId string = missingSubnets.outputs.loadBalancerSubnetResourceId

@description('Resource ID of the private DNS zone of Key Vault.')
output keyVaultPrivateDnsZoneResourceId string = keyVaultDnsZone.id

@description('Resource ID of the private DNS zone of Azure SQL.')
output sqlPrivateDnsZoneResourceId string = sqlDnsZone.id

@description('Resource ID of the private DNS zone of Azure Files.')
output filePrivateDnsZoneResourceId string = fileDnsZone.id
