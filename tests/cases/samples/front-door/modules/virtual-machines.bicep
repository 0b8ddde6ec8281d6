metadata name = 'Octopus nodes'
metadata description = 'Windows Server virtual machines over the availability zones, for Octopus Server.'

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

@description('Optional. The nodes; the first one creates the database schema. Each has name, zone (empty for none), taskCap, maintenanceDay and maintenanceStartTime.')
@minLength(1)
@maxLength(16)
param nodes array = [
  {
    name: 'octopus-1'
    zone: '1'
    taskCap: 10
    maintenanceDay: 'Tuesday'
    maintenanceStartTime: '02:00'
  }
  {
    name: 'octopus-2'
    zone: '2'
    taskCap: 10
    maintenanceDay: 'Wednesday'
    maintenanceStartTime: '02:00'
  }
  {
    name: 'octopus-3'
    zone: '3'
    taskCap: 10
    maintenanceDay: 'Thursday'
    maintenanceStartTime: '02:00'
  }
]

@description('Required. Subnet of the nodes.')
param nodesSubnetResourceId string

@description('Optional. Size of each node.')
param vmSize string = 'Standard_D4s_v5'

@description('Optional. Marketplace image of the nodes; generation 2, for trusted launch.')
param imageReference object = {
  publisher: 'MicrosoftWindowsServer'
  offer: 'WindowsServer'
  sku: '2022-datacenter-azure-edition'
  version: 'latest'
}

@description('Optional. Size of the system disk in GiB.')
@minValue(127)
@maxValue(4095)
param osDiskSizeGiB int = 128

@description('Optional. Size of the disk that holds the local Octopus home, in GiB. It may grow, never shrink.')
@minValue(32)
@maxValue(32767)
param dataDiskSizeGiB int = 64

@description('Optional. Kind of the managed disks; locally redundant, because each lives in the zone of its node.')
@allowed([
  'Premium_LRS'
  'StandardSSD_LRS'
])
param diskSku string = 'Premium_LRS'

@description('Optional. Local administrator of the nodes.')
@minLength(1)
@maxLength(20)
param adminUsername string = 'octolocal'

@description('Required. Password of the local administrator.')
@secure()
@minLength(12)
@maxLength(123)
param adminPassword string

@description('Optional. Encrypt caches and temporary disks on the host too. The subscription feature EncryptionAtHost must be registered first.')
param encryptionAtHost bool = false

@description('Optional. Use Windows Server licences that you already own.')
param hybridBenefit bool = false

@description('Optional. Windows time zone of the nodes and of their maintenance windows.')
param timeZone string = 'UTC'

@description('Optional. Length of a maintenance window, as HH:mm.')
param maintenanceDuration string = '03:00'

@description('Required. Resource ID of the managed identity of all nodes.')
param nodesIdentityResourceId string

@description('Conditional. Resource ID of the identity that administers the SQL server; attached to the first node only.')
param databaseAdministratorResourceId string = ''

@description('Optional. Backend pools of load balancers that the nodes join, each an object with id.')
param backendAddressPools array = []

@description('Optional. Backend pools of application gateways that the nodes join, each an object with id.')
param applicationGatewayBackendAddressPools array = []

@description('Optional. Load balancer whose inbound NAT rules polling-<node name> lead to the nodes; empty for none.')
param pollingLoadBalancerResourceId string = ''

@description('Optional. Data collection rule for the Azure Monitor agent; empty for no agent.')
param dataCollectionRuleResourceId string = ''

// ================ //
// Variables        //
// ================ //

var nodesIdentity = {
  '${nodesIdentityResourceId}': {}
}

var firstNodeIdentities = empty(databaseAdministratorResourceId) ? nodesIdentity : union(nodesIdentity, {
  '${databaseAdministratorResourceId}': {}
})

// ================ //
// Resources        //
// ================ //

resource networkInterfaces 'Microsoft.Network/networkInterfaces@2025-05-01' = [for node in nodes: {
  name: 'nic-${node.name}'
  location: location
  tags: tags
  properties: {
    enableAcceleratedNetworking: true
    ipConfigurations: [
      {
        name: 'primary'
        properties: {
          primary: true
          privateIPAllocationMethod: 'Dynamic'
          subnet: {
            id: nodesSubnetResourceId
          }
          loadBalancerBackendAddressPools: backendAddressPools
          applicationGatewayBackendAddressPools: applicationGatewayBackendAddressPools
          loadBalancerInboundNatRules: empty(pollingLoadBalancerResourceId) ? [] : [
            {
              id: '${pollingLoadBalancerResourceId}/inboundNatRules/polling-${node.name}'
            }
          ]
        }
      }
    ]
  }
}]

// The local Octopus home outlives its virtual machine, and nobody can download it.
resource homeDisks 'Microsoft.Compute/disks@2025-01-02' = [for node in nodes: {
  name: 'disk-${node.name}-home'
  location: location
  tags: tags
  sku: {
    name: diskSku
  }
  zones: empty(node.zone) ? null : [
    node.zone
  ]
  properties: {
    creationData: {
      createOption: 'Empty'
    }
    diskSizeGB: dataDiskSizeGiB
    networkAccessPolicy: 'DenyAll'
    publicNetworkAccess: 'Disabled'
  }
}]

