// Written by someone who knows ARM templates.
param "location" string = "westeurope"
param size string {
  default: 'small'
  allowed: ['small', 'large']
}
var tags = {
  "owner": "me",
  cost-centre: '42'
  count: +1;
}
var names = [
  'a',
  'b'
]
resource network Microsoft.Network/virtualNetworks@2024-05-01 = {
  name: concat('a' 'b')
}
output id = network.id
