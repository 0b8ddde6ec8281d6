// Modules: parameters, loops, conditions, scopes, secrets and outputs.
targetScope = 'subscription'

param location string = deployment().location
param names array
param isMonitored bool = true

metadata name = 'Modules'
metadata owner = { team: 'operations' }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-octopus'
  location: location
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  scope: group
  name: 'kv-octopus'
}

module network 'modules/network.bicep' = {
  scope: group
  name: 'network'
  params: {
    location: location
    prefixes: [for (name, i) in names: { name: name, prefix: '10.0.${i}.0/24' }]
  }
}

@description('One per name.')
module node 'modules/node.bicep' = [for (name, i) in names: if (isMonitored) {
  scope: group
  name: 'node-${name}'
  params: {
    name: name
    password: vault.getSecret('password', 'v1')
    subnetId: network.outputs.subnetIds[i]
    size: i == 0 ? 'large' : 'small'
  }
}]

module policy 'modules/policy.bicep' = {
  name: 'policy'
  dependsOn: [
    node
  ]
}

module other 'modules/policy.bicep' = {
  name: 'other'
  scope: subscription('00000000-0000-0000-0000-000000000000')
}

output ids array = network.outputs.subnetIds
output firstNode string = node[0].outputs.id
output policyName string = policy.name
