metadata name = 'Octopus Server'
metadata description = 'Runs the bootstrap script on the nodes: it installs Octopus Server and makes one cluster of them.'

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

@description('Optional. Names of the entries in the Key Vault. An empty sqlAdministratorPassword means Entra authentication.')
param keyVaultEntries object = {
  masterKey: 'octopus-master-key'
  license: 'octopus-license'
  administratorPassword: 'octopus-admin-password'
  certificate: 'portal-certificate'
  storageAccountKey: 'storage-account-key'
  sqlAdministratorPassword: ''
}

@description('Required. Connection string of the Octopus database, without a password.')
param connectionString string

@description('Required. UNC path of the file share that all nodes use.')
param uncPath string

@description('Required. Name of the storage account of the file share.')
param storageAccountName string

@description('Optional. How the nodes use the share: one cluster shared root, or symbolic links below the Octopus home.')
@allowed([
  'unc'
  'symbolic-links'
])
param shareMount string = 'unc'

@description('Optional. Exact version of Octopus Server.')
param octopusVersion string = '2026.3.12345'

@description('Optional. Folder that holds Octopus.<version>-x64.msi.')
param installerBaseUrl string = 'https://download.octopusdeploy.com/octopus'

@description('Optional. SHA-256 of the MSI; the Authenticode signature is checked in any case.')
param installerSha256 string = ''

@description('Optional. Host name of the portal.')
param portalHostName string = 'octopus.corp.example.com'

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
param hstsEnabled bool = false

@description('Optional. Let Octopus send usage telemetry.')
param sendTelemetry bool = false

@description('Optional. How long the bootstrap of one node may take, in minutes.')
@minValue(30)
@maxValue(720)
param bootstrapTimeoutMinutes int = 90

// ================ //
// Variables        //
// ================ //

// Names and settings only: the script fetches every secret itself, with the managed identity.
var bootstrapConfiguration = {
  identityClientId: nodesIdentityClientId
  identityName: nodesIdentityName
  keyVaultUri: keyVaultUri
  keyVaultAudience: 'https://${substring(environment().suffixes.keyvaultDns, 1)}'
  keyVaultEntries: keyVaultEntries
  connectionString: connectionString
  databaseAudience: 'https://${substring(environment().suffixes.sqlServerHostname, 1)}/'
  uncPath: uncPath
  storageAccountName: storageAccountName
  shareMount: shareMount
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
  sendTelemetry: sendTelemetry
}

// A change of the script or of any value in the configuration makes Azure run it again; it only does what is missing.
var bootstrapScript = loadTextContent('../scripts/bootstrap-node.ps1')

// ================ //
// Resources        //
// ================ //

resource virtualMachines 'Microsoft.Compute/virtualMachines@2025-04-01' existing = [for node in nodes: {
  name: node.name
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
        value: base64(string(union(bootstrapConfiguration, {
          databaseAdministratorClientId: databaseAdministratorClientId
          isFirstNode: true
          nodeName: nodes[0].name
          taskCap: nodes[0].taskCap
        })))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: bootstrapTimeoutMinutes * 60
    treatFailureAsDeploymentFailure: true
  }
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
        value: base64(string(union(bootstrapConfiguration, {
          databaseAdministratorClientId: ''
          isFirstNode: false
          nodeName: node.name
          taskCap: node.taskCap
        })))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: bootstrapTimeoutMinutes * 60
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    firstNodeBootstrap
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
