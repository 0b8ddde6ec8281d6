metadata name = 'Octopus Server'
metadata description = 'Runs the scripts on the nodes that prepare them, install Octopus Server and make one cluster of them.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Location of all resources.')
param location string = resourceGroup().location

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Required. The nodes; the first one creates the database schema. Each has name and taskCap.')
@minLength(1)
@maxLength(16)
param nodes array

@description('Optional. Size of the disk that holds the local Octopus home, in GiB; the script finds the disk by it.')
@minValue(32)
@maxValue(32767)
param dataDiskSizeGiB int = 64

@description('Required. Name of the managed identity of all nodes; it is the name of their database user.')
param nodesIdentityName string

@description('Required. Client ID of the managed identity of all nodes.')
param nodesIdentityClientId string

@description('Conditional. Client ID of the identity that administers the SQL server, which the first node has. Without it and without a SQL password, the first node waits for a person to make its database user.')
param databaseAdministratorClientId string = ''

@description('Required. URI of the Key Vault that the nodes read their secrets from.')
param keyVaultUri string

@description('Optional. Names of the entries in the Key Vault; empty for one that this stack does without.')
param keyVaultEntries object = {
  masterKey: 'octopus-master-key'
  license: 'octopus-license'
  administratorPassword: 'octopus-admin-password'
  certificate: 'portal-certificate'
  storageAccountKey: 'storage-account-key'
  sharePassword: ''
  databasePassword: ''
  serviceAccountPassword: ''
}

@description('Required. Connection string of the Octopus database, without a password.')
param connectionString string

@description('Optional. How the nodes sign in to the database: with their managed identity, with a password from the vault, or as the computers of a domain that they are.')
@allowed([
  'entra'
  'sql'
  'windows'
])
param databaseAuthentication string = 'entra'

@description('Required. UNC path of the shared folders, the same for every node.')
param uncPath string

@description('Required. How the nodes are let into the share. kind is storage-key, vault-secret, domain or none; userName and secretName (in the vault) belong to the first two; cloudKerberos says that tickets come from Microsoft Entra.')
param shareCredential object

@description('Optional. How the nodes use the share: one cluster shared root, the same as a drive, or symbolic links below the Octopus home.')
@allowed([
  'unc'
  'mapped-drive'
  'symbolic-links'
])
param shareMount string = 'unc'

@description('Optional. Letter of the drive, where the share is a mapped drive.')
@minLength(1)
@maxLength(1)
param shareDriveLetter string = 'X'

@description('Optional. Account that Octopus runs as. kind is none for LocalSystem, user or group-managed; name is DOMAIN\\name.')
param serviceAccount object = {
  kind: 'none'
  name: ''
}

@description('Optional. Where the certificate of the portal is. kind is pfx or self-signed, in the vault of the other secrets, or key-vault with the vaultUri and name of a certificate.')
param certificate object = {
  kind: 'pfx'
  vaultUri: ''
  name: ''
}

@description('Optional. Addresses and ranges of proxies that may name the address of the caller.')
param trustedProxies array = []

@description('Optional. Exact version of Octopus Server.')
param octopusVersion string = '2026.3.12345'

@description('Optional. Folder that holds Octopus.<version>-x64.msi.')
param installerBaseUrl string = 'https://download.octopusdeploy.com/octopus'

@description('Optional. SHA-256 of the MSI; the Authenticode signature is checked in any case.')
param installerSha256 string = ''

@description('Optional. Host name of the portal.')
param portalHostName string = 'octopus.example.com'

@description('Optional. User name of the first Octopus administrator.')
param octopusAdministratorUsername string = 'octoadmin'

@description('Optional. E-mail address of the first Octopus administrator.')
param octopusAdministratorEmail string = 'octopus-admins@example.com'

@description('Optional. Port of polling Tentacles on every node.')
@minValue(1)
@maxValue(65535)
param pollingPort int = 10943

@description('Optional. gRPC port on every node.')
@minValue(1)
@maxValue(65535)
param grpcPort int = 8443

@description('Optional. Send HTTP Strict Transport Security.')
param hstsEnabled bool = true

@description('Optional. How long browsers remember that the portal is HTTPS only, in seconds.')
@minValue(300)
@maxValue(63072000)
param hstsMaxAgeSeconds int = 31556926

@description('Optional. Let Octopus send usage telemetry.')
param sendTelemetry bool = false

