using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param databaseName = 'Octopus'
param skuName = 'GP_Gen5_4'
param maxSizeGib = 64
param zoneRedundant = true
param licenseType = 'LicenseIncluded'
param collation = 'SQL_Latin1_General_CP1_CI_AS'
param maintenanceConfigurationName = 'SQL_Default'
param backupRetentionDays = 14
param backupStorageRedundancy = 'Zone'
param weeklyRetention = 'P4W'
param monthlyRetention = 'P12M'
param yearlyRetention = 'PT0S'
param weekOfYear = 1
param enableThreatDetection = true
param securityContactEmails = [
  'octopus-admins@example.com'
]
param auditActionsAndGroups = [
  'SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP'
  'FAILED_DATABASE_AUTHENTICATION_GROUP'
  'DATABASE_PRINCIPAL_CHANGE_GROUP'
  'DATABASE_ROLE_MEMBER_CHANGE_GROUP'
  'DATABASE_PERMISSION_CHANGE_GROUP'
]
param workspaceResourceId = ''
param administratorPrincipalType = 'Application'

