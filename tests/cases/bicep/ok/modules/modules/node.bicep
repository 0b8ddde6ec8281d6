param name string
@secure()
param password string
param subnetId string
param size string = 'small'

var motd = loadTextContent('../motd.txt')

resource card 'Microsoft.Network/networkInterfaces@2025-05-01' = {
  name: 'nic-${name}'
  tags: {
    size: size
    motd: motd
    hasPassword: string(!empty(password))
    image: loadFileAsBase64('../motd.txt')
    settings: loadJsonContent('../settings.json', '$.nodes[0].name')
    all: string(loadYamlContent('../settings.yaml'))
  }
  properties: {
    ipConfigurations: [
      { name: 'ip', properties: { subnet: { id: subnetId } } }
    ]
  }
}

output id string = card.id