@description('Optional. How long the preparation of one node may take, in minutes.')
@minValue(15)
@maxValue(720)
param preparationTimeoutMinutes int = 60

@description('Optional. How long the bootstrap of one node may take, in minutes.')
@minValue(30)
@maxValue(720)
param bootstrapTimeoutMinutes int = 120

// ================ //
// Variables        //
// ================ //

// Names and settings only: the scripts fetch every secret themselves, with the managed identity.
var settings = {
  identityClientId: nodesIdentityClientId
  identityName: nodesIdentityName
  keyVaultUri: keyVaultUri
  keyVaultAudience: 'https://${substring(environment().suffixes.keyvaultDns, 1)}'
  keyVaultEntries: keyVaultEntries
  connectionString: connectionString
  databaseAudience: 'https://${substring(environment().suffixes.sqlServerHostname, 1)}/'
  databaseAuthentication: databaseAuthentication
  uncPath: uncPath
  shareCredential: union({
    kind: 'none'
    userName: ''
    secretName: ''
    cloudKerberos: false
  }, shareCredential)
  shareMount: shareMount
  shareDriveLetter: shareDriveLetter
  serviceAccount: union({
    kind: 'none'
    name: ''
  }, serviceAccount)
  certificate: union({
    kind: 'pfx'
    vaultUri: ''
    name: ''
  }, certificate)
  trustedProxies: trustedProxies
  dataDiskSizeGiB: dataDiskSizeGiB
  octopusVersion: octopusVersion
  installerBaseUrl: installerBaseUrl
  installerSha256: installerSha256
  portalHostName: portalHostName
  administratorUsername: octopusAdministratorUsername
  administratorEmail: octopusAdministratorEmail
  pollingPort: pollingPort
  grpcPort: grpcPort
  hstsEnabled: hstsEnabled
  hstsMaxAgeSeconds: hstsMaxAgeSeconds
  sendTelemetry: sendTelemetry
}

// Both scripts of a node get the same.
var nodeSettings = [for (node, index) in nodes: base64(string(union(settings, {
  databaseAdministratorClientId: index == 0 ? databaseAdministratorClientId : ''
  isFirstNode: index == 0
  nodeName: node.name
  taskCap: node.taskCap
})))]

// A change of a script or of any setting makes Azure run it again; it only does what is missing.
var prepareScript = loadTextContent('../scripts/prepare-node.ps1')

var bootstrapScript = loadTextContent('../scripts/bootstrap-node.ps1')

// ================ //
// Resources        //
// ================ //

resource virtualMachines 'Microsoft.Compute/virtualMachines@2025-04-01' existing = [for node in nodes: {
  name: node.name
}]

// Disk, account and shared folders; the nodes need nothing of each other here.
resource nodePreparations 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = [for (node, index) in nodes: {
  parent: virtualMachines[index]
  name: 'prepare-node'
  location: location
  tags: tags
  properties: {
    source: {
      script: prepareScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: nodeSettings[index]
      }
    ]
    asyncExecution: false
    timeoutInSeconds: preparationTimeoutMinutes * 60
    treatFailureAsDeploymentFailure: true
  }
}]

resource firstNodeBootstrap 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[0]
  name: 'bootstrap-octopus'
  location: location
  tags: tags
  properties: {
    source: {
      script: bootstrapScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: nodeSettings[0]
      }
    ]
    asyncExecution: false
    timeoutInSeconds: bootstrapTimeoutMinutes * 60
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    nodePreparations[0]
  ]
}

resource otherNodesBootstrap 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = [for (node, index) in skip(nodes, 1): {
  parent: virtualMachines[index + 1]
  name: 'bootstrap-octopus'
  location: location
  tags: tags
  properties: {
    source: {
      script: bootstrapScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: nodeSettings[index + 1]
      }
    ]
    asyncExecution: false
    timeoutInSeconds: bootstrapTimeoutMinutes * 60
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    firstNodeBootstrap
    nodePreparations[index + 1]
  ]
}]

// ================ //
// Outputs          //
// ================ //

@description('Name of the run command of the first node.')
output name string = firstNodeBootstrap.name

@description('Resource ID of the run command of the first node.')
output resourceId string = firstNodeBootstrap.id

@description('Address of the portal.')
output portalUrl string = 'https://${portalHostName}'
