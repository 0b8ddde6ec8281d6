using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param zones = [
  '1'
  '2'
  '3'
]
param enableKerberos = false
param scaleUnits = 2
param enableNativeClient = true
param workspaceResourceId = ''

