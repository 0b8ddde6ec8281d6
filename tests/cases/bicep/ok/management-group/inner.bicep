targetScope = 'managementGroup'

param parent string = ''

resource definition 'Microsoft.Authorization/policyDefinitions@2023-04-01' = {
  name: 'inner'
  properties: {
    description: parent
  }
}

output id string = definition.id
