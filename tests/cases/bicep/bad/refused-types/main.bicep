param values resourceInput<'Microsoft.Authorization/policyAssignments@2024-04-01'>.properties.parameters

output values object = values
