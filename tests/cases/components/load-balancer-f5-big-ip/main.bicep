metadata name = 'F5 BIG-IP'
metadata description = 'Active and standby BIG-IP in two zones, closed management, and a Standard load balancer that follows the active one.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Location of all resources.')
param location string = resourceGroup().location

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. Start of every resource name.')
@minLength(2)
@maxLength(12)
param namePrefix string = 'octopus'

@description('Optional. Name of the load balancer in front of the pair.')
@minLength(1)
@maxLength(80)
param loadBalancerName string = 'lbi-${namePrefix}'

@description('Required. Subnet of the front end.')
param loadBalancerSubnetResourceId string

@description('Optional. Fixed private address of the front end; empty lets Azure choose.')
param privateIpAddress string = ''

@description('Optional. Availability zones of the front end; empty in a region without zones.')
param zones array = [
  '1'
  '2'
  '3'
]

@description('Optional. Minutes a connection may be idle; uploads and long polls need time.')
@minValue(4)
@maxValue(100)
param idleTimeoutInMinutes int = 30

@description('Optional. Port on which the active appliance answers the health probe.')
@minValue(1)
@maxValue(65535)
param probePort int = 9080

@description('Optional. DNS name of the portal; it becomes a private zone of its own.')
param portalHostName string = 'octopus.example.com'

@description('Required. Virtual network that finds the portal by its name.')
param virtualNetworkResourceId string

@description('Required. Subnet of the management interfaces.')
param managementSubnetResourceId string

@description('Optional. Range of the subnet of the management interfaces.')
param managementSubnetPrefix string = '10.20.1.112/28'

@description('Required. Subnet of the interfaces towards the clients.')
param externalSubnetResourceId string

@description('Optional. Range of the subnet of the interfaces towards the clients.')
param externalSubnetPrefix string = '10.20.1.128/28'

@description('Optional. Number of the first address that the appliances take in a subnet, counted from 0 for the first after the network address. Azure keeps 0 to 2.')
@minValue(3)
@maxValue(250)
param firstHostNumber int = 3

@description('Optional. Size of each appliance.')
param vmSize string = 'Standard_D8s_v4'

@description('Optional. Marketplace image; its terms must be accepted once per subscription. The plan of a machine can never be changed.')
param imageReference object = {
  publisher: 'f5-networks'
  offer: 'f5-big-ip-good'
  sku: 'f5-bigip-virtual-edition-200m-good-hourly'
  version: 'latest'
}

@description('Optional. Kind of the system disks.')
@allowed([
  'Premium_LRS'
  'StandardSSD_LRS'
])
param diskSku string = 'Premium_LRS'

@description('Optional. Encrypt caches and temporary disks on the host too. The subscription feature EncryptionAtHost must be registered first.')
param encryptionAtHost bool = false

@description('Optional. Administrator of the appliances; the built-in one, admin, gets the same password.')
@minLength(1)
@maxLength(32)
param adminUsername string = 'bigipadmin'

@description('Required. Password of the administrator.')
@secure()
@minLength(12)
@maxLength(72)
param adminPassword string

@description('Optional. Public SSH key of the administrator; empty for none.')
param sshPublicKey string = ''

@description('Optional. Log Analytics workspace for the diagnostics; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

var frontEndName = 'portal'
var backendPoolName = 'appliances'
var probeName = 'active-appliance'
var frontEndId = resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', loadBalancerName, frontEndName)

// Zones in turn. The first addresses of every subnet are the units' own; on the side of the clients, those of the portal follow.
var units = [for index in range(0, 2): {
  name: '${namePrefix}-bigip-${index + 1}'
  zone: empty(zones) ? '' : zones[index % max(length(zones), 1)]
  managementAddress: cidrHost(managementSubnetPrefix, firstHostNumber + index)
  externalAddress: cidrHost(externalSubnetPrefix, firstHostNumber + index)
  serviceAddress: cidrHost(externalSubnetPrefix, firstHostNumber + 2 + index)
  internalAddress: ''
}]

// ================ //
// Resources        //
// ================ //

resource loadBalancer 'Microsoft.Network/loadBalancers@2025-05-01' = {
  name: loadBalancerName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: frontEndName
        zones: empty(zones) ? null : zones
        properties: {
          subnet: {
            id: loadBalancerSubnetResourceId
          }
          privateIPAddressVersion: 'IPv4'
          privateIPAllocationMethod: empty(privateIpAddress) ? 'Dynamic' : 'Static'
          privateIPAddress: empty(privateIpAddress) ? null : privateIpAddress
        }
      }
    ]
    backendAddressPools: [
      {
        name: backendPoolName
      }
    ]
    probes: [
      {
        // Only the active unit answers, and on its own account: nodes that drain are no reason to change it.
        name: probeName
        properties: {
          protocol: 'Http'
          port: probePort
          requestPath: '/'
          intervalInSeconds: 5
          probeThreshold: 2
          noHealthyBackendsBehavior: 'AllProbedDown'
        }
      }
    ]
    loadBalancingRules: [
      {
        name: 'portal'
        properties: {
          protocol: 'Tcp'
          frontendPort: 443
          backendPort: 443
          frontendIPConfiguration: {
            id: frontEndId
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', loadBalancerName, backendPoolName)
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', loadBalancerName, probeName)
          }
          // No affinity: cookies are made with the master key that all nodes share.
          loadDistribution: 'Default'
          enableTcpReset: true
          idleTimeoutInMinutes: idleTimeoutInMinutes
          disableOutboundSnat: true
        }
      }
    ]
  }
}

// The zone is the portal's name itself, so that it hides nothing else of the domain.
resource portalDnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: portalHostName
  location: 'global'
  tags: tags
  properties: {}
}

