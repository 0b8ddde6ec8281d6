metadata name = 'Domain controllers'
metadata description = 'Two Windows Server domain controllers with fixed addresses, the domain they hold, and the accounts that the stack needs in it.'

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

@description('Optional. The two machines. Each has name, zone (empty for none), maintenanceDay and maintenanceStartTime; the days differ, so that both never restart at once.')
@minLength(2)
@maxLength(2)
param machines array = [
  {
    name: 'octopus-dc1'
    zone: '1'
    maintenanceDay: 'Monday'
    maintenanceStartTime: '22:00'
  }
  {
    name: 'octopus-dc2'
    zone: '2'
    maintenanceDay: 'Tuesday'
    maintenanceStartTime: '22:00'
  }
]

@description('Optional. Size of the machines, with premium storage.')
param vmSize string = 'Standard_D2s_v5'

@description('Optional. Marketplace image of the machines; generation 2, for trusted launch.')
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

@description('Optional. Size of the data disk in GiB. It may grow, never shrink.')
@minValue(16)
@maxValue(32767)
param dataDiskSizeGiB int = 32

@description('Optional. Local administrator of the machines.')
@minLength(1)
@maxLength(20)
param adminUsername string = 'octodomain'

@description('Required. Password of the local administrator.')
@secure()
@minLength(12)
@maxLength(123)
param adminPassword string

@description('Optional. Encrypt caches and temporary disks on the host too. The subscription feature EncryptionAtHost must be registered first.')
param encryptionAtHost bool = false

@description('Optional. Use Windows Server licences that you already own.')
param hybridBenefit bool = false

@description('Optional. Windows time zone of the machines and of their maintenance windows.')
param timeZone string = 'UTC'

@description('Optional. Length of a maintenance window, as HH:mm.')
param maintenanceDuration string = '03:00'

@description('Optional. Data collection rule for the Azure Monitor agent; empty for no agent.')
param dataCollectionRuleResourceId string = ''

@description('Required. Subnet of the controllers, which have the first two addresses that Azure gives out there.')
param domainControllersSubnetResourceId string

@description('Optional. Range of that subnet.')
param domainControllersSubnetPrefix string = '10.20.0.176/28'

@description('Optional. Ranges of the network, for the Active Directory site.')
@minLength(1)
param sitePrefixes array = [
  '10.20.0.0/22'
]

@description('Optional. Active Directory site of the network.')
@minLength(1)
@maxLength(63)
param siteName string = 'Azure'

@description('Optional. DNS name of the domain.')
@minLength(4)
@maxLength(253)
param domainFqdn string = 'ad.example.com'

@description('Optional. NetBIOS name of the domain.')
@minLength(1)
@maxLength(15)
param domainNetBiosName string = 'EXAMPLE'

@description('Optional. Functional level of forest and domain; WinThreshold is Windows Server 2016 to 2022.')
@allowed([
  'Win2025'
  'WinThreshold'
])
param functionalLevel string = 'WinThreshold'

@description('Optional. Organizational unit for servers, accounts and groups of the stack, at the top of the domain.')
@minLength(2)
@maxLength(64)
param organizationalUnit string = 'Octopus'

@description('Optional. Security groups to make in it.')
@maxLength(20)
param groups array = [
  'Octopus operators'
]

@description('Required. Password of the administrator of the domain; set again when it is a new one.')
@secure()
@minLength(12)
@maxLength(123)
param domainAdministratorPassword string

@description('Required. Password of the directory services restore mode, for the day the directory itself has to be restored.')
@secure()
@minLength(12)
@maxLength(123)
param domainRestorePassword string

@description('Optional. Account that joins machines to the domain, without the name of the domain.')
@minLength(1)
@maxLength(20)
param domainJoinUser string = 'svc-octo-join'

@description('Required. Password of the account that joins machines to the domain.')
@secure()
@minLength(12)
@maxLength(123)
param domainJoinPassword string

// ================ //
// Variables        //
// ================ //

// Azure keeps the first four addresses of a subnet; the network names these two as its DNS servers.
var addresses = [
  cidrHost(domainControllersSubnetPrefix, 3)
  cidrHost(domainControllersSubnetPrefix, 4)
]

var distinguishedName = 'DC=${replace(domainFqdn, '.', ',DC=')}'

