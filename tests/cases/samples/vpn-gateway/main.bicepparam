using 'main.bicep'

param location = 'westeurope'
param namePrefix = 'octopus'
param tags = {}
param zones = [
  '1'
  '2'
  '3'
]
param portalHostName = 'octopus.example.com'
param pollingPort = 10943
param grpcPort = 8443
param timeZone = 'UTC'
param addressPrefix = '10.20.0.0/22'
param nodesSubnetPrefix = '10.20.0.0/26'
param privateEndpointsSubnetPrefix = '10.20.0.64/26'
param loadBalancerSubnetPrefix = '10.20.0.128/27'
param gatewaySubnetPrefix = '10.20.1.64/27'
param jumpBoxSubnetPrefix = '10.20.1.96/28'
param dnsServers = []
param clientPrefixes = [
  '10.60.0.0/16'
  '10.61.0.0/24'
  '172.16.201.0/24'
]
param pollingPrefixes = []
param jumpBoxClientPrefixes = [
  '172.16.201.0/24'
]
param natGatewaySku = 'StandardV2'
param natGatewayIdleTimeoutInMinutes = 10
param logRetentionInDays = 90
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
param vpnGatewaySku = 'VpnGw2AZ'
param vpnBgpAsn = 65010
param vpnClientAddressPool = '172.16.201.0/24'
param vpnClientRoutes = [
  '10.60.0.0/16'
]
param vpnEntraTenantId = ''
param vpnEntraAudience = ''
param vpnConnectionLondon1Gateway = '203.0.113.10'
param vpnConnectionLondon1AddressPrefixes = []
param vpnConnectionLondon1BgpAsn = 65020
param vpnConnectionLondon1BgpPeeringAddress = '10.60.0.1'
param vpnConnectionLondon2Gateway = '203.0.113.11'
param vpnConnectionLondon2AddressPrefixes = []
param vpnConnectionLondon2BgpAsn = 65020
param vpnConnectionLondon2BgpPeeringAddress = '10.60.0.2'
param vpnConnectionBranchGateway = 'branch.example.com'
param vpnConnectionBranchAddressPrefixes = [
  '10.61.0.0/24'
]
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

param nodesAdministratorPassword = readEnvironmentVariable('OCTOHA_NODES_ADMINISTRATOR_PASSWORD')
param octopusMasterKey = readEnvironmentVariable('OCTOHA_OCTOPUS_MASTER_KEY')
param octopusLicenseBase64 = readEnvironmentVariable('OCTOHA_OCTOPUS_LICENSE_BASE64')
param octopusAdministratorPassword = readEnvironmentVariable('OCTOHA_OCTOPUS_ADMINISTRATOR_PASSWORD')
param portalCertificatePfx = readEnvironmentVariable('OCTOHA_PORTAL_CERTIFICATE_PFX')
param vpnSharedKeyLondon1 = readEnvironmentVariable('OCTOHA_VPN_SHARED_KEY_LONDON1')
param vpnSharedKeyLondon2 = readEnvironmentVariable('OCTOHA_VPN_SHARED_KEY_LONDON2')
param vpnSharedKeyBranch = readEnvironmentVariable('OCTOHA_VPN_SHARED_KEY_BRANCH')
param serverAdministratorPassword = readEnvironmentVariable('OCTOHA_SERVER_ADMINISTRATOR_PASSWORD')
