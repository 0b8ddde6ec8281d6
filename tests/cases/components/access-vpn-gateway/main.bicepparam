using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param zones = [
  '1'
  '2'
  '3'
]
param skuName = 'VpnGw2AZ'
param clientAddressPool = '172.16.201.0/24'
param clientRoutes = []
param entraTenantId = ''
param entraAudience = ''
param workspaceResourceId = ''

