extension kubernetes

module vault 'br/public:avm/res/key-vault/vault:0.13.0' = {
  name: 'vault'
}

import { sizeType } from 'main.json'

assert isSmall = size == 'small'

param size sizeType
param files array = loadJsonContent('data.json', '$..name')
param input resource 'Microsoft.Network/virtualNetworks@2025-05-01'

output all array = [size, files, input]
