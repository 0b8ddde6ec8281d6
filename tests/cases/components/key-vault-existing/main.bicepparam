using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'

