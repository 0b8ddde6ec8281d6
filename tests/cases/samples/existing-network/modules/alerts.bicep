metadata name = 'Alerts'
metadata description = 'What wakes somebody up: a node down, the database or the share running full, a vault out of reach, Azure in trouble.'

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

@description('Required. Action group that every alert calls.')
param actionGroupResourceId string

@description('Required. Log Analytics workspace that the agents of the nodes write to.')
param workspaceResourceId string

@description('Optional. Region of the workspace, where the alerts on its logs are made.')
param workspaceLocation string = location

@description('Required. Resource IDs of the nodes and of the other machines.')
@minLength(1)
param virtualMachineResourceIds array

@description('Required. Resource ID of the load balancer.')
param loadBalancerResourceId string

@description('Required. Resource ID of the database.')
param databaseResourceId string

@description('Required. Resource ID of the storage account.')
param storageAccountResourceId string

@description('Required. Resource ID of the vault.')
param keyVaultResourceId string

@description('Optional. Name of the share.')
@minLength(3)
@maxLength(63)
param shareName string = 'octopus'

@description('Optional. Provisioned size of the share in GiB.')
@minValue(32)
@maxValue(102400)
param shareQuotaGib int = 256

@description('Optional. CPU of a node, in percent, above which an alert fires.')
@minValue(1)
@maxValue(100)
param cpuPercent int = 85

@description('Optional. Load or size of the database, in percent, above which an alert fires.')
@minValue(1)
@maxValue(100)
param databasePercent int = 85

@description('Optional. Used part of the share, in percent, above which an alert fires.')
@minValue(1)
@maxValue(100)
param sharePercent int = 80

@description('Optional. Free memory of a node, in MiB, below which an alert fires.')
@minValue(128)
param minimumFreeMemoryMib int = 1024

@description('Optional. Free space of a disk of a node, in percent, below which an alert fires.')
@minValue(1)
@maxValue(99)
param minimumFreeDiskPercent int = 10

@description('Optional. Regions whose service health events matter, by display name such as West Europe; empty for all.')
param serviceHealthRegions array = []

// ================ //
// Variables        //
// ================ //

var metricActions = [
  {
    actionGroupId: actionGroupResourceId
  }
]

// Other machines report to the same workspace; the alerts look at those of the stack.
var watchedMachines = '"${join(virtualMachineResourceIds, '", "')}"'

var bytesPerMib = 1048576
var bytesPerGib = 1073741824

// Each of these holds the database up when it is exhausted; all exist in vCore and in DTU tiers.
var databaseMetrics = [
  {
    key: 'cpu'
    metric: 'cpu_percent'
    aggregation: 'Average'
    severity: 2
    description: 'The database is short of CPU.'
  }
  {
    key: 'data-io'
    metric: 'physical_data_read_percent'
    aggregation: 'Average'
    severity: 2
    description: 'The database is short of data throughput.'
  }
  {
    key: 'log-io'
    metric: 'log_write_percent'
    aggregation: 'Average'
    severity: 2
    description: 'The database is short of log throughput.'
  }
  {
    key: 'workers'
    metric: 'workers_percent'
    aggregation: 'Maximum'
    severity: 2
    description: 'The database is short of workers; soon it refuses requests.'
  }
  {
    key: 'storage'
    metric: 'storage_percent'
    aggregation: 'Maximum'
    severity: 1
    description: 'The database runs full; a full one takes no deployment any more.'
  }
]

// Only the services this stack consists of.
var serviceHealthConditions = concat([
  {
    field: 'category'
    equals: 'ServiceHealth'
  }
  {
    field: 'properties.impactedServices[*].ServiceName'
    containsAny: [
      'Azure Private Link'
      'Key Vault'
      'Load Balancer'
      'SQL Database'
      'Storage'
      'Virtual Machines'
      'Virtual Network'
    ]
  }
], empty(serviceHealthRegions) ? [] : [
  {
    field: 'properties.impactedServices[*].ImpactedRegions[*].RegionName'
    containsAny: serviceHealthRegions
  }
])

// ================ //
// Resources        //
// ================ //

resource nodeAvailability 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-node-down'
  location: 'global'
  tags: tags
  properties: {
    description: 'A node does not run.'
    severity: 1
    enabled: true
    scopes: virtualMachineResourceIds
    targetResourceType: 'Microsoft.Compute/virtualMachines'
    targetResourceRegion: location
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'node-down'
          metricNamespace: 'Microsoft.Compute/virtualMachines'
          metricName: 'VmAvailabilityMetric'
          operator: 'LessThan'
          threshold: 1
          timeAggregation: 'Average'
        }
      ]
    }
    actions: metricActions
  }
}

