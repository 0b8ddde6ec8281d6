import { sizeType, hidden, missing } from 'types.bicep'

module network 'modules/network.bicep' = {
  name: 'network'
  params: {
    prefx: 'octopus'
    count: 'two'
  }
}

module gone 'modules/gone.bicep' = {
  name: 'gone'
}

module outside '../elsewhere.bicep' = {
  name: 'outside'
}

module self 'main.bicep' = {
  name: 'self'
  parameters: {}
}

module put 'modules/${network.name}.bicep' = {
  name: 'put'
}

param size sizeType
output id string = network.outputs.idd
output sizes array = [size, hidden, missing, outside.name, gone.name, self.name, put.name]
