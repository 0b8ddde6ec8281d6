// Ids and scopes at a management group.
targetScope = 'managementGroup'

param groupName string

resource group 'Microsoft.Management/managementGroups@2023-04-01' existing = {
  scope: tenant()
  name: groupName
}

resource definition 'Microsoft.Authorization/policyDefinitions@2023-04-01' = {
  name: 'audit'
}

resource assignment 'Microsoft.Authorization/policyAssignments@2024-04-01' = {
  name: 'audit'
  properties: {
    policyDefinitionId: definition.id
  }
}

module inner 'inner.bicep' = {
  name: 'inner'
  scope: group
}

module elsewhere 'inner.bicep' = {
  name: 'elsewhere'
  scope: managementGroup('other')
  params: {
    parent: inner.outputs.id
  }
}

output id string = assignment.id
