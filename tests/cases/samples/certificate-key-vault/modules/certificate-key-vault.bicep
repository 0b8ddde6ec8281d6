metadata name = 'Vault of the portal certificate'
metadata description = 'The way to the vault that keeps and renews the certificate of the portal.'

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

@description('Required. Resource ID of the vault.')
param keyVaultResourceId string

@description('Optional. Name of the private endpoint.')
@minLength(2)
@maxLength(64)
param privateEndpointName string = 'pep-${namePrefix}-${last(split(keyVaultResourceId, '/'))}'

@description('Required. Subnet of the private endpoint.')
param privateEndpointsSubnetResourceId string

@description('Required. Private DNS zone for the vault\'s private endpoint.')
param keyVaultPrivateDnsZoneResourceId string

// ================ //
// Resources        //
// ================ //

resource keyVault_privateEndpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: privateEndpointName
  location: location
  tags: tags
  properties: {
    subnet: {
      id: privateEndpointsSubnetResourceId
    }
    customNetworkInterfaceName: '${privateEndpointName}-nic'
    privateLinkServiceConnections: [
      {
        name: 'vault'
        properties: {
          privateLinkServiceId: keyVaultResourceId
          groupIds: [
            'vault'
          ]
        }
      }
    ]
  }
}

// Without the zone group the name would resolve to the public address, which is closed.
resource keyVault_privateEndpoint_zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: keyVault_privateEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'vault'
        properties: {
          privateDnsZoneId: keyVaultPrivateDnsZoneResourceId
        }
      }
    ]
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the private endpoint.')
output name string = keyVault_privateEndpoint.name

@description('Resource ID of the private endpoint.')
output resourceId string = keyVault_privateEndpoint.id
