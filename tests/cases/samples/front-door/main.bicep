metadata name = 'Octopus Deploy High Availability'
metadata description = 'Octopus Server nodes with database, shared folders, load balancer, secrets, monitoring and ways in, closed to the Internet.'

targetScope = 'resourceGroup'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Location of all resources.')
param location string = 'westeurope'

@description('Optional. Start of every resource name.')
@minLength(2)
@maxLength(12)
param namePrefix string = 'octopus'

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. Availability zones of the region; empty where it has none.')
param zones array = [
  '1'
  '2'
  '3'
]

@description('Optional. DNS name of the portal; the certificate must carry it.')
param portalHostName string = 'octopus.example.com'

@description('Optional. Port of polling Tentacles on the nodes.')
@minValue(1)
@maxValue(65535)
param pollingPort int = 10943

@description('Optional. gRPC port on the nodes.')
@minValue(1)
@maxValue(65535)
param grpcPort int = 8443

@description('Optional. Windows time zone of the nodes.')
param timeZone string = 'UTC'

// ----- Network -----

@description('Optional. Address space of the network.')
param addressPrefix string = '10.20.0.0/22'

@description('Optional. Range of the nodes.')
param nodesSubnetPrefix string = '10.20.0.0/26'

@description('Optional. Range of the private endpoints.')
param privateEndpointsSubnetPrefix string = '10.20.0.64/26'

@description('Optional. Range of the front end of the load balancer.')
param loadBalancerSubnetPrefix string = '10.20.0.128/27'

@description('Optional. Range of the private link service.')
param privateLinkSubnetPrefix string = '10.20.0.240/28'

@description('Optional. Range of Azure Bastion.')
param bastionSubnetPrefix string = '10.20.1.0/26'

@description('Optional. DNS servers of the network; empty for Azure\'s own.')
param dnsServers array = []

@description('Optional. Who may open the portal; empty for the virtual network and what is joined to it.')
param clientPrefixes array = [
  '10.0.0.0/8'
  '203.0.113.0/26'
]

@description('Optional. Where polling Tentacles call from; empty for the virtual network and what is joined to it.')
param pollingPrefixes array = [
  '10.0.0.0/8'
]

@description('Optional. Tier of the NAT gateway: StandardV2 spans the zones, Standard lives in one.')
@allowed([
  'Standard'
  'StandardV2'
])
param natGatewaySku string = 'StandardV2'

@description('Optional. Minutes an outgoing connection may be idle.')
@minValue(4)
@maxValue(120)
param natGatewayIdleTimeoutInMinutes int = 10

// ----- Monitoring -----

