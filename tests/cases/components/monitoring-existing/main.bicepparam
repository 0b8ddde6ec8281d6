using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param workspaceResourceId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/log-central'
param alertEmails = []

