using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
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
param backendAddressPools = []
param applicationGatewayBackendAddressPools = []
param pollingLoadBalancerResourceId = ''
param dataCollectionRuleResourceId = ''

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
