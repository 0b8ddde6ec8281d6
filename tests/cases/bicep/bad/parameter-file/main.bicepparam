using 'main.bicep'

param lcation = 'westeurope'
param key = readEnvironmentVariable('OCTOPUS_NOT_SET')
param later = resourceGroup().location
