param unused string
param adminUser string
@secure()
param key string = 'secret'
param text string

var unusedVariable = 'x'
#disable-next-line no-unused-vars
var silenced = 'x'
var endpoint = 'https://management.azure.com/${text}'
var joined = concat('a-', text)
var needless = '${text}'

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: needless
}

resource machine 'Microsoft.Compute/virtualMachines@2025-04-01' = {
  name: joined
  properties: {
    osProfile: {
      adminUsername: 'octopus'
      computerName: adminUser
    }
    networkId: network.id
  }
  dependsOn: [
    network
  ]
}

resource existing1 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: 'other'
}

#disable-next-line OCT363
output silenced string = key
output key string = key
output listed object = listKeys(machine.id, '2025-04-01')
output endpoint string = endpoint
