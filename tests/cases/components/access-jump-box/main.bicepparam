using 'main.bicep'

param tags = {}
param computerName = 'octopus-jump'
param zone = '1'
param vmSize = 'Standard_D2s_v5'
param imageReference = {
  publisher: 'MicrosoftWindowsServer'
  offer: 'WindowsServer'
  sku: '2022-datacenter-azure-edition'
  version: 'latest'
}
param osDiskSizeGiB = 128
param adminUsername = 'jumplocal'
param encryptionAtHost = false
param hybridBenefit = false
param timeZone = 'UTC'
param idleMinutes = 15
param maintenanceDay = 'Wednesday'
param maintenanceStartTime = '12:00'
param maintenanceDuration = '02:00'
param autoShutdownTime = '2000'
param dataCollectionRuleResourceId = ''

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
