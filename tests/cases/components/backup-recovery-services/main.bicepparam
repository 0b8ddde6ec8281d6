using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param redundancy = 'ZoneRedundant'
param startTime = '00:30'
param dailyRetentionDays = 30
param weeklyRetentionWeeks = 12
param instantRestoreDays = 2
param softDeleteRetentionInDays = 14
param immutabilityState = 'Unlocked'
param shareName = 'octopus'
param workspaceResourceId = ''
param actionGroupResourceId = ''