// Names and settings only; passwords go separately, and protected.
var settings = {
  fqdn: domainFqdn
  netBiosName: domainNetBiosName
  distinguishedName: distinguishedName
  functionalLevel: functionalLevel
  administrator: adminUsername
  siteName: siteName
  sitePrefixes: sitePrefixes
  unitName: organizationalUnit
  unit: 'OU=${organizationalUnit},${distinguishedName}'
  groups: groups
  dataDiskSizeGiB: dataDiskSizeGiB
  clusterName: ''
  accounts: [
    {
      purpose: 'join'
      name: domainJoinUser
    }
  ]
}

var controllerSettings = [for (machine, index) in machines: base64(string(union(settings, {
  isFirst: index == 0
  partnerName: machines[1 - index].name
  partnerAddress: addresses[1 - index]
})))]

var controllerScript = loadTextContent('../scripts/domain-controller.ps1')

// ================ //
// Resources        //
// ================ //

resource networkInterfaces 'Microsoft.Network/networkInterfaces@2025-05-01' = [for (machine, index) in machines: {
  name: 'nic-${machine.name}'
  location: location
  tags: tags
  properties: {
    enableAcceleratedNetworking: true
    dnsSettings: {
      dnsServers: [
        addresses[1 - index]
        addresses[index]
      ]
    }
    ipConfigurations: [
      {
        name: 'primary'
        properties: {
          primary: true
          privateIPAllocationMethod: 'Static'
          privateIPAddress: addresses[index]
          subnet: {
            id: domainControllersSubnetResourceId
          }
        }
      }
    ]
  }
}]

