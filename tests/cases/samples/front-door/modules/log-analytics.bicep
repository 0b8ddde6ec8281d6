metadata name = 'Log Analytics'
metadata description = 'The workspace of the stack, the data collection rule of the nodes, and the action group of the alerts.'

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

@description('Optional. Name of the workspace.')
@minLength(4)
@maxLength(63)
param workspaceName string = 'log-${namePrefix}'

@description('Optional. Name of the data collection rule.')
@minLength(3)
@maxLength(64)
param dataCollectionRuleName string = 'dcr-${namePrefix}'

@description('Optional. Name of the action group.')
@minLength(1)
@maxLength(260)
param actionGroupName string = 'ag-${namePrefix}'

@description('Optional. Days logs are kept.')
@minValue(30)
@maxValue(730)
param retentionInDays int = 90

@description('Optional. GB a day after which the workspace takes no more logs; -1 for no limit.')
@minValue(-1)
param dailyQuotaGb int = -1

@description('Optional. E-mail addresses that get the alerts. Without any, alerts show in the portal only.')
@maxLength(20)
param alertEmails array = [
  'octopus-admins@example.com'
]

// ================ //
// Variables        //
// ================ //

var workspaceDestination = 'workspace'

// ================ //
// Resources        //
// ================ //

// Agents sign in with their managed identity, so the keys of the workspace are off. Logs come in through Azure
// Monitor's public address: private link would need a scope of its own that decides for the whole virtual network.
resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionInDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
    workspaceCapping: {
      dailyQuotaGb: dailyQuotaGb
    }
    publicNetworkAccessForIngestion: 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
  }
}

// Who asked the workspace what.
resource workspace_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: workspace
  name: 'log-analytics'
  properties: {
    workspaceId: workspace.id
    logs: [
      {
        category: 'Audit'
        enabled: true
      }
    ]
  }
}

// Levels 1 to 3 are critical, error and warning. Octopus Server and the service manager report to these logs when the
// service cannot start or stops; the detail stays in the Octopus logs on the node.
resource dataCollectionRule 'Microsoft.Insights/dataCollectionRules@2024-03-11' = {
  name: dataCollectionRuleName
  location: location
  tags: tags
  kind: 'Windows'
  properties: {
    description: 'Performance counters and event logs of the Octopus nodes.'
    dataSources: {
      performanceCounters: [
        {
          name: 'performance'
          streams: [
            'Microsoft-Perf'
          ]
          samplingFrequencyInSeconds: 60
          counterSpecifiers: [
            '\\Processor Information(_Total)\\% Processor Time'
            '\\System\\Processor Queue Length'
            '\\Memory\\Available Bytes'
            '\\Memory\\% Committed Bytes In Use'
            '\\LogicalDisk(*)\\% Free Space'
            '\\LogicalDisk(*)\\Free Megabytes'
            '\\LogicalDisk(*)\\Avg. Disk sec/Transfer'
            '\\LogicalDisk(*)\\Current Disk Queue Length'
            '\\Network Interface(*)\\Bytes Total/sec'
            '\\Process(Octopus.Server)\\% Processor Time'
            '\\Process(Octopus.Server)\\Working Set'
            '\\Process(Octopus.Server)\\Handle Count'
          ]
        }
      ]
      windowsEventLogs: [
        {
          name: 'events'
          streams: [
            'Microsoft-Event'
          ]
          xPathQueries: [
            'Application!*[System[(Level=1 or Level=2 or Level=3)]]'
            'System!*[System[(Level=1 or Level=2 or Level=3)]]'
            'Microsoft-Windows-SmbClient/Connectivity!*[System[(Level=1 or Level=2 or Level=3)]]'
          ]
        }
      ]
    }
    destinations: {
      logAnalytics: [
        {
          name: workspaceDestination
          workspaceResourceId: workspace.id
        }
      ]
    }
    dataFlows: [
      {
        streams: [
          'Microsoft-Perf'
          'Microsoft-Event'
        ]
        destinations: [
          workspaceDestination
        ]
      }
    ]
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: take(namePrefix, 12)
    emailReceivers: [for (email, index) in alertEmails: {
      name: 'email-${index + 1}'
      emailAddress: email
      useCommonAlertSchema: true
    }]
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the workspace.')
output name string = workspace.name

@description('Resource ID of the workspace.')
output resourceId string = workspace.id

@description('Resource ID of the workspace, by the name that the other modules know it by.')
output workspaceResourceId string = workspace.id

@description('Resource ID of the data collection rule.')
output dataCollectionRuleResourceId string = dataCollectionRule.id

@description('Resource ID of the action group.')
output actionGroupResourceId string = actionGroup.id
