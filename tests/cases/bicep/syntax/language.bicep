// Everything the grammar knows, in one file that is parsed and not compiled.
targetScope = 'resourceGroup'

metadata description = 'Shows the language.'

import * as shared from 'shared.bicep'
import { firstType, secondType as renamedType } from 'types.bicep'
import {
  'not-a-name' as aName
} from '../types.json'

extension microsoftGraph
extension 'br:example.azurecr.io/extensions/x:1.0' with {
  setting: true
} as x
assert isTrue = 1 < 2

@export()
@description('An object type.')
@sealed()
type nodeType = {
  @minLength(1)
  @maxLength(15)
  name: string

  zone: 1 | 2 | 3
  'task-cap': int?
  disks: {
    lun: int
    kind: ('premium' | 'standard')?
  }[]
  *: string
}

type pairType = [
  @description('The first.')
  string
  int
]
type unionType =
  | 'a'
  | 'b'
  | null
type accessType = nodeType.disks[*].kind
type itemType = pairType[0]
type restType = nodeType.*
type schemaType = resourceInput<'Microsoft.Storage/storageAccounts@2023-05-01'>.properties?
type literalTypes = -1 | !true | 'x' | { a: 'b' } | [1, 2]
@discriminator('kind')
type taggedType = firstType | renamedType | shared.thirdType!

@description('''
Several lines,
with 'quotes'.
''')
@secure()
param password string

@allowed([
  'one'
  'two'
])
param choice string = 'one'
param nodes nodeType[] = []
param optional object?
param number int = -5

func greeting(name string, count int?) string => 'Hello ${name}, ${count ?? 1} times'
func twoLines() object =>
  {
    a: 1
  }

var plain = 'it\'s \u{1F600} \${not} a hole'
var interpolated = 'a${choice}b${toUpper('c${number}d')}e'
var multiLine = '''
  raw \n ${text}
'''
var multiLineHoles = $'''
  ${choice} and $${number}
'''
var twoDollars = $$'''${raw} $${choice}'''
var numbers = [
  1, 2
  -3
]
var single = { a: 1, 'b c': 2, '${choice}-d': [] }
var spread = {
  ...single
  e: [...numbers, 4]
}
var arithmetic = 1 + 2 * 3 - 4 / 5 % 6
var logic = !true || false && 1 < 2 && 3 >= 2 || 'a' =~ 'A' && 'a' !~ 'b' && 1 != 2 && 1 == 1
var chosen = choice == 'one' ? 1 : choice == 'two'
  ? 2
  : 3
var coalesced = optional ?? null ?? {}
var safe = optional.?a.?b[?0] ?? nodes[0]!.name
var fromEnd = nodes[^1].name
var safeFromEnd = nodes[?^2]
var grouped = (1 + 2) * (
  3
)
var names = map(nodes, node => node.name)
var sorted = sort(nodes, (a, b) => a.zone < b.zone)
var reduced = reduce(
  numbers,
  0,
  (sum, next) => sum + next
)
var indexed = [for (node, index) in nodes: '${index}-${node.name}']
var filtered = filter(nodes, node => contains(node, 'zone') && node.zone == 1)
var nested = [for i in range(0, 2): [for j in range(0, i): i + j]]
var namespaced = az.resourceGroup().location /* a comment */

#disable-next-line no-unused-existing-resources
resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: 'kv'
  scope: resourceGroup('other')
}

#disable-diagnostics no-hardcoded-location
@batchSize(2)
resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = [for (node, i) in nodes: if (node.zone == 1) {
  name: 'st${i}'
  location: 'westeurope'
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
}]
#restore-diagnostics no-hardcoded-location

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = if (length(nodes) > 0) {
  name: 'vnet'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
  }

  resource subnet 'subnets' = {
    name: 'nodes'
    resource: 'a property'
  }

  @description('Known already.')
  resource other 'subnets' existing = {
    name: 'other'
  }
}

module child 'modules/child.bicep' = [for node in nodes: {
  name: 'child-${node.name}'
  params: {
    password: vault.getSecret('password')
    subnetId: network::subnet.id
  }
}]

@description('An id.')
output id string = network::other.id
@secure()
output keys array = [for (node, i) in nodes: account[i].listKeys().keys[0].value]
output typed resource 'Microsoft.Network/virtualNetworks@2024-05-01' = network