@description('Optional. Days logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionInDays int = 90

@description('Optional. E-mail addresses that hear of alerts.')
@maxLength(20)
param alertEmails array = [
  'octopus-admins@example.com'
]

// ----- Key Vault -----

@description('Optional. Tier of the vault.')
@allowed([
  'standard'
  'premium'
])
param keyVaultSku string = 'standard'

@description('Optional. Days a deleted secret can be brought back. Azure fixes it when the vault is made.')
@minValue(7)
@maxValue(90)
param keyVaultSoftDeleteRetentionInDays int = 90

@description('Optional. Expiry date and time that the secrets carry, such as 2027-11-30T00:00:00Z; empty for none. It reminds and does not lock: the vault hands out expired secrets, too.')
param keyVaultEntriesExpireOn string = ''

// ----- Front Door -----

@description('Optional. Fixed private address of the internal load balancer; empty lets Azure choose.')
param loadBalancerPrivateIpAddress string = ''

@description('Optional. Front-end port of the first node for polling Tentacles; the other nodes follow.')
@minValue(1)
@maxValue(65000)
param firstPollingPort int = 10943

@description('Optional. Minutes a connection to the internal load balancer may be idle.')
@minValue(4)
@maxValue(100)
param loadBalancerIdleTimeoutInMinutes int = 30

@description('Optional. Regions that Front Door makes a private endpoint in, one each.')
@minLength(1)
@maxLength(3)
param privateLinkLocations array = [
  'westeurope'
  'northeurope'
]

@description('Optional. Addresses that the private link service calls the nodes from; each has 64,000 ports.')
@minValue(1)
@maxValue(8)
param privateLinkNatAddressCount int = 2

@description('Optional. Name that Front Door looks for in the certificate of the nodes; empty for the name of the portal.')
param originHostName string = ''

@description('Optional. Seconds that a node may take to start its answer to Front Door.')
@minValue(16)
@maxValue(240)
param frontDoorResponseTimeoutInSeconds int = 240

@description('Optional. Seconds between two health probes of one place of the edge.')
@minValue(5)
@maxValue(255)
param frontDoorProbeIntervalInSeconds int = 60

@description('Optional. What the managed rules do with an attack: Prevention blocks it, Detection only writes it to the log. Who may come in counts in both.')
@allowed([
  'Detection'
  'Prevention'
])
param firewallMode string = 'Prevention'

@description('Optional. Who on the Internet may open the portal; everybody else is turned away at the edge.')
@minLength(1)
@maxLength(50)
param firewallClientPrefixes array = [
  '10.0.0.0/8'
  '203.0.113.0/26'
]

@description('Optional. Sign-ins with a password that one address may try in a minute.')
@minValue(10)
@maxValue(5000)
param firewallSignInsPerMinute int = 100

@description('Optional. Parts of requests that the managed rules leave alone, each with matchVariable, selectorMatchOperator and selector.')
@maxLength(75)
param firewallExclusions array = []

// ----- Nodes -----

@description('Optional. The nodes, in order; the first one creates the database schema, the others join.')
@minLength(1)
@maxLength(16)
param nodes array = [
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

@description('Optional. Size of the nodes.')
param nodeVmSize string = 'Standard_D4s_v5'

@description('Optional. Image of the nodes; generation 2.')
param nodeImage object = {
  publisher: 'MicrosoftWindowsServer'
  offer: 'WindowsServer'
  sku: '2022-datacenter-azure-edition'
  version: 'latest'
}

@description('Optional. Size of the operating system disks in GiB.')
@minValue(127)
@maxValue(4095)
param nodeOsDiskSizeGiB int = 128

@description('Optional. Size of the disks for the local Octopus home in GiB.')
@minValue(32)
@maxValue(32767)
param nodeDataDiskSizeGiB int = 64

@description('Optional. Name of the local administrator of the nodes.')
@minLength(1)
@maxLength(20)
param nodeAdminUsername string = 'octolocal'

@description('Optional. Whether caches and temporary disks are encrypted, too; the subscription feature EncryptionAtHost must be registered.')
param encryptionAtHost bool = false

@description('Optional. Whether Windows Server licences of your own are used.')
param hybridBenefit bool = false

@description('Optional. Length of a patch window, as hours and minutes.')
param maintenanceDuration string = '03:00'

// ----- Database -----

@description('Optional. Name of the database.')
@minLength(1)
@maxLength(64)
param databaseName string = 'Octopus'

@description('Optional. Service objective of the database.')
@minLength(2)
param databaseSkuName string = 'GP_Gen5_4'

@description('Optional. Largest size of the database in GiB.')
@minValue(1)
@maxValue(4096)
param databaseMaxSizeGib int = 64

@description('Optional. Whether the database has replicas in several zones.')
param databaseZoneRedundant bool = true

@description('Optional. Licence of the database; BasePrice is Azure Hybrid Benefit.')
@allowed([
  'LicenseIncluded'
  'BasePrice'
])
param databaseLicenseType string = 'LicenseIncluded'

@description('Optional. Days the database can be restored to any point in.')
@minValue(1)
@maxValue(35)
param databaseBackupRetentionDays int = 14

@description('Optional. Where the backups of the database are kept.')
@allowed([
  'Local'
  'Zone'
  'Geo'
  'GeoZone'
])
param databaseBackupStorageRedundancy string = 'Zone'

@description('Optional. How long one backup a week is kept, as an ISO 8601 duration; PT0S for not at all.')
param databaseWeeklyRetention string = 'P4W'

@description('Optional. How long one backup a month is kept, as an ISO 8601 duration; PT0S for not at all.')
param databaseMonthlyRetention string = 'P12M'

@description('Optional. How long one backup a year is kept, as an ISO 8601 duration; PT0S for not at all.')
param databaseYearlyRetention string = 'PT0S'

@description('Optional. When Azure may maintain the database.')
param databaseMaintenanceWindow string = 'SQL_Default'

@description('Optional. Whether unusual access to the database is watched for.')
param databaseThreatDetection bool = true

// ----- Shared folders -----

@description('Optional. Redundancy of the file share.')
@allowed([
  'PremiumV2_LRS'
  'PremiumV2_ZRS'
  'Premium_LRS'
  'Premium_ZRS'
])
param storageSkuName string = 'Premium_ZRS'

@description('Optional. Name of the file share.')
@minLength(3)
@maxLength(63)
param shareName string = 'octopus'

@description('Optional. Provisioned size of the file share in GiB; it sets the performance, too.')
@minValue(32)
@maxValue(102400)
param shareQuotaGib int = 256

@description('Optional. Provisioned IOPS of the share; 0 for what the size gives.')
@minValue(0)
@maxValue(102400)
param shareIops int = 0

@description('Optional. Provisioned throughput of the share in MiB/s; 0 for what the size gives.')
@minValue(0)
@maxValue(10340)
param shareThroughputMibps int = 0

@description('Optional. Days a deleted share can be brought back.')
@minValue(1)
@maxValue(365)
param shareSoftDeleteRetentionInDays int = 14

@description('Optional. Which of the two keys of the storage account the nodes use, 0 or 1; change it to rotate the keys.')
@minValue(0)
@maxValue(1)
param storageAccountKeyIndex int = 0

// ----- Octopus Server -----

@description('Optional. Exact version of Octopus Server, the same on every node. Raising it here upgrades nothing: see DEPLOY.md.')
param octopusVersion string = '2026.3.12345'

@description('Optional. User name of the first Octopus administrator.')
param octopusAdministratorUsername string = 'octoadmin'

@description('Optional. E-mail address of the first Octopus administrator.')
param octopusAdministratorEmail string = 'octopus-admins@example.com'

@description('Optional. Folder that Octopus.<version>-x64.msi is downloaded from.')
param installerBaseUrl string = 'https://download.octopusdeploy.com/octopus'

@description('Optional. SHA-256 of the installer; empty leaves it to the signature.')
param installerSha256 string = ''

@description('Optional. Whether the portal sends HTTP Strict Transport Security.')
param hstsEnabled bool = true

@description('Optional. How long browsers remember that the portal is HTTPS only, in seconds.')
@minValue(300)
@maxValue(63072000)
param hstsMaxAgeSeconds int = 31556926

@description('Optional. Addresses and ranges of further proxies that may name the address of the caller.')
param trustedProxies array = []

@description('Optional. How the nodes use the share: by its UNC path, as a drive, or by symbolic links below the Octopus home.')
@allowed([
  'unc'
  'mapped-drive'
  'symbolic-links'
])
param shareMount string = 'unc'

@description('Optional. Letter of the drive, the same on every node, where the share is a mapped drive.')
@minLength(1)
@maxLength(1)
param shareDriveLetter string = 'X'

@description('Optional. Whether Octopus sends usage telemetry.')
param sendTelemetry bool = false

// ----- Azure Bastion -----

@description('Optional. Whether people may sign in through Azure Bastion with Kerberos.')
param bastionKerberos bool = false

@description('Optional. Instances of Azure Bastion.')
@minValue(2)
@maxValue(50)
param bastionScaleUnits int = 2

@description('Optional. Whether the Azure CLI may open Bastion sessions, too.')
param bastionNativeClient bool = true

// ----- Alerts -----

@description('Optional. Processor load of a node, in percent, that raises an alert.')
@minValue(1)
@maxValue(100)
param alertCpuPercent int = 85

@description('Optional. Load and fill of the database, in percent, that raise an alert.')
@minValue(1)
@maxValue(100)
param alertDatabasePercent int = 85

@description('Optional. Fill of the share, in percent, that raises an alert.')
@minValue(1)
@maxValue(100)
param alertSharePercent int = 80

// ----- Backup -----

@description('Optional. Redundancy of the Recovery Services vault; fixed once something is protected.')
@allowed([
  'LocallyRedundant'
  'ZoneRedundant'
  'GeoRedundant'
])
param backupRedundancy string = 'ZoneRedundant'

@description('Optional. Time of the daily backups, UTC, on the half hour.')
@minLength(5)
@maxLength(5)
param backupStartTime string = '00:30'

@description('Optional. Days a daily backup is kept.')
@minValue(7)
@maxValue(200)
param backupDailyRetentionDays int = 30

@description('Optional. Weeks a weekly backup is kept.')
@minValue(1)
@maxValue(200)
param backupWeeklyRetentionWeeks int = 12

// ----- Secrets: never in a file; see DEPLOY.md -----

@description('Required. Password of the local administrator of the nodes.')
@secure()
@minLength(12)
@maxLength(123)
param nodesAdministratorPassword string

@description('Required. Octopus master key: 16 random bytes in base64. Keep a copy: without it the secrets in the database are lost.')
@secure()
@minLength(24)
@maxLength(24)
param octopusMasterKey string

@description('Required. Octopus licence: the XML in base64.')
@secure()
@minLength(1)
@maxLength(25600)
param octopusLicenseBase64 string

@description('Required. Password of the first Octopus administrator.')
@secure()
@minLength(12)
param octopusAdministratorPassword string

@description('Required. Certificate of the portal with its private key: a PFX without password, in base64.')
@secure()
@minLength(1)
@maxLength(25600)
param portalCertificatePfx string

// ================ //
// Variables        //
// ================ //

var nodeNames = [for node in nodes: node.name]

// ================ //
// Modules          //
// ================ //

module identity 'modules/managed-identity.bicep' = {
  name: '${namePrefix}-identity'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
  }
}

module network 'modules/network.bicep' = {
  name: '${namePrefix}-network'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    addressPrefix: addressPrefix
    nodesSubnetPrefix: nodesSubnetPrefix
    privateEndpointsSubnetPrefix: privateEndpointsSubnetPrefix
    loadBalancerSubnetPrefix: loadBalancerSubnetPrefix
    privateLinkSubnetPrefix: privateLinkSubnetPrefix
    bastionSubnetPrefix: bastionSubnetPrefix
    dnsServers: dnsServers
    clientPrefixes: clientPrefixes
    pollingPrefixes: pollingPrefixes
    pollingPort: pollingPort
    natGatewaySku: natGatewaySku
    natGatewayIdleTimeoutInMinutes: natGatewayIdleTimeoutInMinutes
    workspaceResourceId: logAnalytics.outputs.workspaceResourceId
  }
}

