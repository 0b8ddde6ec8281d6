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
param probePort = 9080
param portalHostName = 'octopus.example.com'
param managementSubnetPrefix = '10.20.1.112/28'
param externalSubnetPrefix = '10.20.1.128/28'
param firstHostNumber = 3
param vmSize = 'Standard_D8s_v4'
param imageReference = {
  publisher: 'f5-networks'
  offer: 'f5-big-ip-good'
  sku: 'f5-bigip-virtual-edition-200m-good-hourly'
  version: 'latest'
}
param diskSku = 'Premium_LRS'
param encryptionAtHost = false
param adminUsername = 'bigipadmin'
param sshPublicKey = ''
param workspaceResourceId = ''

param adminPassword = readEnvironmentVariable('OCTOHA_ADMIN_PASSWORD')
