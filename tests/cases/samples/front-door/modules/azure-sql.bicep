metadata name = 'Azure SQL Database'
metadata description = 'A logical SQL server without public access and the empty database that Octopus fills.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Location of all resources.')
param location string = resourceGroup().location

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. Start of every resource name.')
@minLength(2)
@maxLength(12)
param namePrefix string = 'octopus'

@description('Optional. Name of the server, unique in all of Azure: lower case letters, digits and hyphens.')
@minLength(1)
@maxLength(63)
param serverName string = 'sql-${namePrefix}-${uniqueString(resourceGroup().id)}'

@description('Optional. Name of the database.')
@minLength(1)
@maxLength(64)
param databaseName string = 'Octopus'

@description('Optional. Service objective: GP_Gen5_4 or BC_Gen5_8 by vCore, S3 or P2 by DTU. Never a serverless one: Octopus polls, so it never pauses.')
@minLength(2)
param skuName string = 'GP_Gen5_4'

@description('Optional. Largest size of the database in GiB; the service objective sets what is possible.')
@minValue(1)
@maxValue(4096)
param maxSizeGib int = 64

@description('Optional. Keep replicas in several zones. General Purpose, Business Critical and Premium only.')
param zoneRedundant bool = true

@description('Optional. BasePrice is Azure Hybrid Benefit. Counts for vCore service objectives only.')
@allowed([
  'LicenseIncluded'
  'BasePrice'
])
param licenseType string = 'LicenseIncluded'

@description('Optional. Collation of the database. Octopus needs a case-insensitive one, and it cannot be changed later.')
param collation string = 'SQL_Latin1_General_CP1_CI_AS'

@description('Optional. When Azure may maintain the database, such as SQL_WestEurope_DB_1; SQL_Default is 17:00 to 08:00 local time.')
param maintenanceConfigurationName string = 'SQL_Default'

@description('Optional. Days back to any moment of which the database can be restored.')
@minValue(1)
@maxValue(35)
param backupRetentionDays int = 14

@description('Optional. Where backups are kept. The Geo ones need a paired region.')
@allowed([
  'Local'
  'Zone'
  'Geo'
  'GeoZone'
])
param backupStorageRedundancy string = 'Zone'

@description('Optional. How long one backup a week is kept, as an ISO 8601 duration; PT0S for not at all.')
param weeklyRetention string = 'P4W'

@description('Optional. How long one backup a month is kept, as an ISO 8601 duration; PT0S for not at all.')
param monthlyRetention string = 'P12M'

@description('Optional. How long one backup a year is kept, as an ISO 8601 duration; PT0S for not at all.')
param yearlyRetention string = 'PT0S'

@description('Optional. Week of the year whose backup is the yearly one.')
@minValue(1)
@maxValue(52)
param weekOfYear int = 1

@description('Optional. Watch for unusual access and assess weaknesses (Microsoft Defender for SQL; it has a price per server).')
param enableThreatDetection bool = true

@description('Optional. E-mail addresses that hear of unusual access.')
param securityContactEmails array = [
  'octopus-admins@example.com'
]

@description('Optional. What the audit log holds. Adding BATCH_COMPLETED_GROUP logs every statement, of which Octopus makes very many.')
param auditActionsAndGroups array = [
  'SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP'
  'FAILED_DATABASE_AUTHENTICATION_GROUP'
  'DATABASE_PRINCIPAL_CHANGE_GROUP'
  'DATABASE_ROLE_MEMBER_CHANGE_GROUP'
  'DATABASE_PERMISSION_CHANGE_GROUP'
]

@description('Optional. Name of the private endpoint.')
@minLength(2)
@maxLength(64)
param privateEndpointName string = take('pep-${serverName}', 64)

@description('Required. Subnet of the private endpoint.')
param privateEndpointsSubnetResourceId string

@description('Required. Private DNS zone for the server\'s private endpoint.')
param sqlPrivateDnsZoneResourceId string

@description('Optional. Log Analytics workspace for the audit log, logs and metrics; empty for none.')
param workspaceResourceId string = ''

@description('Required. Display name of the Microsoft Entra administrator of the server.')
@minLength(1)
@maxLength(128)
param administratorLogin string

