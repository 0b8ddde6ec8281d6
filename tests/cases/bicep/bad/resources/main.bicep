targetScope = 'group'
param hostName string

resource noSlash 'Microsoft.Network' = {
  name: 'a'
}

resource noVersion 'Microsoft.Network/virtualNetworks' = {
  name: hostName
  name: 'again'
}

resource put 'Microsoft.Network/${hostName}@2025-05-01' = {
  name: 'b'
}

resource noName 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  location: 'westeurope'
}

resource child 'Microsoft.Network/virtualNetworks/subnets@2025-05-01' = {
  parent: hostName
  name: 'c'
}

resource scoped 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: hostName
  name: 'd'
}

resource inner 'Microsoft.Network/virtualNetworks/subnets@2025-05-01' = {
  parent: noName
  scope: resourceGroup()
  name: 'e'
}

output state string = noName::subnets.id
output plain string = hostName::x
output keys object = noName.keys()
