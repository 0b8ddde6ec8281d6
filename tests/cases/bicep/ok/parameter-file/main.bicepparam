using 'main.bicep'

var prefix = 'oct'

param location = 'westeurope'
param name = '${prefix}-${toLower('PROD')}'
param count = max(1, 2) + 1
param tags = {
  owner: readEnvironmentVariable('OWNER', 'nobody')
  zones: [for_each, last([1, 2])]
}
param password = az.getSecret('00000000-0000-0000-0000-000000000000', 'rg', 'kv', 'password')
var for_each = prefix == 'oct' ? 'a' : 'b'
