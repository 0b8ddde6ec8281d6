// Parents, nested and existing resources, scopes, conditions and what runtime values make of variables.
param vaultName string
param otherGroup string
param isShared bool

@description('Storage of the stack.')
resource account 'microsoft.storage/storageaccounts@2023-05-01' = {
  name: 'st${uniqueString(resourceGroup().id)}'
  location: resourceGroup().location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }

  resource files 'fileServices' = if (isShared) {
    name: 'default'

    resource share 'shares@2023-05-01' = {
      name: 'octopus'
      properties: { accessTier: 'Hot' }
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: 'logs'
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
  scope: resourceGroup(otherGroup)
}

resource central 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: 'central'
  scope: resourceGroup(subscription().subscriptionId, 'monitoring')
}

resource local 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: '${account.name}-kv'
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: local
  name: 'key'
  properties: { value: account.listKeys().keys[0].value }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (isShared) {
  scope: account::files
  name: 'logs'
  properties: {
    workspaceId: central.id
    storageAccountId: account.id
  }
}

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2025-05-01' = {
  name: 'vnet/nodes'
}

var endpoint = account.properties.primaryEndpoints.blob
var derived = '${endpoint}logs'
var early = account.id
var typed = { type: account.type, version: account.apiVersion }

output derived string = derived
output early string = early
output typed object = typed
output location string = account.location
output vaultUri string = vault.properties.vaultUri
output share string = account::files::share.id
output subnet string = subnet.id
output split string = subnet.properties.addressPrefix
output containerName string = container.name
output secretUri string = secret.properties.secretUri
output settings string = diagnostics.id
output listed string = listKeys(account.id, '2023-05-01').keys[0].value
