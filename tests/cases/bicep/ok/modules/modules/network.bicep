param location string
param prefixes array

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: 'vnet'
  location: location
  properties: {
    subnets: [for prefix in prefixes: {
      name: prefix.name
      properties: { addressPrefix: prefix.prefix }
    }]
  }
}

output subnetIds array = [for (prefix, i) in prefixes: network.properties.subnets[i].id]
