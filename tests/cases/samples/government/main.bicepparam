using 'main.bicep'

param location = 'usgovvirginia'
param namePrefix = 'octopus'
param tags = {}
param zones = [
  '1'
  '2'
  '3'
]
param portalHostName = 'octopus.agency.example.com'
param pollingPort = 10943
param grpcPort = 8443
param timeZone = 'UTC'
param addressPrefix = '10.20.0.0/22'
param nodesSubnetPrefix = '10.20.0.0/26'
param privateEndpointsSubnetPrefix = '10.20.0.64/26'
param loadBalancerSubnetPrefix = '10.20.0.128/27'
param gatewaySubnetPrefix = '10.20.1.64/27'
param jumpBoxSubnetPrefix = '10.20.1.96/28'
param dnsServers = [
  '10.8.0.4'
  '10.8.0.5'
]
param clientPrefixes = [
  '10.8.0.0/16'
]
param pollingPrefixes = [
  '10.9.0.0/16'
]
param jumpBoxClientPrefixes = [
  '10.8.16.0/24'
]
param logRetentionInDays = 365
param alertEmails = [
  'octopus-admins@agency.example.com'
]
param keyVaultSku = 'premium'
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
param encryptionAtHost = true
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
param octopusAdministratorEmail = 'octopus-admins@agency.example.com'
param installerBaseUrl = 'https://mirror.agency.example.com/octopus'
param installerSha256 = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0'
param hstsEnabled = false
param hstsMaxAgeSeconds = 31556926
param trustedProxies = []
param shareMount = 'unc'
param shareDriveLetter = 'X'
param sendTelemetry = false
param expressRouteSku = 'ErGw1AZ'
param expressRouteMinScaleUnits = 1
param expressRouteMaxScaleUnits = 2
param expressRouteCircuitResourceId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/connectivity/providers/Microsoft.Network/expressRouteCircuits/agency'
param expressRouteRoutingWeight = 0
param expressRouteFastPath = false
param jumpBoxComputerName = 'octopus-jump'
param jumpBoxZone = '1'
param jumpBoxVmSize = 'Standard_D2s_v5'
param jumpBoxImage = {
  publisher: 'MicrosoftWindowsServer'
  offer: 'WindowsServer'
  sku: '2022-datacenter-azure-edition'
  version: 'latest'
}
param jumpBoxOsDiskSizeGiB = 128
param jumpBoxAdminUsername = 'jumplocal'
param jumpBoxIdleMinutes = 15
param jumpBoxMaintenanceDay = 'Wednesday'
param jumpBoxMaintenanceStartTime = '12:00'
param jumpBoxMaintenanceDuration = '02:00'
param jumpBoxAutoShutdownTime = '2000'
param alertCpuPercent = 85
param alertDatabasePercent = 85
param alertSharePercent = 80
param backupRedundancy = 'ZoneRedundant'
param backupStartTime = '00:30'
param backupDailyRetentionDays = 30
param backupWeeklyRetentionWeeks = 12
param domainFqdn = 'corp.agency.example.com'
param domainNetBiosName = 'AGENCY'
param domainJoinUser = 'svc-octopus-join'
param domainOuPath = ''

param nodesAdministratorPassword = readEnvironmentVariable('OCTOHA_NODES_ADMINISTRATOR_PASSWORD')
param octopusMasterKey = readEnvironmentVariable('OCTOHA_OCTOPUS_MASTER_KEY')
param octopusLicenseBase64 = readEnvironmentVariable('OCTOHA_OCTOPUS_LICENSE_BASE64')
param octopusAdministratorPassword = readEnvironmentVariable('OCTOHA_OCTOPUS_ADMINISTRATOR_PASSWORD')
param portalCertificatePfx = readEnvironmentVariable('OCTOHA_PORTAL_CERTIFICATE_PFX')
param expressRouteAuthorizationKey = readEnvironmentVariable('OCTOHA_EXPRESS_ROUTE_AUTHORIZATION_KEY')
param domainJoinPassword = readEnvironmentVariable('OCTOHA_DOMAIN_JOIN_PASSWORD')
param serverAdministratorPassword = readEnvironmentVariable('OCTOHA_SERVER_ADMINISTRATOR_PASSWORD')
