param location string

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet'
  properties: {
    addressSpace: {
      addressPrefixes: ['10.0.0.0/16'
    }

output id string = network.id

module child 'child.bicep' = if (length(location
