// Loops of resources, properties, variables and outputs, and references into them.
param names array
param ports array = [80, 443]
param isLocked bool = true

var rules = [for (port, i) in ports: {
  name: 'port-${port}'
  priority: 100 + i
}]
var upper = [for name in names: toUpper(name)]
var plain = [for i in range(0, 3): i]

@batchSize(2)
resource group 'Microsoft.Network/networkSecurityGroups@2025-05-01' = [for (name, i) in names: if (name != 'none') {
  name: 'nsg-${name}-${i}'
  location: resourceGroup().location
  properties: {
    securityRules: [for (rule, j) in rules: {
      name: rule.name
      properties: {
        priority: rule.priority + j
        destinationPortRanges: [for port in ports: string(port)]
      }
    }]
    flushConnection: false
  }
}]

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: 'vnet'
  properties: {
    subnets: [for (name, i) in names: {
      name: name
      properties: {
        networkSecurityGroup: {
          id: group[i].id
        }
      }
    }]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = [for (name, i) in names: if (isLocked) {
  scope: group[i]
  name: 'lock-${name}'
  properties: {
    level: 'CanNotDelete'
  }
}]

resource first 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'ip-${group[0].name}'
  dependsOn: [
    lock
    group[1]
  ]
}

output ids array = [for i in range(0, length(names)): group[i].id]
output states array = [for (name, i) in names: { name: name, state: group[i].properties.provisioningState }]
output others array = [rules, upper, plain]
output net string = network.id
output ip string = first.properties.ipAddress