module logAnalytics 'modules/log-analytics.bicep' = {
  name: '${namePrefix}-log-analytics'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    retentionInDays: logRetentionInDays
    alertEmails: alertEmails
  }
}

module keyVault 'modules/key-vault.bicep' = {
  name: '${namePrefix}-key-vault'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    skuName: keyVaultSku
    softDeleteRetentionInDays: keyVaultSoftDeleteRetentionInDays
    privateEndpointsSubnetResourceId: network.outputs.privateEndpointsSubnetResourceId
    keyVaultPrivateDnsZoneResourceId: network.outputs.keyVaultPrivateDnsZoneResourceId
    workspaceResourceId: logAnalytics.outputs.workspaceResourceId
    nodesIdentityPrincipalId: identity.outputs.nodesIdentityPrincipalId
    keyVaultEntriesExpireOn: keyVaultEntriesExpireOn
    octopusMasterKey: octopusMasterKey
    octopusLicenseBase64: octopusLicenseBase64
    octopusAdministratorPassword: octopusAdministratorPassword
    portalCertificatePfx: portalCertificatePfx
  }
}

module loadBalancer 'modules/front-door.bicep' = {
  name: '${namePrefix}-load-balancer'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    loadBalancerSubnetResourceId: network.outputs.loadBalancerSubnetResourceId
    privateIpAddress: loadBalancerPrivateIpAddress
    privateLinkSubnetResourceId: network.outputs.privateLinkSubnetResourceId
    privateLinkSubnetPrefix: privateLinkSubnetPrefix
    natAddressCount: privateLinkNatAddressCount
    privateLinkLocations: privateLinkLocations
    nodeNames: nodeNames
    zones: zones
    firstPollingPort: firstPollingPort
    pollingPort: pollingPort
    idleTimeoutInMinutes: loadBalancerIdleTimeoutInMinutes
    portalHostName: portalHostName
    originHostName: originHostName
    virtualNetworkResourceId: network.outputs.virtualNetworkResourceId
    responseTimeoutInSeconds: frontDoorResponseTimeoutInSeconds
    probeIntervalInSeconds: frontDoorProbeIntervalInSeconds
    firewallMode: firewallMode
    firewallClientPrefixes: firewallClientPrefixes
    signInsPerMinute: firewallSignInsPerMinute
    firewallExclusions: firewallExclusions
    workspaceResourceId: logAnalytics.outputs.workspaceResourceId
  }
}

