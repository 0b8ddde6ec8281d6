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
param databaseSubnetPrefix = '10.20.0.192/28'
param database2SubnetPrefix = '10.20.0.208/28'
param firstAddressIndex = 3
param vmSize = 'Standard_E4s_v5'
param imageReference = {
  publisher: 'MicrosoftSQLServer'
  offer: 'sql2022-ws2022'
  sku: 'enterprise-gen2'
  version: 'latest'
}
param sqlImageOffer = 'SQL2022-WS2022'
param sqlImageSku = 'Enterprise'
param sqlServerLicenseType = 'PAYG'
param freeSecondary = false
param osDiskSizeGiB = 128
param dataDiskSizeGiB = 256
param logDiskSizeGiB = 128
param tempdbDiskSizeGiB = 64
param initialDeployment = true
param adminUsername = 'sqllocal'
param encryptionAtHost = false
param hybridBenefit = false
param timeZone = 'UTC'
param maintenanceDuration = '03:00'
param storageSku = 'Standard_ZRS'
param accountKeyIndex = 0
param domainOuPath = ''
param clusterName = 'octopus-wsfc'
param availabilityGroupName = 'octopus-ag'
param listenerName = 'octopus-sql'
param clusterAccount = 'svc-octo-cluster'
param sqlServiceAccount = 'svc-octo-sql'
param sqlAdministratorLogin = 'octopusdba'
param databaseName = 'Octopus'
param collation = 'SQL_Latin1_General_CP1_CI_AS'
param maxDop = 0
param backupRetentionDays = 30
param databaseOwners = []
param dataCollectionRuleResourceId = ''
param workspaceResourceId = ''

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
param domainJoinPassword = readEnvironmentVariable('OCTOHA_DOMAIN_JOIN_PASSWORD')
param clusterAccountPassword = readEnvironmentVariable('OCTOHA_CLUSTER_ACCOUNT_PASSWORD')
param sqlServiceAccountPassword = readEnvironmentVariable('OCTOHA_SQL_SERVICE_ACCOUNT_PASSWORD')
param sqlAdministratorPassword = readEnvironmentVariable('OCTOHA_SQL_ADMINISTRATOR_PASSWORD')
