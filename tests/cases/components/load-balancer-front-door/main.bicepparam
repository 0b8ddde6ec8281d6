using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param privateIpAddress = ''
param zones = [
  '1'
  '2'
  '3'
]
param privateLinkSubnetPrefix = '10.20.0.240/28'
param natAddressCount = 2
param privateLinkLocations = [
  'westeurope'
]
param firstPollingPort = 10943
param pollingPort = 10943
param idleTimeoutInMinutes = 30
param portalHostName = 'octopus.example.com'
param originHostName = ''
param responseTimeoutInSeconds = 240
param probeIntervalInSeconds = 60
param firewallMode = 'Prevention'
param firewallClientPrefixes = [
  '203.0.113.0/26'
]
param signInsPerMinute = 60
param firewallExclusions = []
param workspaceResourceId = ''