module octopusNodes 'modules/virtual-machines.bicep' = {
  name: '${namePrefix}-nodes'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    nodes: nodes
    nodesSubnetResourceId: network.outputs.nodesSubnetResourceId
    vmSize: nodeVmSize
    imageReference: nodeImage
    osDiskSizeGiB: nodeOsDiskSizeGiB
    dataDiskSizeGiB: nodeDataDiskSizeGiB
    adminUsername: nodeAdminUsername
    adminPassword: nodesAdministratorPassword
    encryptionAtHost: encryptionAtHost
    hybridBenefit: hybridBenefit
    timeZone: timeZone
    maintenanceDuration: maintenanceDuration
    nodesIdentityResourceId: identity.outputs.nodesIdentityResourceId
    databaseAdministratorResourceId: identity.outputs.databaseAdministratorResourceId
    backendAddressPools: loadBalancer.outputs.backendAddressPools
    applicationGatewayBackendAddressPools: loadBalancer.outputs.applicationGatewayBackendAddressPools
    pollingLoadBalancerResourceId: loadBalancer.outputs.pollingLoadBalancerResourceId
    dataCollectionRuleResourceId: logAnalytics.outputs.dataCollectionRuleResourceId
  }
}

module database 'modules/azure-sql.bicep' = {
  name: '${namePrefix}-database'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    databaseName: databaseName
    skuName: databaseSkuName
    maxSizeGib: databaseMaxSizeGib
    zoneRedundant: databaseZoneRedundant
    licenseType: databaseLicenseType
    backupRetentionDays: databaseBackupRetentionDays
    backupStorageRedundancy: databaseBackupStorageRedundancy
    weeklyRetention: databaseWeeklyRetention
    monthlyRetention: databaseMonthlyRetention
    yearlyRetention: databaseYearlyRetention
    maintenanceConfigurationName: databaseMaintenanceWindow
    enableThreatDetection: databaseThreatDetection
    securityContactEmails: alertEmails
    privateEndpointsSubnetResourceId: network.outputs.privateEndpointsSubnetResourceId
    sqlPrivateDnsZoneResourceId: network.outputs.sqlPrivateDnsZoneResourceId
    workspaceResourceId: logAnalytics.outputs.workspaceResourceId
    administratorLogin: identity.outputs.databaseAdministratorName
    administratorSid: identity.outputs.databaseAdministratorClientId
    nodesIdentityClientId: identity.outputs.nodesIdentityClientId
  }
}

