using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param addressPrefix = '10.20.0.0/22'
param nodesSubnetPrefix = '10.20.0.0/26'
param privateEndpointsSubnetPrefix = '10.20.0.64/26'
param loadBalancerSubnetPrefix = '10.20.0.128/27'
param bastionSubnetPrefix = '10.20.1.0/26'
param dnsServers = []
param clientPrefixes = []
param pollingPrefixes = []
param pollingPort = 10943
param natGatewaySku = 'StandardV2'
param natGatewayIdleTimeoutInMinutes = 10
param workspaceResourceId = ''

