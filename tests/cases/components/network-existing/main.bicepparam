using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param virtualNetworkResourceId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-spoke'
param nodesSubnetName = 'snet-octopus'
param privateEndpointsSubnetName = 'snet-endpoints'
param loadBalancerSubnetName = 'snet-octopus-lb'
param loadBalancerSubnetPrefix = '10.20.0.128/27'

