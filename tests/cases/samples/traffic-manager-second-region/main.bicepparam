using 'main.bicep'

param location = 'northeurope'
param namePrefix = 'octopus-ne'
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
param addressPrefix = '10.21.0.0/20'
param nodesSubnetPrefix = '10.21.0.0/26'
param privateEndpointsSubnetPrefix = '10.21.0.64/26'
param dnsServers = [
  '10.0.2.4'
  '10.0.2.5'
]
param clientPrefixes = [
  '203.0.113.0/26'
  '198.51.100.16/28'
]
param pollingPrefixes = [
  '203.0.113.64/28'
]
param natGatewaySku = 'StandardV2'
param natGatewayIdleTimeoutInMinutes = 10
param peerings = [
  {
    name: 'to-hub'
    virtualNetworkResourceId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub'
    useRemoteGateways: false
    allowForwardedTraffic: true
  }
]
param logRetentionInDays = 90
param alertEmails = [
  'octopus-admins@example.com'
]
param keyVaultSku = 'standard'
param keyVaultSoftDeleteRetentionInDays = 90
param keyVaultEntriesExpireOn = ''
param loadBalancerDnsLabel = 'octopus-northeurope'
param firstPollingPort = 10943
param loadBalancerIdleTimeoutInMinutes = 30
param trafficManagerProfileResourceId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-octopus/providers/Microsoft.Network/trafficManagerProfiles/traf-octopus-0123456789abc'
param nodes = [
  {
    name: 'octopus-ne-1'
    zone: '1'
    taskCap: 0
    maintenanceDay: 'Tuesday'
    maintenanceStartTime: '02:00'
  }
  {
    name: 'octopus-ne-2'
    zone: '2'
    taskCap: 0
    maintenanceDay: 'Wednesday'
    maintenanceStartTime: '02:00'
  }
  {
    name: 'octopus-ne-3'
    zone: '3'
    taskCap: 0
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
param databaseServerName = 'fog-octopus'
param databaseServerPort = 1433
param databaseInstanceName = ''
param databaseName = 'Octopus'
param databaseMultiSubnetFailover = false
param databaseTrustServerCertificate = false
param databaseConnectionOptions = []
param shareUncPath = '\\\\files.corp.example.com\\octopus'
param shareUserName = 'FILES\\octopus'
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
param backupRedundancy = 'ZoneRedundant'
param backupStartTime = '00:30'
param backupDailyRetentionDays = 30
param backupWeeklyRetentionWeeks = 12

param nodesAdministratorPassword = readEnvironmentVariable('OCTOHA_NODES_ADMINISTRATOR_PASSWORD')
param octopusMasterKey = readEnvironmentVariable('OCTOHA_OCTOPUS_MASTER_KEY')
param octopusLicenseBase64 = readEnvironmentVariable('OCTOHA_OCTOPUS_LICENSE_BASE64')
param octopusAdministratorPassword = readEnvironmentVariable('OCTOHA_OCTOPUS_ADMINISTRATOR_PASSWORD')
param portalCertificatePfx = readEnvironmentVariable('OCTOHA_PORTAL_CERTIFICATE_PFX')
param sharePassword = readEnvironmentVariable('OCTOHA_SHARE_PASSWORD')