@description('Required. Object ID of the administrator, if it is a user or a group; client ID, if it is a managed identity.')
@minLength(36)
@maxLength(36)
param administratorSid string

@description('Optional. What the administrator is; a managed identity is an Application.')
@allowed([
  'Application'
  'Group'
  'User'
])
param administratorPrincipalType string = 'Application'

@description('Required. Client ID of the managed identity with which the nodes open the database.')
@minLength(36)
@maxLength(36)
param nodesIdentityClientId string

// ================ //
// Variables        //
// ================ //

// GP_Gen5_4 is tier, hardware and vCores; S3 and P2 are DTU tiers and stay whole.
var isVCore = contains(skuName, '_')
var skuParts = split(skuName, '_')
var skuTiers = {
  GP: 'GeneralPurpose'
  BC: 'BusinessCritical'
  S: 'Standard'
  P: 'Premium'
}
var sku = isVCore ? {
  name: '${skuParts[0]}_${skuParts[1]}'
  tier: skuTiers[skuParts[0]]
  family: skuParts[1]
  capacity: int(skuParts[2])
} : {
  name: skuName
  tier: skuTiers[substring(skuName, 0, 1)]
}

var bytesPerGib = 1073741824

// ================ //
// Resources        //
// ================ //

resource server 'Microsoft.Sql/servers@2025-01-01' = {
  name: serverName
  location: location
  tags: tags
  properties: {
    version: '12.0'
    // No password exists: only Microsoft Entra identities can sign in. Azure reads this block when it makes the server;
    // to change the administrator later, use `az sql server ad-admin create`.
    // NOTE: for a managed identity sid is its client ID and not its object ID, because SQL finds an application by the
    // client ID in its token. Source: https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-server-principals-transact-sql
    administrators: {
      administratorType: 'ActiveDirectory'
      azureADOnlyAuthentication: true
      principalType: administratorPrincipalType
      login: administratorLogin
      sid: administratorSid
      tenantId: tenant().tenantId
    }
    minimalTlsVersion: '1.2'
    publicNetworkAccess: 'Disabled'
    // Octopus never asks the database to fetch or send anything.
    restrictOutboundNetworkAccess: 'Enabled'
  }
}

// All traffic through port 1433 of the private endpoint; redirection would need a range of ports open to it.
resource server_connectionPolicy 'Microsoft.Sql/servers/connectionPolicies@2025-01-01' = {
  parent: server
  name: 'default'
  properties: {
    connectionType: 'Proxy'
  }
}

resource server_privateEndpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: privateEndpointName
  location: location
  tags: tags
  properties: {
    subnet: {
      id: privateEndpointsSubnetResourceId
    }
    customNetworkInterfaceName: '${privateEndpointName}-nic'
    privateLinkServiceConnections: [
      {
        name: 'sqlServer'
        properties: {
          privateLinkServiceId: server.id
          groupIds: [
            'sqlServer'
          ]
        }
      }
    ]
  }
}

// Without the zone group the name would resolve to the public address, which is closed.
resource server_privateEndpoint_zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: server_privateEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'sqlServer'
        properties: {
          privateDnsZoneId: sqlPrivateDnsZoneResourceId
        }
      }
    ]
  }
}

// Made here and not by Octopus, which would get Azure's default size and price.
// NOTE: Azure's automatic index tuning must be off for Octopus, and no published resource type sets it: the bootstrap
// script of the first node does, with ALTER DATABASE CURRENT SET AUTOMATIC_TUNING (CREATE_INDEX = OFF, DROP_INDEX = OFF).
resource database 'Microsoft.Sql/servers/databases@2025-01-01' = {
  parent: server
  name: databaseName
  location: location
  tags: tags
  sku: sku
  properties: {
    collation: collation
    catalogCollation: 'SQL_Latin1_General_CP1_CI_AS'
    maxSizeBytes: maxSizeGib * bytesPerGib
    zoneRedundant: zoneRedundant
    licenseType: isVCore ? licenseType : null
    readScale: 'Disabled'
    requestedBackupStorageRedundancy: backupStorageRedundancy
    maintenanceConfigurationId: subscriptionResourceId('Microsoft.Maintenance/publicMaintenanceConfigurations', maintenanceConfigurationName)
    isLedgerOn: false
  }
  dependsOn: [
    server_connectionPolicy
  ]
}

