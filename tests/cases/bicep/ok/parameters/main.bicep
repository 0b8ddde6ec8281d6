// Every decorator of a parameter, and the order in which ARM has them.
@description('''
  Required. Prefix of all names.
    Indented once more.
''')
@minLength(3)
@maxLength(24)
param namePrefix string

@allowed([
  'Basic'
  'Standard'
])
param sku string = 'Basic'

@minValue(1)
@maxValue(8)
@description('Optional. Number of nodes.')
@metadata({ owner: 'operations', description: 'replaced' })
param nodeCount int = 2

@secure()
param password string

@secure()
param settings object = {}

@sys.description('Optional. A flag.')
param isPublic bool = false

param tags object = { stack: 'octopus', 'cost-centre': 42 }
param zones array = [ '1', '2' ]
param location string = resourceGroup().location
param now string = utcNow('u')

output all array = [namePrefix, sku, nodeCount, isPublic, tags, zones, location, now]

#disable-next-line outputs-should-not-contain-secrets
output hasPassword bool = !empty(password) && !empty(settings)
