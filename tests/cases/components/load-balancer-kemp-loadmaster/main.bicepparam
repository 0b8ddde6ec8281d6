using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param privateIpAddress = ''
param zones = [
  '1'
  '2'
  '3'
]
param idleTimeoutInMinutes = 30
param probePort = 8444
param portalHostName = 'octopus.example.com'
param externalSubnetPrefix = '10.20.1.128/28'
param firstHostNumber = 3
param vmSize = 'Standard_D2s_v4'
param imageReference = {
  publisher: 'kemptech'
  offer: 'vlm-azure'
  sku: 'basic-byol'
  version: 'latest'
}
param diskSku = 'Premium_LRS'
param encryptionAtHost = false
param adminUsername = 'bal'
param workspaceResourceId = ''

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