resource nodeCpu 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-node-cpu'
  location: 'global'
  tags: tags
  properties: {
    description: 'A node is short of CPU; lower its task cap, or add a node.'
    severity: 2
    enabled: true
    scopes: virtualMachineResourceIds
    targetResourceType: 'Microsoft.Compute/virtualMachines'
    targetResourceRegion: location
    evaluationFrequency: 'PT1M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'node-cpu'
          metricNamespace: 'Microsoft.Compute/virtualMachines'
          metricName: 'Percentage CPU'
          operator: 'GreaterThan'
          threshold: cpuPercent
          timeAggregation: 'Average'
        }
      ]
    }
    actions: metricActions
  }
}

resource nodeMemory 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-node-memory'
  location: 'global'
  tags: tags
  properties: {
    description: 'A node is short of memory; lower its task cap, or take a larger size.'
    severity: 2
    enabled: true
    scopes: virtualMachineResourceIds
    targetResourceType: 'Microsoft.Compute/virtualMachines'
    targetResourceRegion: location
    evaluationFrequency: 'PT1M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'node-memory'
          metricNamespace: 'Microsoft.Compute/virtualMachines'
          metricName: 'Available Memory Bytes'
          operator: 'LessThan'
          threshold: minimumFreeMemoryMib * bytesPerMib
          timeAggregation: 'Average'
        }
      ]
    }
    actions: metricActions
  }
}

// Looks two days back: a node that has been silent for longer than the window must not drop out of the result.
resource nodeHeartbeat 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${namePrefix}-node-silent'
  location: workspaceLocation
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'A node is silent'
    description: 'The agent of a node has not reported for 10 minutes: the node hangs, or it cannot reach Azure.'
    severity: 1
    enabled: true
    scopes: [
      workspaceResourceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT10M'
    overrideQueryTimeRange: 'P2D'
    autoMitigate: true
    // The tables come into being with the first record of the first agent.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: format('Heartbeat | where _ResourceId in~ ({0}) | summarize LastSeen = max(TimeGenerated) by Computer | where LastSeen < ago(10m)', watchedMachines)
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'Computer'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroupResourceId
      ]
    }
  }
}

resource nodeDisk 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${namePrefix}-node-disk'
  location: workspaceLocation
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'A disk of a node runs full'
    description: 'A disk of a node runs full; Octopus keeps packages and working folders there.'
    severity: 2
    enabled: true
    scopes: [
      workspaceResourceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    // The tables come into being with the first record of the first agent.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: format('Perf | where _ResourceId in~ ({0}) | where ObjectName == "LogicalDisk" and CounterName == "% Free Space" and InstanceName matches regex "^[A-Z]:$"', watchedMachines)
          metricMeasureColumn: 'CounterValue'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: minimumFreeDiskPercent
          dimensions: [
            {
              name: 'Computer'
              operator: 'Include'
              values: [
                '*'
              ]
            }
            {
              name: 'InstanceName'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroupResourceId
      ]
    }
  }
}

resource nodeRenewal 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${namePrefix}-node-renewal'
  location: workspaceLocation
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'A node cannot renew what it lives on'
    description: 'The certificate of the portal ends within 30 days, or a node could not renew its certificate or its way to the share; see C:\\ProgramData\\OctopusNode on the node.'
    severity: 2
    enabled: true
    scopes: [
      workspaceResourceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'P1D'
    autoMitigate: true
    // The tables come into being with the first record of the first agent.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: format('Event | where _ResourceId in~ ({0}) | where Source == "OctopusNode"', watchedMachines)
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'Computer'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroupResourceId
      ]
    }
  }
}

// A node that runs but does not answer the probe gets no requests any more; 80 allows for one lost probe.
resource loadBalancerProbe 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-portal-probe'
  location: 'global'
  tags: tags
  properties: {
    description: 'A node does not answer the health probe of the load balancer.'
    severity: 2
    enabled: true
    scopes: [
      loadBalancerResourceId
    ]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'portal-probe'
          metricNamespace: 'Microsoft.Network/loadBalancers'
          metricName: 'DipAvailability'
          operator: 'LessThan'
          threshold: 80
          timeAggregation: 'Average'
          dimensions: [
            {
              name: 'BackendIPAddress'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
        }
      ]
    }
    actions: metricActions
  }
}

resource loadBalancerDataPath 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-portal-path'
  location: 'global'
  tags: tags
  properties: {
    description: 'The load balancer has no way to the nodes: the portal is down.'
    severity: 0
    enabled: true
    scopes: [
      loadBalancerResourceId
    ]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'portal-path'
          metricNamespace: 'Microsoft.Network/loadBalancers'
          metricName: 'VipAvailability'
          operator: 'LessThan'
          threshold: 90
          timeAggregation: 'Average'
        }
      ]
    }
    actions: metricActions
  }
}

resource databaseLoad 'Microsoft.Insights/metricAlerts@2018-03-01' = [for item in databaseMetrics: {
  name: 'alert-${namePrefix}-database-${item.key}'
  location: 'global'
  tags: tags
  properties: {
    description: item.description
    severity: item.severity
    enabled: true
    scopes: [
      databaseResourceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: item.key
          metricNamespace: 'Microsoft.Sql/servers/databases'
          metricName: item.metric
          operator: 'GreaterThan'
          threshold: databasePercent
          timeAggregation: item.aggregation
        }
      ]
    }
    actions: metricActions
  }
}]