resource portalDnsZone_link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: portalDnsZone
  name: 'link-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetworkResourceId
    }
  }
}

resource portalDnsZone_address 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: portalDnsZone
  name: '@'
  properties: {
    ttl: 300
    aRecords: [
      {
        ipv4Address: loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress
      }
    ]
  }
}

resource loadBalancer_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: loadBalancer
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

// Where a region has no zones, the two machines at least share no rack and no maintenance.
resource availabilitySet 'Microsoft.Compute/availabilitySets@2025-04-01' = if (empty(zones)) {
  name: 'avail-${namePrefix}-appliances'
  location: location
  tags: tags
  sku: {
    name: 'Aligned'
  }
  properties: {
    platformFaultDomainCount: 2
    platformUpdateDomainCount: 5
  }
}

resource managementInterfaces 'Microsoft.Network/networkInterfaces@2025-05-01' = [for unit in units: {
  name: 'nic-${unit.name}-management'
  location: location
  tags: tags
  properties: {
    enableAcceleratedNetworking: false
    ipConfigurations: [
      {
        name: 'self'
        properties: {
          primary: true
          privateIPAllocationMethod: 'Static'
          privateIPAddress: unit.managementAddress
          subnet: {
            id: managementSubnetResourceId
          }
        }
      }
    ]
  }
}]

resource externalInterfaces 'Microsoft.Network/networkInterfaces@2025-05-01' = [for unit in units: {
  name: 'nic-${unit.name}-external'
  location: location
  tags: tags
  properties: {
    enableAcceleratedNetworking: true
    ipConfigurations: [
      {
        name: 'self'
        properties: {
          primary: true
          privateIPAllocationMethod: 'Static'
          privateIPAddress: unit.externalAddress
          subnet: {
            id: externalSubnetResourceId
          }
        }
      }
      {
        // The portal has an address of its own on each unit; the active one listens on both.
        name: 'portal'
        properties: {
          primary: false
          privateIPAllocationMethod: 'Static'
          privateIPAddress: unit.serviceAddress
          subnet: {
            id: externalSubnetResourceId
          }
          loadBalancerBackendAddressPools: [
            {
              id: loadBalancer.properties.backendAddressPools[0].id
            }
          ]
        }
      }
    ]
  }
}]

// The images are generation 1, so there is no trusted launch. The first interface is the one for management.
resource virtualMachines 'Microsoft.Compute/virtualMachines@2025-04-01' = [for (unit, index) in units: {
  name: unit.name
  location: location
  tags: tags
  zones: empty(unit.zone) ? null : [
    unit.zone
  ]
  // A machine keeps its plan for ever; leaving it out is refused.
  plan: {
    name: imageReference.sku
    product: imageReference.offer
    publisher: imageReference.publisher
  }
  properties: {
    hardwareProfile: {
      vmSize: vmSize
    }
    availabilitySet: empty(zones) ? {
      id: availabilitySet.id
    } : null
    storageProfile: {
      imageReference: imageReference
      osDisk: {
        name: 'osdisk-${unit.name}'
        createOption: 'FromImage'
        caching: 'ReadWrite'
        deleteOption: 'Delete'
        managedDisk: {
          storageAccountType: diskSku
        }
      }
    }
    // encryptionAtHost stays out unless asked for: even false makes Azure look for the subscription feature.
    securityProfile: {
      encryptionAtHost: encryptionAtHost ? true : null
    }
    diagnosticsProfile: {
      bootDiagnostics: {
        enabled: true
      }
    }
    osProfile: {
      computerName: unit.name
      adminUsername: adminUsername
      adminPassword: adminPassword
      // Nobody runs commands on an appliance by way of Azure.
      allowExtensionOperations: false
      linuxConfiguration: {
        // The interface that the pair is configured by takes a password only.
        disablePasswordAuthentication: false
        provisionVMAgent: true
        ssh: empty(sshPublicKey) ? null : {
          publicKeys: [
            {
              path: '/home/${adminUsername}/.ssh/authorized_keys'
              keyData: sshPublicKey
            }
          ]
        }
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: managementInterfaces[index].id
          properties: {
            primary: true
            deleteOption: 'Delete'
          }
        }
        {
          id: externalInterfaces[index].id
          properties: {
            primary: false
            deleteOption: 'Delete'
          }
        }
      ]
    }
  }
}]

// ================ //
// Outputs          //
// ================ //

@description('Name of the load balancer in front of the pair.')
output name string = loadBalancer.name

@description('Resource ID of the load balancer in front of the pair.')
output resourceId string = loadBalancer.id

@description('What the name of the portal must lead to.')
output portalAddress string = loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress

@description('Kind of DNS record for the name of the portal.')
output portalTarget string = 'A'

@description('Address of the front end.')
output frontendIpAddress string = loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress

@description('Backend pools that the nodes join: none, because the appliances reach them by address.')
output backendAddressPools array = []

@description('Backend pools of application gateways that the nodes join: none.')
output applicationGatewayBackendAddressPools array = []

@description('Addresses whose forwarded headers the nodes trust: those that the appliances call them from.')
output trustedProxies array = [for unit in units: unit.externalAddress]

@description('Resource IDs of the appliances.')
output virtualMachineResourceIds array = [for index in range(0, 2): virtualMachines[index].id]

@description('The two appliances: name, zone, and their addresses for management, traffic and the portal.')
output applianceUnits array = units

@description('Ranges of the subnets that the appliances have interfaces in, and of the nodes; internal and nodes are empty without a third interface.')
output applianceSubnetPrefixes object = {
  management: managementSubnetPrefix
  external: externalSubnetPrefix
  internal: ''
  nodes: ''
}
