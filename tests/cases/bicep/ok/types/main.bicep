// Types, functions and imports switch to the template language 2.0.
import { sizeType, defaults as nodeDefaults, tagged } from 'shared.bicep'
import * as shared from 'shared.bicep'

@description('A node.')
@sealed()
type nodeType = {
  @minLength(1)
  name: string
  size: sizeType
  zones: ('1' | '2' | '3')[]
  disks: { sizeInGb: int, *: string }[]?
  pair: [string, int]
  parent: nodeType?
}

@discriminator('kind')
type storageType = filesType | { kind: 'none' }

type filesType = {
  kind: 'files'
  @secure()
  key: string
}

param nodes nodeType[]
param storage storageType = { kind: 'none' }
param tier 'basic' | 'premium' | null
param name nodeType.name
param maybe string?
param level shared.levelType

var limit int = 5

func greet(who string, times int) string => '${who}:${times}'

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: 'vnet'
}

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2025-05-01' = [for node in nodes: {
  parent: network
  name: node.name
}]

module child 'child.bicep' = {
  params: {
    text: greet(name, limit)
  }
}

output greeting string = greet('a', 1)
output imported string = tagged(nodeDefaults.name)
output viaAlias string = shared.tagged('x')
output filtered array = filter(map(nodes, node => node.name), (item, i) => i > 0 && item != name)
output merged object = { ...storage, level: level }
output list array = [...nodes, 1]
output safe string = maybe ?? tier ?? 'none'
@secure()
output key string = child.outputs.text
output space object = network.properties.addressSpace
output all array = map(subnet, item => item.id)
output reduced int = reduce([1, 2], 0, (sum, next) => sum + next)