resource databaseConnections 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-database-connections'
  location: 'global'
  tags: tags
  properties: {
    description: 'The database refuses connections because of a fault of its own.'
    severity: 1
    enabled: true
    scopes: [
      databaseResourceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'database-connections'
          metricNamespace: 'Microsoft.Sql/servers/databases'
          metricName: 'connection_failed'
          operator: 'GreaterThan'
          threshold: 5
          timeAggregation: 'Total'
        }
      ]
    }
    actions: metricActions
  }
}

// Azure measures the size of a share once an hour.
resource shareCapacity 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-share-full'
  location: 'global'
  tags: tags
  properties: {
    description: 'The share runs full; raise its quota.'
    severity: 1
    enabled: true
    scopes: [
      '${storageAccountResourceId}/fileServices/default'
    ]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT6H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'share-full'
          metricNamespace: 'Microsoft.Storage/storageAccounts/fileServices'
          metricName: 'FileCapacity'
          operator: 'GreaterThan'
          threshold: shareQuotaGib * bytesPerGib / 100 * sharePercent
          timeAggregation: 'Average'
          dimensions: [
            {
              name: 'FileShare'
              operator: 'Include'
              values: [
                shareName
              ]
            }
          ]
        }
      ]
    }
    actions: metricActions
  }
}

resource shareThrottling 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-share-throttled'
  location: 'global'
  tags: tags
  properties: {
    description: 'The share is slowed down because its provisioned performance is used up; a larger quota brings more.'
    severity: 3
    enabled: true
    scopes: [
      '${storageAccountResourceId}/fileServices/default'
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'share-throttled'
          metricNamespace: 'Microsoft.Storage/storageAccounts/fileServices'
          metricName: 'Transactions'
          operator: 'GreaterThan'
          threshold: 100
          timeAggregation: 'Total'
          dimensions: [
            {
              name: 'ResponseType'
              operator: 'Include'
              values: [
                'SuccessWithShareEgressThrottling'
                'SuccessWithShareIngressThrottling'
                'SuccessWithShareIopsThrottling'
                'SuccessWithThrottling'
              ]
            }
          ]
        }
      ]
    }
    actions: metricActions
  }
}

resource shareAvailability 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-share-availability'
  location: 'global'
  tags: tags
  properties: {
    description: 'The share fails requests; tasks of every node fail with it.'
    severity: 1
    enabled: true
    scopes: [
      '${storageAccountResourceId}/fileServices/default'
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'share-availability'
          metricNamespace: 'Microsoft.Storage/storageAccounts/fileServices'
          metricName: 'Availability'
          operator: 'LessThan'
          threshold: 99
          timeAggregation: 'Average'
        }
      ]
    }
    actions: metricActions
  }
}

resource keyVaultAvailability 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${namePrefix}-vault-availability'
  location: 'global'
  tags: tags
  properties: {
    description: 'The vault fails requests; a node that starts now gets no secrets.'
    severity: 2
    enabled: true
    scopes: [
      keyVaultResourceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'vault-availability'
          metricNamespace: 'Microsoft.KeyVault/vaults'
          metricName: 'Availability'
          operator: 'LessThan'
          threshold: 90
          timeAggregation: 'Average'
        }
      ]
    }
    actions: metricActions
  }
}

resource resourceHealth 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: 'alert-${namePrefix}-resource-health'
  location: 'global'
  tags: tags
  properties: {
    description: 'Azure reports a resource of this stack as degraded or unavailable.'
    enabled: true
    scopes: [
      resourceGroup().id
    ]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'ResourceHealth'
        }
        {
          anyOf: [
            {
              field: 'properties.currentHealthStatus'
              equals: 'Degraded'
            }
            {
              field: 'properties.currentHealthStatus'
              equals: 'Unavailable'
            }
          ]
        }
        {
          anyOf: [
            {
              field: 'properties.cause'
              equals: 'PlatformInitiated'
            }
            {
              field: 'properties.cause'
              equals: 'Unknown'
            }
          ]
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroupResourceId
        }
      ]
    }
  }
}

// Service health belongs to the subscription; Azure takes no smaller scope.
resource serviceHealth 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: 'alert-${namePrefix}-service-health'
  location: 'global'
  tags: tags
  properties: {
    description: 'Azure announces an incident, maintenance or a retirement of a service that this stack needs.'
    enabled: true
    scopes: [
      subscription().id
    ]
    condition: {
      allOf: serviceHealthConditions
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroupResourceId
        }
      ]
    }
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the alert on nodes that are down.')
output name string = nodeAvailability.name

@description('Resource ID of the alert on nodes that are down.')
output resourceId string = nodeAvailability.id
