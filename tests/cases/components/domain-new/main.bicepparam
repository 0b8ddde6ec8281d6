using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param machines = [
  {
    name: 'octopus-dc1'
    zone: '1'
    maintenanceDay: 'Monday'
    maintenanceStartTime: '22:00'
  }
  {
    name: 'octopus-dc2'
    zone: '2'
    maintenanceDay: 'Tuesday'
    maintenanceStartTime: '22:00'
  }
]
param vmSize = 'Standard_D2s_v5'
param imageReference = {
  publisher: 'MicrosoftWindowsServer'
  offer: 'WindowsServer'
  sku: '2022-datacenter-azure-edition'
  version: 'latest'
}
param osDiskSizeGiB = 128
param dataDiskSizeGiB = 32
param adminUsername = 'octodomain'
param encryptionAtHost = false
param hybridBenefit = false
param timeZone = 'UTC'
param maintenanceDuration = '03:00'
param dataCollectionRuleResourceId = ''
param domainControllersSubnetPrefix = '10.20.0.176/28'
param sitePrefixes = [
  '10.20.0.0/22'
]
param siteName = 'Azure'
param domainFqdn = 'ad.example.com'
param domainNetBiosName = 'EXAMPLE'
param functionalLevel = 'WinThreshold'
param organizationalUnit = 'Octopus'
param groups = []
param domainJoinUser = 'svc-octo-join'

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
param domainAdministratorPassword = readEnvironmentVariable('OCTOHA_DOMAIN_ADMINISTRATOR_PASSWORD')
param domainRestorePassword = readEnvironmentVariable('OCTOHA_DOMAIN_RESTORE_PASSWORD')
param domainJoinPassword = readEnvironmentVariable('OCTOHA_DOMAIN_JOIN_PASSWORD')
