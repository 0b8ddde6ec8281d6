metadata name = 'Jump box'
metadata description = 'A hardened Windows machine without public address, for tools that have to be near the nodes.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Location of all resources.')
param location string = resourceGroup().location

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Required. Subnet of the jump box.')
param jumpBoxSubnetResourceId string

@description('Optional. Name of the machine, in Azure and in Windows.')
@minLength(2)
@maxLength(15)
param computerName string = 'octopus-jump'

@description('Optional. Availability zone of the machine; empty for none.')
param zone string = '1'

@description('Optional. Size of the machine.')
param vmSize string = 'Standard_D2s_v5'

@description('Optional. Marketplace image of the machine; generation 2, for trusted launch.')
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

@description('Optional. Local administrator, for emergencies.')
@minLength(1)
@maxLength(20)
param adminUsername string = 'jumplocal'

@description('Required. Password of the local administrator.')
@secure()
@minLength(12)
@maxLength(123)
param adminPassword string

@description('Optional. Encrypt caches and temporary disks on the host too. The subscription feature EncryptionAtHost must be registered first.')
param encryptionAtHost bool = false

@description('Optional. Use Windows Server licences that you already own.')
param hybridBenefit bool = false

@description('Optional. Windows time zone of the machine, its patch window and its shutdown.')
param timeZone string = 'UTC'

@description('Optional. Minutes until an idle session is disconnected.')
@minValue(5)
@maxValue(480)
param idleMinutes int = 15

@description('Optional. Week day of the patch window.')
param maintenanceDay string = 'Wednesday'

@description('Optional. Start of the patch window, as HH:mm.')
param maintenanceStartTime string = '12:00'

@description('Optional. Length of the patch window, as HH:mm.')
param maintenanceDuration string = '02:00'

@description('Optional. Data collection rule for the Azure Monitor agent; empty for no agent.')
param dataCollectionRuleResourceId string = ''

// ================ //
// Variables        //
// ================ //

// Settings only; there is no secret in them.
var hardeningConfiguration = {
  idleMinutes: idleMinutes
}

var hardeningScript = loadTextContent('../scripts/harden-jump-box.ps1')

// ================ //
// Resources        //
// ================ //

resource networkInterface 'Microsoft.Network/networkInterfaces@2025-05-01' = {
  name: 'nic-${computerName}'
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
            id: jumpBoxSubnetResourceId
          }
        }
      }
    ]
  }
}

resource jumpBox 'Microsoft.Compute/virtualMachines@2025-04-01' = {
  name: computerName
  location: location
  tags: tags
  zones: empty(zone) ? null : [
    zone
  ]
  // For the agent and for sign-in; it has no role anywhere.
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    hardwareProfile: {
      vmSize: vmSize
    }
    storageProfile: {
      imageReference: imageReference
      osDisk: {
        name: 'osdisk-${computerName}'
        createOption: 'FromImage'
        caching: 'ReadWrite'
        deleteOption: 'Delete'
        diskSizeGB: osDiskSizeGiB
        managedDisk: {
          storageAccountType: 'Premium_LRS'
        }
      }
    }
    osProfile: {
      computerName: computerName
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
          id: networkInterface.id
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
}

// People need the role Virtual Machine User Login, or Virtual Machine Administrator Login, on the machine.
resource entraSignIn 'Microsoft.Compute/virtualMachines/extensions@2025-04-01' = {
  parent: jumpBox
  name: 'AADLoginForWindows'
  location: location
  tags: tags
  properties: {
    publisher: 'Microsoft.Azure.ActiveDirectory'
    type: 'AADLoginForWindows'
    typeHandlerVersion: '2.2'
    autoUpgradeMinorVersion: true
    settings: {}
  }
}

// The last step, so that nothing that comes after it opens anything again.
resource hardening 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: jumpBox
  name: 'harden-jump-box'
  location: location
  tags: tags
  properties: {
    source: {
      script: hardeningScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: base64(string(hardeningConfiguration))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 1800
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    monitoringAgent
    entraSignIn
  ]
}

// The start date only fixes the rhythm, so it is a constant and lies in the past.
resource maintenanceConfiguration 'Microsoft.Maintenance/maintenanceConfigurations@2023-04-01' = {
  name: 'mc-${computerName}'
  location: location
  tags: tags
  properties: {
    maintenanceScope: 'InGuestPatch'
    visibility: 'Custom'
    extensionProperties: {
      InGuestPatchMode: 'User'
    }
    maintenanceWindow: {
      startDateTime: '2026-01-01 ${maintenanceStartTime}'
      duration: maintenanceDuration
      timeZone: timeZone
      recurEvery: '1Week ${maintenanceDay}'
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
}

resource maintenanceAssignment 'Microsoft.Maintenance/configurationAssignments@2023-04-01' = {
  name: 'patching'
  location: location
  scope: jumpBox
  properties: {
    maintenanceConfigurationId: maintenanceConfiguration.id
  }
}

resource monitoringAgent 'Microsoft.Compute/virtualMachines/extensions@2025-04-01' = if (!empty(dataCollectionRuleResourceId)) {
  parent: jumpBox
  name: 'AzureMonitorWindowsAgent'
  location: location
  tags: tags
  properties: {
    publisher: 'Microsoft.Azure.Monitor'
    type: 'AzureMonitorWindowsAgent'
    typeHandlerVersion: '1.22'
    autoUpgradeMinorVersion: true
    enableAutomaticUpgrade: true
    settings: {}
  }
  // One extension after the other: joining restarts the machine.
  dependsOn: [
    entraSignIn
  ]
}

resource dataCollectionRuleAssociation 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = if (!empty(dataCollectionRuleResourceId)) {
  name: 'jump-box'
  scope: jumpBox
  properties: {
    description: 'What the Azure Monitor agent of the jump box collects.'
    dataCollectionRuleId: dataCollectionRuleResourceId
  }
  dependsOn: [
    monitoringAgent
  ]
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the jump box.')
output name string = jumpBox.name

@description('Resource ID of the jump box.')
output resourceId string = jumpBox.id

@description('Resource IDs of the machines, in a list for those who look after several.')
output virtualMachineResourceIds array = [
  jumpBox.id
]

@description('Private address of the jump box.')
output privateIpAddress string = networkInterface.properties.ipConfigurations[0].properties.privateIPAddress
