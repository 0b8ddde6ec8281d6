using 'language.bicep'
extends 'base.bicepparam'

import * as shared from 'shared.bicep'

var region = 'westeurope'

param password = az.getSecret('00000000-0000-0000-0000-000000000000', 'rg', 'kv', 'password')
param choice = readEnvironmentVariable('CHOICE', 'one')
param nodes = [for i in range(1, 3): {
  name: 'node${i}-${region}'
  zone: i
  disks: []
}]