// Database, logs and SYSVOL; no cache may hold back what they write.
resource dataDisks 'Microsoft.Compute/disks@2025-01-02' = [for machine in machines: {
  name: 'disk-${machine.name}-directory'
  location: location
  tags: tags
  sku: {
    name: 'Premium_LRS'
  }
  zones: empty(machine.zone) ? null : [
    machine.zone
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

// Where the region has no zones, the set keeps the two machines apart.
resource availabilitySet 'Microsoft.Compute/availabilitySets@2025-04-01' = if (empty(machines[0].zone)) {
  name: 'avail-${namePrefix}-dc'
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

resource virtualMachines 'Microsoft.Compute/virtualMachines@2025-04-01' = [for (machine, index) in machines: {
  name: machine.name
  location: location
  tags: tags
  zones: empty(machine.zone) ? null : [
    machine.zone
  ]
  // For the monitoring agent only: these machines read no secret by themselves.
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    availabilitySet: empty(machine.zone) ? {
      id: availabilitySet.id
    } : null
    hardwareProfile: {
      vmSize: vmSize
    }
    storageProfile: {
      imageReference: imageReference
      osDisk: {
        name: 'osdisk-${machine.name}'
        createOption: 'FromImage'
        caching: 'ReadWrite'
        deleteOption: 'Delete'
        diskSizeGB: osDiskSizeGiB
        managedDisk: {
          storageAccountType: 'Premium_LRS'
        }
      }
      dataDisks: [
        {
          lun: 0
          createOption: 'Attach'
          caching: 'None'
          deleteOption: 'Detach'
          managedDisk: {
            id: dataDisks[index].id
          }
        }
      ]
    }
    osProfile: {
      computerName: machine.name
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

// A promotion ends with a restart, and a run command must not be cut off by one. So the machine restarts after its run
// command has ended, and the next one runs on the other machine: it waits until this one answers as a controller.

// 1. The first machine makes the domain, and restarts.
resource promoteFirst 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[0]
  name: 'dc-1-promote'
  location: location
  tags: tags
  properties: {
    source: {
      script: controllerScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: controllerSettings[0]
      }
      {
        name: 'Task'
        value: 'Promote'
      }
    ]
    protectedParameters: [
      {
        name: 'Secrets'
        value: base64(string({
          administrator: domainAdministratorPassword
          restore: domainRestorePassword
        }))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
}

// 2. The second one waits for it.
resource awaitFirst 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[1]
  name: 'dc-2-await'
  location: location
  tags: tags
  properties: {
    source: {
      script: controllerScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: controllerSettings[1]
      }
      {
        name: 'Task'
        value: 'Await'
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    promoteFirst
  ]
}

// 3. The first one sets the domain up: site, policies, unit, accounts.
resource configureFirst 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[0]
  name: 'dc-3-configure'
  location: location
  tags: tags
  properties: {
    source: {
      script: controllerScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: controllerSettings[0]
      }
      {
        name: 'Task'
        value: 'Configure'
      }
    ]
    protectedParameters: [
      {
        name: 'Secrets'
        value: base64(string({
          administrator: domainAdministratorPassword
          join: domainJoinPassword
        }))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    awaitFirst
  ]
}

// 4. The second machine becomes a controller, and restarts.
resource promoteSecond 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[1]
  name: 'dc-4-promote'
  location: location
  tags: tags
  properties: {
    source: {
      script: controllerScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: controllerSettings[1]
      }
      {
        name: 'Task'
        value: 'Promote'
      }
    ]
    protectedParameters: [
      {
        name: 'Secrets'
        value: base64(string({
          administrator: domainAdministratorPassword
          restore: domainRestorePassword
        }))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    configureFirst
  ]
}

// 5. The first one waits for it.
resource awaitSecond 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[0]
  name: 'dc-5-await'
  location: location
  tags: tags
  properties: {
    source: {
      script: controllerScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: controllerSettings[0]
      }
      {
        name: 'Task'
        value: 'Await'
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    promoteSecond
  ]
}

// 6. The second one checks the replication, and is ready.
resource configureSecond 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[1]
  name: 'dc-6-configure'
  location: location
  tags: tags
  properties: {
    source: {
      script: controllerScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: controllerSettings[1]
      }
      {
        name: 'Task'
        value: 'Configure'
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    awaitSecond
  ]
}

// The start date only fixes the rhythm, so it is a constant and lies in the past.
resource maintenanceConfigurations 'Microsoft.Maintenance/maintenanceConfigurations@2023-04-01' = [for machine in machines: {
  name: 'mc-${machine.name}'
  location: location
  tags: tags
  properties: {
    maintenanceScope: 'InGuestPatch'
    visibility: 'Custom'
    extensionProperties: {
      InGuestPatchMode: 'User'
    }
    maintenanceWindow: {
      startDateTime: '2026-01-01 ${machine.maintenanceStartTime}'
      duration: maintenanceDuration
      timeZone: timeZone
      recurEvery: '1Week ${machine.maintenanceDay}'
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

// Only when all is set up: a restart in the middle would break it.
resource maintenanceAssignments 'Microsoft.Maintenance/configurationAssignments@2023-04-01' = [for (machine, index) in machines: {
  name: 'patching'
  location: location
  scope: virtualMachines[index]
  properties: {
    maintenanceConfigurationId: maintenanceConfigurations[index].id
  }
  dependsOn: [
    configureSecond
  ]
}]

resource monitoringAgents 'Microsoft.Compute/virtualMachines/extensions@2025-04-01' = [for (machine, index) in machines: if (!empty(dataCollectionRuleResourceId)) {
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
    // The identity of the machine itself; the published schema wants settings, even empty ones.
    settings: {}
  }
  dependsOn: [
    configureSecond
  ]
}]

resource dataCollectionRuleAssociations 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = [for (machine, index) in machines: if (!empty(dataCollectionRuleResourceId)) {
  name: 'domain-controller'
  scope: virtualMachines[index]
  properties: {
    description: 'What the Azure Monitor agent of the machine collects.'
    dataCollectionRuleId: dataCollectionRuleResourceId
  }
  dependsOn: [
    monitoringAgents[index]
  ]
}]

// ================ //
// Outputs          //
// ================ //

@description('Name of the first controller.')
output name string = machines[0].name

@description('Resource ID of the first controller.')
output resourceId string = virtualMachines[0].id

@description('Names of the controllers, in order.')
output virtualMachineNames array = [for machine in machines: machine.name]

@description('Resource IDs of the controllers, in the order of their names.')
output virtualMachineResourceIds array = [for (machine, index) in machines: virtualMachines[index].id]

@description('DNS name of the domain.')
output fqdn string = domainFqdn

@description('NetBIOS name of the domain.')
output netBiosName string = domainNetBiosName

@description('Addresses of the controllers: the DNS servers of the network.')
output dnsServers array = addresses
