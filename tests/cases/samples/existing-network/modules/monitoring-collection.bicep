metadata name = 'Data collection rule'
metadata description = 'What the agents of the machines send to a workspace that exists already. Deployed into the resource group of the stack, in the region of the workspace.'

// ================ //
// Parameters       //
// ================ //

@description('Required. Region of the workspace; the rule has to be there.')
param location string

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. Name of the data collection rule.')
@minLength(3)
@maxLength(64)
param dataCollectionRuleName string = 'dcr-octopus'

@description('Required. Resource ID of the workspace.')
param workspaceResourceId string

// ================ //
// Variables        //
// ================ //

var workspaceDestination = 'workspace'

// ================ //
// Resources        //
// ================ //

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
          workspaceResourceId: workspaceResourceId
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

// ================ //
// Outputs          //
// ================ //

@description('Name of the data collection rule.')
output name string = dataCollectionRule.name

@description('Resource ID of the data collection rule.')
output resourceId string = dataCollectionRule.id
