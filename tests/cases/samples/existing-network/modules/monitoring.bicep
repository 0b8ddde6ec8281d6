metadata name = 'Existing Log Analytics workspace'
metadata description = 'The way to a workspace that exists already: the data collection rule of the machines and the action group of the alerts. Nothing of the workspace is changed.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. Start of every resource name.')
@minLength(2)
@maxLength(12)
param namePrefix string = 'octopus'

@description('Optional. Resource ID of the workspace, in any resource group or subscription.')
param workspaceResourceId string = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/log-central'

@description('Optional. Name of the data collection rule.')
@minLength(3)
@maxLength(64)
param dataCollectionRuleName string = 'dcr-${namePrefix}'

@description('Optional. Name of the action group.')
@minLength(1)
@maxLength(260)
param actionGroupName string = 'ag-${namePrefix}'

@description('Optional. E-mail addresses that get the alerts. Without any, alerts show in the portal only.')
@maxLength(20)
param alertEmails array = [
  'octopus-admins@example.com'
]

// ================ //
// Variables        //
// ================ //

var workspaceIdParts = split(workspaceResourceId, '/')

// ================ //
// Resources        //
// ================ //

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceIdParts[8]
  scope: resourceGroup(workspaceIdParts[2], workspaceIdParts[4])
}

// Azure wants the rule in the region of the workspace, wherever the machines are; it stays in this resource group.
module dataCollection 'monitoring-collection.bicep' = {
  name: '${namePrefix}-data-collection'
  params: {
    location: workspace.location
    tags: tags
    dataCollectionRuleName: dataCollectionRuleName
    workspaceResourceId: workspaceResourceId
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
output resourceId string = workspaceResourceId

@description('Resource ID of the workspace, by the name that the other modules know it by.')
output workspaceResourceId string = workspaceResourceId

@description('Region of the workspace, where the alerts on its logs have to be.')
output workspaceLocation string = workspace.location

@description('Resource ID of the data collection rule.')
output dataCollectionRuleResourceId string = dataCollection.outputs.resourceId

@description('Resource ID of the action group.')
output actionGroupResourceId string = actionGroup.id
