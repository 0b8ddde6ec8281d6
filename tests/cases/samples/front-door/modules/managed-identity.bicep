metadata name = 'Managed identities'
metadata description = 'The identities that the Octopus nodes use to reach Key Vault and the database without a password.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Location of all resources.')
param location string = resourceGroup().location

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. Start of every resource name.')
@minLength(2)
@maxLength(12)
param namePrefix string = 'octopus'

@description('Optional. Name of the identity that all nodes share.')
@minLength(3)
@maxLength(128)
param nodesIdentityName string = 'id-${namePrefix}-nodes'

@description('Optional. Name of the identity that administers the SQL server.')
@minLength(3)
@maxLength(128)
param databaseAdministratorIdentityName string = 'id-${namePrefix}-sql-administrator'

// ================ //
// Resources        //
// ================ //

// User-assigned, so that its roles are in place before the first node starts.
resource nodesIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: nodesIdentityName
  location: location
  tags: tags
  properties: {}
}

// Apart from the nodes' own, so that Octopus owns its database and not the server.
resource databaseAdministratorIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: databaseAdministratorIdentityName
  location: location
  tags: tags
  properties: {}
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the identity of the nodes.')
output name string = nodesIdentity.name

@description('Resource ID of the identity of the nodes.')
output resourceId string = nodesIdentity.id

@description('Name of the identity of the nodes, as the database knows it.')
output nodesIdentityName string = nodesIdentity.name

@description('Resource ID of the identity of the nodes, by the name that the other modules know it by.')
output nodesIdentityResourceId string = nodesIdentity.id

@description('Client ID of the identity of the nodes.')
output nodesIdentityClientId string = nodesIdentity.properties.clientId

@description('Object ID of the identity of the nodes.')
output nodesIdentityPrincipalId string = nodesIdentity.properties.principalId

@description('Name of the identity that administers the SQL server.')
output databaseAdministratorName string = databaseAdministratorIdentity.name

@description('Resource ID of the identity that administers the SQL server.')
output databaseAdministratorResourceId string = databaseAdministratorIdentity.id

@description('Client ID of the identity that administers the SQL server.')
output databaseAdministratorClientId string = databaseAdministratorIdentity.properties.clientId

@description('Object ID of the identity that administers the SQL server.')
output databaseAdministratorPrincipalId string = databaseAdministratorIdentity.properties.principalId