// Where the region has no zones, the set keeps the nodes apart.
resource availabilitySet 'Microsoft.Compute/availabilitySets@2025-04-01' = if (empty(nodes[0].zone)) {
  name: 'avail-${namePrefix}-nodes'
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

resource virtualMachines 'Microsoft.Compute/virtualMachines@2025-04-01' = [for (node, index) in nodes: {
  name: node.name
  location: location
  tags: tags
  zones: empty(node.zone) ? null : [
    node.zone
  ]
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: index == 0 ? firstNodeIdentities : nodesIdentity
  }
  properties: {
    availabilitySet: empty(node.zone) ? {
      id: availabilitySet.id
    } : null
    hardwareProfile: {
      vmSize: vmSize
    }
    storageProfile: {
      imageReference: imageReference
      osDisk: {
        name: 'osdisk-${node.name}'
        createOption: 'FromImage'
        caching: 'ReadWrite'
        deleteOption: 'Delete'
        diskSizeGB: osDiskSizeGiB
        managedDisk: {
          storageAccountType: diskSku
        }
      }
      dataDisks: [
        {
          lun: 0
          createOption: 'Attach'
          caching: 'ReadOnly'
          deleteOption: 'Detach'
          managedDisk: {
            id: homeDisks[index].id
          }
        }
      ]
    }
    osProfile: {
      computerName: node.name
      adminUsername: adminUsername
      adminPassword: adminPassword
      windowsConfiguration: {
        provisionVMAgent: true
        enableAutomaticUpdates: true
        timeZone: timeZone
        patchSettings: {
          patchMode: 'AutomaticByPlatform'
          assessmentMode: 'AutomaticByPlatform'
          automaticByPlatformSettings: {
            rebootSetting: 'IfRequired'
            bypassPlatformSafetyChecksOnUserSchedule: true
          }
        }
      }
    }
    // encryptionAtHost stays out unless asked for: even false makes Azure look for the subscription feature.
    securityProfile: {
      encryptionAtHost: encryptionAtHost ? true : null
      securityType: 'TrustedLaunch'
      uefiSettings: {
        secureBootEnabled: true
        vTpmEnabled: true
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: networkInterfaces[index].id
          properties: {
            primary: true
            deleteOption: 'Delete'
          }
        }
      ]
    }
    diagnosticsProfile: {
      bootDiagnostics: {
        enabled: true
      }
    }
    licenseType: hybridBenefit ? 'Windows_Server' : null
  }
}]

// The start date only fixes the rhythm, so it is a constant and lies in the past.
resource maintenanceConfigurations 'Microsoft.Maintenance/maintenanceConfigurations@2023-04-01' = [for node in nodes: {
  name: 'mc-${node.name}'
  location: location
  tags: tags
  properties: {
    maintenanceScope: 'InGuestPatch'
    visibility: 'Custom'
    extensionProperties: {
      InGuestPatchMode: 'User'
    }
    maintenanceWindow: {
      startDateTime: '2026-01-01 ${node.maintenanceStartTime}'
      duration: maintenanceDuration
      timeZone: timeZone
      recurEvery: '1Week ${node.maintenanceDay}'
    }
    installPatches: {
      rebootSetting: 'IfRequired'
      windowsParameters: {
        classificationsToInclude: [
          'Critical'
          'Security'
          'UpdateRollup'
          'Definition'
        ]
      }
    }
  }
}]

resource maintenanceAssignments 'Microsoft.Maintenance/configurationAssignments@2023-04-01' = [for (node, index) in nodes: {
  name: 'patching'
  location: location
  scope: virtualMachines[index]
  properties: {
    maintenanceConfigurationId: maintenanceConfigurations[index].id
  }
}]

resource monitoringAgents 'Microsoft.Compute/virtualMachines/extensions@2025-04-01' = [for (node, index) in nodes: if (!empty(dataCollectionRuleResourceId)) {
  parent: virtualMachines[index]
  name: 'AzureMonitorWindowsAgent'
  location: location
  tags: tags
  properties: {
    publisher: 'Microsoft.Azure.Monitor'
    type: 'AzureMonitorWindowsAgent'
    typeHandlerVersion: '1.22'
    autoUpgradeMinorVersion: true
    enableAutomaticUpgrade: true
    settings: {
      authentication: {
        managedIdentity: {
          'identifier-name': 'mi_res_id'
          'identifier-value': nodesIdentityResourceId
        }
      }
    }
  }
}]

resource dataCollectionRuleAssociations 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = [for (node, index) in nodes: if (!empty(dataCollectionRuleResourceId)) {
  name: 'octopus-node'
  scope: virtualMachines[index]
  properties: {
    description: 'What the Azure Monitor agent of the node collects.'
    dataCollectionRuleId: dataCollectionRuleResourceId
  }
  dependsOn: [
    monitoringAgents[index]
  ]
}]

// ================ //
// Outputs          //
// ================ //

@description('Name of the first node.')
output name string = nodes[0].name

@description('Resource ID of the first node.')
output resourceId string = virtualMachines[0].id

@description('Names of the nodes, in order.')
output names array = [for node in nodes: node.name]

@description('Resource IDs of the nodes, in the order of their names.')
output resourceIds array = [for (node, index) in nodes: virtualMachines[index].id]

@description('Private IP addresses of the nodes, in the order of their names.')
output privateIpAddresses array = [for (node, index) in nodes: networkInterfaces[index].properties.ipConfigurations[0].properties.privateIPAddress]
