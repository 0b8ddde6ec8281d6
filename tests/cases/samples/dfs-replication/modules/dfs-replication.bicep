metadata name = 'File servers with DFS'
metadata description = 'Two Windows file servers with the shared folders of all nodes: one active, the other one a replica that a script switches to.'

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
    name: 'octopus-fs1'
    zone: '1'
    maintenanceDay: 'Saturday'
    maintenanceStartTime: '22:00'
  }
  {
    name: 'octopus-fs2'
    zone: '2'
    maintenanceDay: 'Sunday'
    maintenanceStartTime: '22:00'
  }
]

@description('Optional. Size of the machines, with premium storage.')
param vmSize string = 'Standard_D4s_v5'

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
param dataDiskSizeGiB int = 512

@description('Optional. Local administrator of the machines.')
@minLength(1)
@maxLength(20)
param adminUsername string = 'fileslocal'

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

@description('Required. Subnet of the file servers.')
param fileServersSubnetResourceId string

@description('Required. DNS name of the domain that the machines join.')
@minLength(4)
@maxLength(253)
param domainFqdn string

@description('Required. NetBIOS name of the domain.')
@minLength(1)
@maxLength(15)
param domainNetBiosName string

@description('Required. Account that joins machines to the domain, without the name of the domain.')
@minLength(1)
@maxLength(64)
param domainJoinUser string

@description('Optional. Distinguished name of the organizational unit for the computer accounts; empty for the default one of the domain.')
param domainOuPath string = ''

@description('Required. Password of the account that joins machines to the domain.')
@secure()
@minLength(12)
@maxLength(123)
param domainJoinPassword string

@description('Optional. Account of the domain that makes namespace and replication, without the domain. It administers both servers.')
@minLength(1)
@maxLength(20)
param fileServiceAccount string = 'svc-octo-files'

@description('Required. Password of that account.')
@secure()
@minLength(12)
@maxLength(127)
param fileServiceAccountPassword string

@description('Required. Names of the nodes; their computer accounts may write.')
@minLength(1)
@maxLength(16)
param nodeNames array

@description('Optional. More accounts that may write, as DOMAIN\\name, such as the one Octopus runs as.')
@maxLength(8)
param moreAccounts array = []

@description('Optional. Name of the DFS namespace.')
@minLength(1)
@maxLength(31)
param namespaceName string = 'Octopus'

@description('Optional. Folder of the namespace that leads to the active replica.')
@minLength(1)
@maxLength(31)
param folderName string = 'Shared'

@description('Optional. Name of the share with the folders, on each server.')
@minLength(1)
@maxLength(31)
param shareName string = 'OctopusShared'

@description('Optional. Which of the two servers, 1 or 2, the folder leads to when it is made. Later the script switch-replica.ps1 decides, and a deployment changes nothing.')
@minValue(1)
@maxValue(2)
param activeReplica int = 1

@description('Optional. Room for files on their way to the other replica, in GiB; the 32 largest files fit in.')
@minValue(4)
@maxValue(4096)
param stagingQuotaGiB int = 64

// ================ //
// Variables        //
// ================ //

// Names and settings only; the password goes separately, and protected.
var settings = {
  fqdn: domainFqdn
  netBiosName: domainNetBiosName
  fileServiceAccount: fileServiceAccount
  servers: [
    machines[0].name
    machines[1].name
  ]
  activeServer: machines[activeReplica - 1].name
  nodeNames: nodeNames
  moreAccounts: moreAccounts
  namespace: namespaceName
  folder: folderName
  shareName: shareName
  replicationGroup: '${namespaceName} ${folderName}'
  stagingQuotaMiB: stagingQuotaGiB * 1024
  dataDiskSizeGiB: dataDiskSizeGiB
}

var serverSettings = [for machine in machines: base64(string(union(settings, {
  machineName: machine.name
})))]

var serverScript = loadTextContent('../scripts/file-server.ps1')

var switchScript = loadTextContent('../scripts/switch-replica.ps1')

// ================ //
// Resources        //
// ================ //

resource networkInterfaces 'Microsoft.Network/networkInterfaces@2025-05-01' = [for (machine, index) in machines: {
  name: 'nic-${machine.name}'
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
            id: fileServersSubnetResourceId
          }
        }
      }
    ]
  }
}]

// The shared folders outlive their server, and nobody can download them.
resource dataDisks 'Microsoft.Compute/disks@2025-01-02' = [for machine in machines: {
  name: 'disk-${machine.name}-shared'
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
  name: 'avail-${namePrefix}-fs'
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

// 1. Joining restarts the machine; nothing else runs on it yet.
resource domainJoin 'Microsoft.Compute/virtualMachines/extensions@2025-04-01' = [for (machine, index) in machines: {
  parent: virtualMachines[index]
  name: 'JsonADDomainExtension'
  location: location
  tags: tags
  properties: {
    publisher: 'Microsoft.Compute'
    type: 'JsonADDomainExtension'
    typeHandlerVersion: '1.3'
    autoUpgradeMinorVersion: true
    settings: {
      Name: domainFqdn
      OUPath: domainOuPath
      User: '${domainNetBiosName}\\${domainJoinUser}'
      Restart: 'true'
      // Joins the domain (1) and makes the computer account (2).
      Options: '3'
    }
    protectedSettings: {
      Password: domainJoinPassword
    }
  }
}]

// 2. On both machines: disk, folders, shares.
resource prepareServers 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = [for (machine, index) in machines: {
  parent: virtualMachines[index]
  name: 'files-1-prepare'
  location: location
  tags: tags
  properties: {
    source: {
      script: serverScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: serverSettings[index]
      }
      {
        name: 'Task'
        value: 'Prepare'
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    domainJoin[index]
  ]
}]

// 3. On the first one, as the file service account: namespace and replication, until both replicas are alike.
resource publishFolders 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[0]
  name: 'files-2-publish'
  location: location
  tags: tags
  properties: {
    source: {
      script: serverScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: serverSettings[0]
      }
      {
        name: 'Task'
        value: 'Publish'
      }
    ]
    protectedParameters: [
      {
        name: 'Secrets'
        value: base64(string({
          fileService: fileServiceAccountPassword
        }))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 9000
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    prepareServers
  ]
}

// 4. On both machines: the script for the day that the other replica has to take over.
resource storeSwitch 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = [for (machine, index) in machines: {
  parent: virtualMachines[index]
  name: 'files-3-store'
  location: location
  tags: tags
  properties: {
    source: {
      script: switchScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: serverSettings[index]
      }
      {
        name: 'Task'
        value: 'Store'
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 900
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    prepareServers[index]
  ]
}]

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
    publishFolders
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
    publishFolders
  ]
}]

resource dataCollectionRuleAssociations 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = [for (machine, index) in machines: if (!empty(dataCollectionRuleResourceId)) {
  name: 'file-server'
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

@description('Name of the first file server.')
output name string = machines[0].name

@description('Resource ID of the first file server.')
output resourceId string = virtualMachines[0].id

@description('Names of the file servers, in order.')
output virtualMachineNames array = [for machine in machines: machine.name]

@description('Resource IDs of the file servers, in the order of their names.')
output virtualMachineResourceIds array = [for (machine, index) in machines: virtualMachines[index].id]

@description('Host name of the shared folders: the domain, which knows the namespace.')
output hostName string = domainFqdn

@description('UNC path of the shared folders, the same whichever replica is active.')
output uncPath string = '\\\\${domainFqdn}\\${namespaceName}\\${folderName}'

@description('Always empty: the nodes are let in by their own accounts of the domain.')
output credentialUserName string = ''
