metadata name = 'Recovery Services vault'
metadata description = 'Daily backups of the nodes and of the share. The database has backups of its own, in the database module.'

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

@description('Optional. Name of the vault.')
@minLength(2)
@maxLength(50)
param vaultName string = 'rsv-${namePrefix}'

@description('Optional. Where recovery points are kept. It cannot be changed once something is protected.')
@allowed([
  'LocallyRedundant'
  'ZoneRedundant'
  'GeoRedundant'
])
param redundancy string = 'ZoneRedundant'

@description('Optional. When the backup starts, as HH:mm in UTC, on the half hour.')
@minLength(5)
@maxLength(5)
param startTime string = '00:30'

@description('Optional. Days that daily recovery points are kept.')
@minValue(7)
@maxValue(200)
param dailyRetentionDays int = 30

@description('Optional. Weeks that weekly recovery points are kept.')
@minValue(1)
@maxValue(200)
param weeklyRetentionWeeks int = 12

@description('Optional. Days a recovery point in the snapshot tier is at hand for a quick restore.')
@minValue(1)
@maxValue(30)
param instantRestoreDays int = 2

@description('Optional. Days that deleted backups can be brought back.')
@minValue(14)
@maxValue(180)
param softDeleteRetentionInDays int = 14

@description('Optional. Unlocked protects recovery points before their time and can be switched off again; Locked is for ever.')
@allowed([
  'Disabled'
  'Unlocked'
  'Locked'
])
param immutabilityState string = 'Unlocked'

@description('Required. Names of the nodes, in the same resource group.')
@minLength(1)
param nodeNames array

@description('Required. Resource ID of the storage account with the share.')
param storageAccountResourceId string

@description('Optional. Name of the share.')
@minLength(3)
@maxLength(63)
param shareName string = 'octopus'

@description('Optional. Log Analytics workspace for backup reports; empty for none.')
param workspaceResourceId string = ''

@description('Optional. Action group that hears of backups that did not succeed; empty for none.')
param actionGroupResourceId string = ''

// ================ //
// Variables        //
// ================ //

// Only the time counts; the date is there because the type is a moment.
var runTimes = [
  '2026-01-01T${startTime}:00Z'
]

var retentionPolicy = {
  retentionPolicyType: 'LongTermRetentionPolicy'
  dailySchedule: {
    retentionTimes: runTimes
    retentionDuration: {
      count: dailyRetentionDays
      durationType: 'Days'
    }
  }
  weeklySchedule: {
    daysOfTheWeek: [
      'Sunday'
    ]
    retentionTimes: runTimes
    retentionDuration: {
      count: weeklyRetentionWeeks
      durationType: 'Weeks'
    }
  }
}

var storageAccountName = last(split(storageAccountResourceId, '/'))
var storageAccountResourceGroup = split(storageAccountResourceId, '/')[4]

// ================ //
// Resources        //
// ================ //

// AlwaysON cannot be taken back: whoever takes over an administrator's account cannot destroy the backups, and a
// resource group with this vault can be deleted only when the last soft-deleted item is gone.
resource vault 'Microsoft.RecoveryServices/vaults@2025-08-01' = {
  name: vaultName
  location: location
  tags: tags
  sku: {
    name: 'RS0'
    tier: 'Standard'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    // Backups of virtual machines and file shares travel on Azure's own network and use no endpoint of the vault.
    publicNetworkAccess: 'Disabled'
    redundancySettings: {
      standardTierStorageRedundancy: redundancy
      crossRegionRestore: 'Disabled'
    }
    securitySettings: {
      immutabilitySettings: {
        state: immutabilityState
      }
      softDeleteSettings: {
        softDeleteState: 'AlwaysON'
        softDeleteRetentionPeriodInDays: softDeleteRetentionInDays
        enhancedSecurityState: 'AlwaysON'
      }
    }
    monitoringSettings: {
      azureMonitorAlertSettings: {
        alertsForAllJobFailures: 'Enabled'
      }
      classicAlertSettings: {
        alertsForCriticalOperations: 'Disabled'
      }
    }
  }
}

resource vault_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: vault
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        category: 'AddonAzureBackupJobs'
        enabled: true
      }
      {
        category: 'AddonAzureBackupPolicy'
        enabled: true
      }
      {
        category: 'AddonAzureBackupProtectedInstance'
        enabled: true
      }
      {
        category: 'AddonAzureBackupStorage'
        enabled: true
      }
      {
        category: 'AzureBackupOperations'
        enabled: true
      }
      {
        category: 'CoreAzureBackup'
        enabled: true
      }
    ]
  }
}

