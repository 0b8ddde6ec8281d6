metadata name = 'Access to an existing Key Vault'
metadata description = 'Lets a managed identity read the secrets that are its own in a vault that exists already, and no others.'

// ================ //
// Parameters       //
// ================ //

@description('Required. Name of the vault, in the resource group that this is deployed to.')
@minLength(3)
@maxLength(24)
param keyVaultName string

@description('Required. Names of the secrets; the secret of a certificate has the name of the certificate.')
@minLength(1)
param secretNames array

@description('Required. Object (principal) ID of the managed identity that reads the secrets.')
param readerPrincipalId string

// ================ //
// Resources        //
// ================ //

resource keyVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

resource secrets 'Microsoft.KeyVault/vaults/secrets@2026-02-01' existing = [for secretName in secretNames: {
  parent: keyVault
  name: secretName
}]

// One assignment per secret: what else lies in the vault is not for its reader.
resource secretsUsers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (secretName, index) in secretNames: {
  scope: secrets[index]
  name: guid(keyVault.id, secretName, readerPrincipalId, 'Key Vault Secrets User')
  properties: {
    // Key Vault Secrets User
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

// ================ //
// Outputs          //
// ================ //

@description('Name of the vault.')
output name string = keyVault.name

@description('Resource ID of the vault.')
output resourceId string = keyVault.id
