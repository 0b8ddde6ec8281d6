using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param shareName = 'octopus'
param shareQuotaGib = 256
param cpuPercent = 85
param databasePercent = 85
param sharePercent = 80
param minimumFreeMemoryMib = 1024
param minimumFreeDiskPercent = 10
param serviceHealthRegions = []

