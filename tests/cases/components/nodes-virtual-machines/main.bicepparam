using 'main.bicep'

param tags = {}
param nodes = [
  {
    name: 'octopus-1'
    zone: '1'
    taskCap: 10
    maintenanceDay: 'Tuesday'
    maintenanceStartTime: '02:00'
  }
  {
    name: 'octopus-2'
    zone: '2'
    taskCap: 10
    maintenanceDay: 'Wednesday'
    maintenanceStartTime: '02:00'
  }
  {
    name: 'octopus-3'
    zone: '3'
    taskCap: 10
    maintenanceDay: 'Thursday'
    maintenanceStartTime: '02:00'
  }
]
param vmSize = 'Standard_D4s_v5'
param imageReference = {
  publisher: 'MicrosoftWindowsServer'
  offer: 'WindowsServer'
  sku: '2022-datacenter-azure-edition'
  version: 'latest'
}
param osDiskSizeGiB = 128
param dataDiskSizeGiB = 64
param diskSku = 'Premium_LRS'
param adminUsername = 'octolocal'
param encryptionAtHost = false
param hybridBenefit = false
param timeZone = 'UTC'
param maintenanceDuration = '03:00'
param databaseAdministratorResourceId = ''
param databaseAdministratorClientId = ''
param backendPoolResourceId = ''
param loadBalancerResourceId = ''
param dataCollectionRuleResourceId = ''
param keyVaultEntries = {
  masterKey: 'octopus-master-key'
  license: 'octopus-license'
  administratorPassword: 'octopus-admin-password'
  certificate: 'portal-certificate'
  storageAccountKey: 'storage-account-key'
  sqlAdministratorPassword: ''
}
param shareMount = 'unc'
param octopusVersion = '2026.3.12345'
param installerBaseUrl = 'https://download.octopusdeploy.com/octopus'
param installerSha256 = ''
param portalHostName = 'octopus.example.com'
param octopusAdministratorUsername = 'octoadmin'
param octopusAdministratorEmail = 'octopus-admins@example.com'
param pollingPort = 10943
param grpcPort = 8443
param hstsEnabled = false
param sendTelemetry = false
param bootstrapTimeoutMinutes = 90

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
