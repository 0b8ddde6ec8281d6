using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param skuName = 'ErGw1AZ'
param minScaleUnits = 1
param maxScaleUnits = 2
param circuitProvider = 'Equinix'
param circuitPeeringLocation = 'Amsterdam'
param circuitBandwidthInMbps = 50
param circuitTier = 'Standard'
param circuitFamily = 'MeteredData'
param circuitProvisioned = false
param routingWeight = 0
param fastPath = false
param workspaceResourceId = ''