module storage 'modules/azure-files.bicep' = {
  name: '${namePrefix}-storage'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    skuName: storageSkuName
    shareName: shareName
    shareQuotaGib: shareQuotaGib
    shareIops: shareIops
    shareThroughputMibps: shareThroughputMibps
    softDeleteRetentionInDays: shareSoftDeleteRetentionInDays
    privateEndpointsSubnetResourceId: network.outputs.privateEndpointsSubnetResourceId
    filePrivateDnsZoneResourceId: network.outputs.filePrivateDnsZoneResourceId
    workspaceResourceId: logAnalytics.outputs.workspaceResourceId
    keyVaultName: keyVault.outputs.name
    accountKeySecretName: keyVault.outputs.secretNames.storageAccountKey
    accountKeyIndex: storageAccountKeyIndex
    keyVaultEntriesExpireOn: keyVaultEntriesExpireOn
  }
}

module octopusServer 'modules/octopus-server.bicep' = {
  name: '${namePrefix}-octopus-server'
  params: {
    location: location
    tags: tags
    nodes: nodes
    dataDiskSizeGiB: nodeDataDiskSizeGiB
    nodesIdentityName: identity.outputs.nodesIdentityName
    nodesIdentityClientId: identity.outputs.nodesIdentityClientId
    databaseAdministratorClientId: identity.outputs.databaseAdministratorClientId
    keyVaultUri: keyVault.outputs.vaultUri
    keyVaultEntries: keyVault.outputs.secretNames
    connectionString: database.outputs.connectionString
    databaseAuthentication: 'entra'
    uncPath: storage.outputs.uncPath
    shareCredential: {
      kind: 'storage-key'
      userName: storage.outputs.credentialUserName
      secretName: keyVault.outputs.secretNames.storageAccountKey
      cloudKerberos: false
    }
    shareMount: shareMount
    shareDriveLetter: shareDriveLetter
    // Front Door calls from the addresses of the private link; not its output, so that nothing waits for the edge.
    trustedProxies: union([privateLinkSubnetPrefix], trustedProxies)
    octopusVersion: octopusVersion
    installerBaseUrl: installerBaseUrl
    installerSha256: installerSha256
    portalHostName: portalHostName
    octopusAdministratorUsername: octopusAdministratorUsername
    octopusAdministratorEmail: octopusAdministratorEmail
    pollingPort: pollingPort
    grpcPort: grpcPort
    hstsEnabled: hstsEnabled
    hstsMaxAgeSeconds: hstsMaxAgeSeconds
    sendTelemetry: sendTelemetry
  }
  dependsOn: [
    octopusNodes
  ]
}

