targetScope = 'subscription'

resource policy 'Microsoft.Authorization/policyDefinitions@2023-04-01' = {
  name: 'policy'
  properties: {}
}
