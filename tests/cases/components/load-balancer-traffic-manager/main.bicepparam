using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param dnsLabel = ''
param zones = [
  '1'
  '2'
  '3'
]
param firstPollingPort = 10943
param pollingPort = 10943
param idleTimeoutInMinutes = 30
param profileDnsName = ''
param routingMethod = 'Priority'
param ttlInSeconds = 60
param probeIntervalInSeconds = 30
param probeTimeoutInSeconds = 10
param toleratedFailures = 3
param trafficView = 'Disabled'
param ownEndpoint = {
  alwaysServe: 'Disabled'
  endpointStatus: 'Enabled'
  priority: 1
}
param endpoints = []
param portalHostName = 'octopus.example.com'
param workspaceResourceId = ''