module bastion 'modules/bastion.bicep' = {
  name: '${namePrefix}-bastion'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    bastionSubnetResourceId: network.outputs.bastionSubnetResourceId
    zones: zones
    enableKerberos: bastionKerberos
    scaleUnits: bastionScaleUnits
    enableNativeClient: bastionNativeClient
    workspaceResourceId: logAnalytics.outputs.workspaceResourceId
  }
}

module alerts 'modules/alerts.bicep' = {
  name: '${namePrefix}-alerts'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    actionGroupResourceId: logAnalytics.outputs.actionGroupResourceId
    workspaceResourceId: logAnalytics.outputs.workspaceResourceId
    virtualMachineResourceIds: octopusNodes.outputs.resourceIds
    loadBalancerResourceId: loadBalancer.outputs.internalLoadBalancerResourceId
    frontDoorResourceId: loadBalancer.outputs.resourceId
    natGatewayResourceId: network.outputs.natGatewayResourceId
    databaseResourceId: database.outputs.databaseResourceId
    databasePercent: alertDatabasePercent
    storageAccountResourceId: storage.outputs.resourceId
    shareName: shareName
    shareQuotaGib: shareQuotaGib
    sharePercent: alertSharePercent
    keyVaultResourceId: keyVault.outputs.resourceId
    cpuPercent: alertCpuPercent
  }
}

module backup 'modules/recovery-services.bicep' = {
  name: '${namePrefix}-backup'
  params: {
    location: location
    tags: tags
    namePrefix: namePrefix
    redundancy: backupRedundancy
    startTime: backupStartTime
    dailyRetentionDays: backupDailyRetentionDays
    weeklyRetentionWeeks: backupWeeklyRetentionWeeks
    nodeNames: octopusNodes.outputs.names
    storageAccountResourceId: storage.outputs.resourceId
    shareName: storage.outputs.shareName
    workspaceResourceId: logAnalytics.outputs.workspaceResourceId
    actionGroupResourceId: logAnalytics.outputs.actionGroupResourceId
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Address of the portal.')
output portalUrl string = 'https://${portalHostName}'

@description('Client ID of the identity of the nodes.')
output nodesIdentityClientId string = identity.outputs.nodesIdentityClientId

@description('Public address that the nodes go out with; allow it where listening Tentacles are.')
output outboundIpAddress string = network.outputs.outboundIpAddress

@description('Resource ID of the Log Analytics workspace.')
output workspaceResourceId string = logAnalytics.outputs.resourceId

@description('Address of the Key Vault.')
output keyVaultUri string = keyVault.outputs.vaultUri

@description('What the name of the portal must lead to in the public DNS.')
output portalAddress string = loadBalancer.outputs.portalAddress

@description('Kind of DNS record for the name of the portal.')
output portalTarget string = loadBalancer.outputs.portalTarget

@description('Name of the TXT record that proves that the domain is yours.')
output domainValidationRecordName string = loadBalancer.outputs.domainValidationRecordName

@description('Value of that TXT record; empty when Azure has approved the domain and asks for none.')
output domainValidationRecordValue string = loadBalancer.outputs.domainValidationRecordValue

@description('Address of the internal load balancer, for people inside.')
output loadBalancerIpAddress string = loadBalancer.outputs.frontendIpAddress

@description('Where polling Tentacles reach each node.')
output pollingEndpoints array = loadBalancer.outputs.pollingEndpoints

@description('Names of the nodes.')
output nodeNames array = octopusNodes.outputs.names

@description('Private addresses of the nodes.')
output nodePrivateIpAddresses array = octopusNodes.outputs.privateIpAddresses

@description('Host name of the SQL server.')
output databaseHostName string = database.outputs.serverHostName

@description('Name of the database.')
output databaseName string = database.outputs.databaseName

@description('UNC path of the shared folders.')
output sharePath string = storage.outputs.uncPath