// The vault's own alerts show in the portal and call nobody; this one calls the action group of the stack.
resource vault_backupHealth 'Microsoft.Insights/metricAlerts@2018-03-01' = if (!empty(actionGroupResourceId)) {
  name: 'alert-${namePrefix}-backup'
  location: 'global'
  tags: tags
  properties: {
    description: 'A backup of a node or of the share did not succeed.'
    severity: 1
    enabled: true
    scopes: [
      vault.id
    ]
    evaluationFrequency: 'PT1H'
    windowSize: 'P1D'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'backup'
          metricNamespace: 'Microsoft.RecoveryServices/vaults'
          metricName: 'BackupHealthEvent'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Count'
          dimensions: [
            {
              name: 'healthStatus'
              operator: 'Exclude'
              values: [
                'Healthy'
              ]
            }
            {
              name: 'backupInstanceName'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroupResourceId
      }
    ]
  }
}

// Trusted launch needs the enhanced policy, V2.
resource virtualMachinePolicy 'Microsoft.RecoveryServices/vaults/backupPolicies@2025-08-01' = {
  parent: vault
  name: 'policy-${namePrefix}-nodes'
  properties: {
    backupManagementType: 'AzureIaasVM'
    policyType: 'V2'
    schedulePolicy: {
      schedulePolicyType: 'SimpleSchedulePolicyV2'
      scheduleRunFrequency: 'Daily'
      dailySchedule: {
        scheduleRunTimes: runTimes
      }
    }
    retentionPolicy: retentionPolicy
    instantRpRetentionRangeInDays: instantRestoreDays
    timeZone: 'UTC'
  }
}

resource virtualMachines 'Microsoft.Compute/virtualMachines@2025-04-01' existing = [for nodeName in nodeNames: {
  name: nodeName
}]

// The long names are how the service itself names containers and items.
resource protectedVirtualMachines 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems@2025-08-01' = [for (nodeName, index) in nodeNames: {
  name: '${vault.name}/Azure/iaasvmcontainer;iaasvmcontainerv2;${resourceGroup().name};${nodeName}/vm;iaasvmcontainerv2;${resourceGroup().name};${nodeName}'
  location: location
  properties: {
    protectedItemType: 'Microsoft.Compute/virtualMachines'
    policyId: virtualMachinePolicy.id
    sourceResourceId: virtualMachines[index].id
  }
}]

resource fileSharePolicy 'Microsoft.RecoveryServices/vaults/backupPolicies@2025-08-01' = {
  parent: vault
  name: 'policy-${namePrefix}-share'
  properties: {
    backupManagementType: 'AzureStorage'
    workLoadType: 'AzureFileShare'
    schedulePolicy: {
      schedulePolicyType: 'SimpleSchedulePolicy'
      scheduleRunFrequency: 'Daily'
      scheduleRunTimes: runTimes
    }
    retentionPolicy: retentionPolicy
    timeZone: 'UTC'
  }
  // The service changes one policy of a vault at a time.
  dependsOn: [
    virtualMachinePolicy
  ]
}

// Puts a lock on the storage account, so that nobody deletes what is protected.
resource storageContainer 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers@2025-08-01' = {
  name: '${vault.name}/Azure/storagecontainer;Storage;${storageAccountResourceGroup};${storageAccountName}'
  properties: {
    backupManagementType: 'AzureStorage'
    containerType: 'StorageContainer'
    sourceResourceId: storageAccountResourceId
    acquireStorageAccountLock: 'Acquire'
  }
}

resource protectedFileShare 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems@2025-08-01' = {
  parent: storageContainer
  name: 'AzureFileShare;${shareName}'
  location: location
  properties: {
    protectedItemType: 'AzureFileShareProtectedItem'
    policyId: fileSharePolicy.id
    sourceResourceId: storageAccountResourceId
    // Lets the service find the share in the same step. The published schema leaves it out; the service wants it.
    isInlineInquiry: true
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the vault.')
output name string = vault.name

@description('Resource ID of the vault.')
output resourceId string = vault.id

@description('Resource ID of the backup policy of the nodes.')
output virtualMachinePolicyResourceId string = virtualMachinePolicy.id

@description('Resource ID of the backup policy of the share.')
output fileSharePolicyResourceId string = fileSharePolicy.id
