using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param privateIpAddress = ''
param zones = [
  '1'
  '2'
  '3'
]
param firstPollingPort = 10943
param pollingPort = 10943
param idleTimeoutInMinutes = 30
param workspaceResourceId = ''

