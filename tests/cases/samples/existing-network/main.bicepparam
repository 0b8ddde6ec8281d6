using 'main.bicep'

param location = 'westeurope'
param namePrefix = 'octopus'
param tags = {}
param zones = [
  '1'
  '2'
  '3'
]
param portalHostName = 'octopus.corp.example.com'
param pollingPort = 10943
param grpcPort = 8443
param timeZone = 'UTC'
param virtualNetworkResourceId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-spoke'
param nodesSubnetName = 'snet-octopus'
param privateEndpointsSubnetName = 'snet-private-endpoints'
param loadBalancerSubnetName = 'snet-octopus-lb'
param loadBalancerSubnetPrefix = '10.40.1.128/28'
param keyVaultDnsZoneResourceGroupId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub'
param sqlDnsZoneResourceGroupId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub'
param workspaceResourceId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/log-central'
param alertEmails = [
  'octopus-admins@example.com'
]
param keyVaultSku = 'standard'
param keyVaultSoftDeleteRetentionInDays = 90
param keyVaultEntriesExpireOn = ''
param loadBalancerPrivateIpAddress = ''
param firstPollingPort = 10943
param loadBalancerIdleTimeoutInMinutes = 30
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
param nodeVmSize = 'Standard_D4s_v5'
param nodeImage = {
  publisher: 'MicrosoftWindowsServer'
  offer: 'WindowsServer'
  sku: '2022-datacenter-azure-edition'
  version: 'latest'
}
param nodeOsDiskSizeGiB = 128
param nodeDataDiskSizeGiB = 64
param nodeAdminUsername = 'octolocal'
param encryptionAtHost = false
param hybridBenefit = false
param maintenanceDuration = '03:00'
param databaseName = 'Octopus'
param databaseSkuName = 'GP_Gen5_4'
param databaseMaxSizeGib = 64
param databaseZoneRedundant = true
param databaseLicenseType = 'LicenseIncluded'
param databaseBackupRetentionDays = 14
param databaseBackupStorageRedundancy = 'Zone'
param databaseWeeklyRetention = 'P4W'
param databaseMonthlyRetention = 'P12M'
param databaseYearlyRetention = 'PT0S'
param databaseMaintenanceWindow = 'SQL_Default'
param databaseThreatDetection = true
param storageSkuName = 'Premium_ZRS'
param shareName = 'octopus'
param shareQuotaGib = 256
param shareIops = 0
param shareThroughputMibps = 0
param shareSoftDeleteRetentionInDays = 14
param storageAccountKeyIndex = 0
param octopusVersion = '2026.3.12345'
param octopusAdministratorUsername = 'octoadmin'
param octopusAdministratorEmail = 'octopus-admins@example.com'
param installerBaseUrl = 'https://download.octopusdeploy.com/octopus'
param installerSha256 = ''
param hstsEnabled = false
param hstsMaxAgeSeconds = 31556926
param trustedProxies = []
param shareMount = 'unc'
param shareDriveLetter = 'X'
param sendTelemetry = false
param alertCpuPercent = 85
param alertDatabasePercent = 85
param alertSharePercent = 80
param backupRedundancy = 'ZoneRedundant'
param backupStartTime = '00:30'
param backupDailyRetentionDays = 30
param backupWeeklyRetentionWeeks = 12

param nodesAdministratorPassword = readEnvironmentVariable('OCTOHA_NODES_ADMINISTRATOR_PASSWORD')
param octopusMasterKey = readEnvironmentVariable('OCTOHA_OCTOPUS_MASTER_KEY')
param octopusLicenseBase64 = readEnvironmentVariable('OCTOHA_OCTOPUS_LICENSE_BASE64')
param octopusAdministratorPassword = readEnvironmentVariable('OCTOHA_OCTOPUS_ADMINISTRATOR_PASSWORD')
param portalCertificatePfx = readEnvironmentVariable('OCTOHA_PORTAL_CERTIFICATE_PFX')
