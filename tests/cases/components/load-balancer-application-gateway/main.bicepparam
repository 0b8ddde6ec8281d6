using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param applicationGatewaySubnetPrefix = '10.20.2.0/24'
param privateIpAddress = ''
param zones = [
  '1'
  '2'
  '3'
]
param portalHostName = 'octopus.example.com'
param backendRootCertificates = []
param minCapacity = 2
param maxCapacity = 10
param requestTimeoutInSeconds = 900
param drainTimeoutInSeconds = 300
param firewallMode = 'Prevention'
param uploadLimitInMb = 4000
param bodyLimitInMb = 16
param signInsPerMinute = 60
param firewallExclusions = []
param workspaceResourceId = ''

