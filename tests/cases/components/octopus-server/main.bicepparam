using 'main.bicep'

param tags = {}
param dataDiskSizeGiB = 64
param databaseAdministratorClientId = ''
param keyVaultEntries = {
  masterKey: 'octopus-master-key'
  license: 'octopus-license'
  administratorPassword: 'octopus-admin-password'
  certificate: 'portal-certificate'
  storageAccountKey: 'storage-account-key'
  sharePassword: ''
  databasePassword: ''
  serviceAccountPassword: ''
}
param databaseAuthentication = 'entra'
param shareMount = 'unc'
param shareDriveLetter = 'X'
param serviceAccount = {
  kind: 'none'
  name: ''
}
param certificate = {
  kind: 'pfx'
  vaultUri: ''
  name: ''
}
param trustedProxies = []
param octopusVersion = '2026.3.12345'
param installerBaseUrl = 'https://download.octopusdeploy.com/octopus'
param installerSha256 = ''
param portalHostName = 'octopus.example.com'
param octopusAdministratorUsername = 'octoadmin'
param octopusAdministratorEmail = 'octopus-admins@example.com'
param pollingPort = 10943
param grpcPort = 8443
param hstsEnabled = false
param hstsMaxAgeSeconds = 31556926
param sendTelemetry = false
param preparationTimeoutMinutes = 60
param bootstrapTimeoutMinutes = 120

