using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param machines = [
  {
    name: 'octopus-sql1'
    zone: '1'
    maintenanceDay: 'Saturday'
    maintenanceStartTime: '02:00'
  }
  {
    name: 'octopus-sql2'
    zone: '2'
    maintenanceDay: 'Sunday'
    maintenanceStartTime: '02:00'
  }
]
param vmSize = 'Standard_E4ds_v5'
param imageReference = {
  publisher: 'MicrosoftSQLServer'
  offer: 'sql2022-ws2022'
  sku: 'standard-gen2'
  version: 'latest'
}
param sqlImageSku = 'Standard'
param sqlServerLicenseType = 'PAYG'
param osDiskSizeGiB = 128
param adminUsername = 'sqllocal'
param encryptionAtHost = false
param hybridBenefit = false
param timeZone = 'UTC'
param maintenanceDuration = '03:00'
param sharedDiskSku = 'Premium_ZRS'
param dataDiskSizeGiB = 256
param logDiskSizeGiB = 128
param tempdbDiskSizeGiB = 64
param backupDiskSizeGiB = 512
param storageSku = 'Standard_ZRS'
param accountKeyIndex = 0
param domainOuPath = ''
param clusterName = 'octopus-wsfc'
param instanceNetworkName = 'octopus-fci'
param instanceDnsName = 'octopus-sql'
param sqlPort = 1433
param clusterAccount = 'svc-octo-cluster'
param sqlServiceAccount = 'svc-octo-sql'
param sqlAdministrators = []
param databaseName = 'Octopus'
param databaseOwners = []
param trustServerCertificate = true
param backupRetentionDays = 14
param dataCollectionRuleResourceId = ''
param workspaceResourceId = ''

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
param domainJoinPassword = readEnvironmentVariable('OCTOHA_DOMAIN_JOIN_PASSWORD')
param clusterAccountPassword = readEnvironmentVariable('OCTOHA_CLUSTER_ACCOUNT_PASSWORD')
param sqlServiceAccountPassword = readEnvironmentVariable('OCTOHA_SQL_SERVICE_ACCOUNT_PASSWORD')