resource database_encryption 'Microsoft.Sql/servers/databases/transparentDataEncryption@2025-01-01' = {
  parent: database
  name: 'current'
  properties: {
    state: 'Enabled'
  }
}

resource database_shortTermRetention 'Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies@2025-01-01' = {
  parent: database
  name: 'default'
  properties: {
    retentionDays: backupRetentionDays
    diffBackupIntervalInHours: 12
  }
  dependsOn: [
    database_encryption
  ]
}

// One after the other: Azure answers 409 when two policies of a database change at once.
resource database_longTermRetention 'Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies@2025-01-01' = {
  parent: database
  name: 'default'
  properties: {
    weeklyRetention: weeklyRetention
    monthlyRetention: monthlyRetention
    yearlyRetention: yearlyRetention
    weekOfYear: weekOfYear
  }
  dependsOn: [
    database_shortTermRetention
  ]
}

resource database_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: database
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        category: 'AutomaticTuning'
        enabled: true
      }
      {
        category: 'Blocks'
        enabled: true
      }
      {
        category: 'DatabaseWaitStatistics'
        enabled: true
      }
      {
        category: 'Deadlocks'
        enabled: true
      }
      {
        category: 'Errors'
        enabled: true
      }
      {
        category: 'QueryStoreWaitStatistics'
        enabled: true
      }
      {
        category: 'SQLInsights'
        enabled: true
      }
      {
        category: 'Timeouts'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource server_auditing 'Microsoft.Sql/servers/auditingSettings@2025-01-01' = if (!empty(workspaceResourceId)) {
  parent: server
  name: 'default'
  properties: {
    state: 'Enabled'
    isAzureMonitorTargetEnabled: true
    auditActionsAndGroups: auditActionsAndGroups
  }
  dependsOn: [
    database
  ]
}

// The audit log of the whole server leaves through its master database.
resource server_master 'Microsoft.Sql/servers/databases@2025-01-01' existing = {
  parent: server
  name: 'master'
}

resource server_auditLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: server_master
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        category: 'SQLSecurityAuditEvents'
        enabled: true
      }
    ]
  }
}

// Written when it is off, too: leaving it out would leave it as it is.
resource server_threatDetection 'Microsoft.Sql/servers/securityAlertPolicies@2025-01-01' = {
  parent: server
  name: 'Default'
  properties: {
    state: enableThreatDetection ? 'Enabled' : 'Disabled'
    disabledAlerts: []
    emailAccountAdmins: true
    emailAddresses: securityContactEmails
  }
  dependsOn: [
    server_auditing
  ]
}

// The express kind: results stay with the server, so that no storage account and no key is needed.
resource server_vulnerabilityAssessment 'Microsoft.Sql/servers/sqlVulnerabilityAssessments@2025-01-01' = {
  parent: server
  name: 'default'
  properties: {
    state: enableThreatDetection ? 'Enabled' : 'Disabled'
  }
  dependsOn: [
    server_threatDetection
  ]
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the server.')
output name string = server.name

@description('Resource ID of the server.')
output resourceId string = server.id

@description('Name of the database.')
output databaseName string = database.name

@description('Resource ID of the database.')
output databaseResourceId string = database.id

@description('Host name of the server; inside the virtual network it resolves to the private endpoint.')
output serverHostName string = server.properties.fullyQualifiedDomainName

@description('Connection string of the database. It never holds a password.')
output connectionString string = join([
  'Server=tcp:${server.properties.fullyQualifiedDomainName},1433'
  'Initial Catalog=${databaseName}'
  'Persist Security Info=False'
  'Encrypt=True'
  'TrustServerCertificate=False'
  'Connect Timeout=60'
  'ConnectRetryCount=3'
  'ConnectRetryInterval=10'
  'Authentication=Active Directory Managed Identity'
  'User ID=${nodesIdentityClientId}'
], ';')
