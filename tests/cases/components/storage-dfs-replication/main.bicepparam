using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param machines = [
  {
    name: 'octopus-fs1'
    zone: '1'
    maintenanceDay: 'Saturday'
    maintenanceStartTime: '22:00'
  }
  {
    name: 'octopus-fs2'
    zone: '2'
    maintenanceDay: 'Sunday'
    maintenanceStartTime: '22:00'
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
param dataDiskSizeGiB = 256
param adminUsername = 'fileslocal'
param encryptionAtHost = false
param hybridBenefit = false
param timeZone = 'UTC'
param maintenanceDuration = '03:00'
param dataCollectionRuleResourceId = ''
param domainOuPath = ''
param fileServiceAccount = 'svc-octo-files'
param moreAccounts = []
param namespaceName = 'Octopus'
param folderName = 'Shared'
param shareName = 'OctopusShared'
param activeReplica = 1
param stagingQuotaGiB = 32

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
param domainJoinPassword = readEnvironmentVariable('OCTOHA_DOMAIN_JOIN_PASSWORD')
param fileServiceAccountPassword = readEnvironmentVariable('OCTOHA_FILE_SERVICE_ACCOUNT_PASSWORD')
