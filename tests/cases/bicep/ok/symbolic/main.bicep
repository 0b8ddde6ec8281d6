// References in the template language 2.0: collections, safe access, guarded conditions, tuples and parts of types.
@sealed()
type partsType = {
  pair: [string, { inner: int }]
  *: bool
}

type innerType = partsType.pair[1]
type deepType = partsType.pair[1].inner
type othersType = partsType.*
type listType = partsType[]
type itemType = listType[*]
type requiredType = itemType!
type flagType = true
type numberType = -1 | 0 | 1
type mixedType = ('a' | null)[]
type aliasType = numberType
type sysType = sys.string

@discriminator('kind')
type shapeType = circleType | otherType
type circleType = { kind: 'circle', radius: int }
@discriminator('kind')
type otherType = { kind: 'square' } | { kind: 'line' }

param count int
param inner innerType
param deep deepType
param other othersType
param item itemType
param required requiredType
param shape shapeType
param values mixedType?
param isShared bool

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = [for i in range(0, count): {
  name: 'vnet-${i}'

  location: 'westeurope'
}]

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2025-05-01' = [for i in range(0, count): {
  parent: network[i]
  name: 'nodes'
}]

resource rule 'Microsoft.Network/virtualNetworks/subnets@2025-05-01' existing = {
  parent: network[0]
  name: 'rules'
}

@onlyIfNotExists()
resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = if (isShared) {
  name: 'kv'
  tags: {
    first: network[0].name
    child: subnet[1].properties.addressPrefix
    rule: rule.properties.addressPrefix
  }

  resource key 'keys' = {
    name: 'main'
  }
}

@retryOn(['ResourceNotFound'], 3)
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: subnet[2]
  name: 'lock'
  dependsOn: [
    vault::key
    network
    subnet[0]
  ]
}

module child 'child.bicep' = [for i in range(0, count): if (isShared) {
  params: {
    index: i
    list: [for j in range(0, 2): { value: j }]
  }
}]

var names = [for (entry, i) in range(0, count): '${i}-${entry}']
var tags = vault.?tags ?? {}

output networks array = network
output first string = child[0].outputs.name
output all array = map(child, one => one.outputs.name)
output each array = [for one in range(0, 2): child[one].outputs.name]
output safe string? = vault.?properties.vaultUri
output safeChild string? = child[1].?outputs.name
output keys array = [tags, names, child[0].name, vault.id, vault.?id, inner, deep, other, item, required, values]
output chained int? = shape.?a.b[0].c
output fromEnd string = names[^1]
output uri string = vault::key.properties.keyUri
