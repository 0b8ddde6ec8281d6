metadata name = 'SQL Server availability group'
metadata description = 'SQL Server machines in several zones, a Windows cluster with a cloud witness, an Always On availability group with its listener, and the Octopus database in it.'

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

@description('Optional. The machines, in order. Each has name, zone (empty for none), maintenanceDay and maintenanceStartTime.')
@minLength(2)
@maxLength(3)
param machines array = [
  {
    name: 'octopus-sql1'
    zone: '1'
    maintenanceDay: 'Saturday'
    maintenanceStartTime: '02:00'
  }
  {
    name: 'octopus-sql2'
    zone: '2'
    maintenanceDay: 'Sunday'
    maintenanceStartTime: '02:00'
  }
]

@description('Required. Subnet of the first SQL Server machine.')
param databaseSubnetResourceId string

@description('Optional. Range of the subnet of the first SQL Server machine, from which its addresses are taken.')
param databaseSubnetPrefix string = '10.20.0.192/28'

@description('Required. Subnet of the second SQL Server machine.')
param database2SubnetResourceId string

@description('Optional. Range of the subnet of the second SQL Server machine, from which its addresses are taken.')
param database2SubnetPrefix string = '10.20.0.208/28'

@description('Optional. Which usable address of a subnet is the first one taken, counted from 0; Azure keeps the first three.')
@minValue(3)
@maxValue(200)
param firstAddressIndex int = 3

@description('Required. Subnet of the private endpoints.')
param privateEndpointsSubnetResourceId string

@description('Required. Private DNS zone for blobs, in which the cloud witness and the backups are found.')
param blobPrivateDnsZoneResourceId string

@description('Optional. Size of the machines, with premium storage.')
param vmSize string = 'Standard_E4s_v5'

@description('Optional. Marketplace image of SQL Server; generation 2, for trusted launch.')
param imageReference object = {
  publisher: 'MicrosoftSQLServer'
  offer: 'sql2022-ws2022'
  sku: 'enterprise-gen2'
  version: 'latest'
}

@description('Optional. The image, the way a group of SQL virtual machines names it.')
param sqlImageOffer string = 'SQL2022-WS2022'

@description('Optional. Edition of the image, as the SQL Server extension calls it.')
@allowed([
  'Developer'
  'Enterprise'
])
param sqlImageSku string = 'Enterprise'

@description('Optional. How SQL Server is paid: by the hour, or with licences of your own.')
@allowed([
  'AHUB'
  'PAYG'
])
param sqlServerLicenseType string = 'PAYG'

@description('Optional. Whether the last machine has the free licence of a replica for disaster recovery, which nobody reads from.')
param freeSecondary bool = false

@description('Optional. Size of the system disk in GiB.')
@minValue(127)
@maxValue(4095)
param osDiskSizeGiB int = 128

@description('Optional. Size of each data disk in GiB. It may grow, never shrink.')
@minValue(32)
@maxValue(32767)
param dataDiskSizeGiB int = 256

@description('Optional. Size of the disk for the transaction logs in GiB.')
@minValue(32)
@maxValue(32767)
param logDiskSizeGiB int = 128

@description('Optional. Size of the disk for tempdb in GiB.')
@minValue(32)
@maxValue(32767)
param tempdbDiskSizeGiB int = 64

@description('Optional. True the first time; false afterwards. Then disks are not formatted.')
param initialDeployment bool = true

@description('Optional. Local administrator of the machines.')
@minLength(1)
@maxLength(20)
param adminUsername string = 'sqllocal'

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

@description('Optional. Name of the storage account of the cloud witness, unique in all of Azure.')
@minLength(3)
@maxLength(24)
param witnessAccountName string = take('stwit${replace(namePrefix, '-', '')}${uniqueString(resourceGroup().id)}', 24)

@description('Optional. Name of the storage account of the backups, unique in all of Azure.')
@minLength(3)
@maxLength(24)
param backupAccountName string = take('stbak${replace(namePrefix, '-', '')}${uniqueString(resourceGroup().id)}', 24)

@description('Optional. Kind of both storage accounts.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
])
param storageSku string = 'Standard_ZRS'

@description('Optional. Which of the two keys of the storage accounts is used; change it to rotate them.')
@minValue(0)
@maxValue(1)
param accountKeyIndex int = 0

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

@description('Optional. Name of the Windows cluster in the domain.')
@minLength(1)
@maxLength(15)
param clusterName string = 'octopus-wsfc'

@description('Optional. Name of the availability group.')
@minLength(1)
@maxLength(15)
param availabilityGroupName string = 'octopus-ag'

@description('Optional. Name that clients use, without the domain.')
@minLength(1)
@maxLength(15)
param listenerName string = 'octopus-sql'

@description('Optional. Account of the domain that makes and operates the cluster, without the domain. It administers the machines and may make computer accounts.')
@minLength(1)
@maxLength(20)
param clusterAccount string = 'svc-octo-cluster'

@description('Required. Password of the cluster account.')
@secure()
@minLength(12)
@maxLength(127)
param clusterAccountPassword string

@description('Optional. Account of the domain that SQL Server runs as, without the domain. It needs no rights.')
@minLength(1)
@maxLength(20)
param sqlServiceAccount string = 'svc-octo-sql'

@description('Required. Password of the account that SQL Server runs as.')
@secure()
@minLength(12)
@maxLength(127)
param sqlServiceAccountPassword string

@description('Optional. Login that administers SQL Server for the steps inside the machines; the same on each.')
@minLength(1)
@maxLength(128)
param sqlAdministratorLogin string = 'octopusdba'

@description('Required. Password of the login that administers SQL Server.')
@secure()
@minLength(16)
@maxLength(128)
param sqlAdministratorPassword string

@description('Optional. Name of the database.')
@minLength(1)
@maxLength(64)
param databaseName string = 'Octopus'

@description('Optional. Collation of the instances and of the database. Octopus needs a case-insensitive one.')
param collation string = 'SQL_Latin1_General_CP1_CI_AS'

@description('Optional. Processors that one query may use; 0 for all.')
@minValue(0)
@maxValue(64)
param maxDop int = 0

@description('Optional. Days that automated backups are kept.')
@minValue(1)
@maxValue(90)
param backupRetentionDays int = 30

@description('Required. Names of the nodes; their computer accounts own the database.')
@minLength(1)
@maxLength(16)
param nodeNames array

@description('Optional. More accounts that own the database, as DOMAIN\\name, such as the one Octopus runs as.')
@maxLength(8)
param databaseOwners array = []

@description('Optional. Data collection rule for the Azure Monitor agent; empty for no agent.')
param dataCollectionRuleResourceId string = ''

@description('Optional. Log Analytics workspace for the metrics of the storage accounts; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

var subnetResourceIds = [
  databaseSubnetResourceId
  database2SubnetResourceId
]
var subnetPrefixes = [
  databaseSubnetPrefix
  database2SubnetPrefix
]

// Each machine has three addresses in its own subnet: its own, one for the cluster, one for the listener.
var machineAddresses = [for (machine, index) in machines: cidrHost(subnetPrefixes[index], firstAddressIndex)]
var clusterAddresses = [for (machine, index) in machines: cidrHost(subnetPrefixes[index], firstAddressIndex + 1)]
var listenerAddresses = [for (machine, index) in machines: cidrHost(subnetPrefixes[index], firstAddressIndex + 2)]

var listenerHostName = '${listenerName}.${domainFqdn}'
var machineNames = [for machine in machines: machine.name]

// LocalSystem of a node is the computer account of that node, DOMAIN\NODE$, to other machines.
var nodeLogins = [for node in nodeNames: '${domainNetBiosName}\\${node}$']

// Names and settings only. Passwords travel as protected parameters, which nobody can read back.
var groupConfiguration = {
  machines: machineNames
  domainFqdn: domainFqdn
  availabilityGroupName: availabilityGroupName
  listenerHostName: listenerHostName
  administratorLogin: sqlAdministratorLogin
  databaseName: databaseName
  collation: collation
  loginName: ''
  windowsLogins: concat(nodeLogins, databaseOwners)
}

// A change of the script or of any value in the configuration makes Azure run it again; it only does what is missing.
var groupScript = loadTextContent('../scripts/availability-group.ps1')

// ================ //
// Resources        //
// ================ //

// The third vote of the cluster: the machine that can write here goes on when the others lose sight of each other.
resource witness 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: witnessAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: storageSku
  }
  properties: {
    accessTier: 'Hot'
    supportsHttpsTrafficOnly: true
    minimumTlsVersion: 'TLS1_2'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'PrivateLink'
    // NOTE: on purpose. The cluster and the SQL Server extension sign in with the account key and in no other way.
    allowSharedKeyAccess: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      ipRules: []
      virtualNetworkRules: []
    }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: {
        blob: {
          enabled: true
          keyType: 'Account'
        }
      }
    }
  }
}

resource witness_privateEndpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: take('pep-${witnessAccountName}', 64)
  location: location
  tags: tags
  properties: {
    subnet: {
      id: privateEndpointsSubnetResourceId
    }
    customNetworkInterfaceName: '${take('pep-${witnessAccountName}', 64)}-nic'
    privateLinkServiceConnections: [
      {
        name: 'blob'
        properties: {
          privateLinkServiceId: witness.id
          groupIds: [
            'blob'
          ]
        }
      }
    ]
  }
}

// Without the zone group the name would resolve to the public address, which is closed.
resource witness_privateEndpoint_zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: witness_privateEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'blob'
        properties: {
          privateDnsZoneId: blobPrivateDnsZoneResourceId
        }
      }
    ]
  }
}

resource witness_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: witness
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

// Where SQL Server writes its backups.
resource backups 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: backupAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: storageSku
  }
  properties: {
    accessTier: 'Hot'
    supportsHttpsTrafficOnly: true
    minimumTlsVersion: 'TLS1_2'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'PrivateLink'
    // NOTE: on purpose. The cluster and the SQL Server extension sign in with the account key and in no other way.
    allowSharedKeyAccess: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      ipRules: []
      virtualNetworkRules: []
    }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: {
        blob: {
          enabled: true
          keyType: 'Account'
        }
      }
    }
  }
}

resource backups_privateEndpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: take('pep-${backupAccountName}', 64)
  location: location
  tags: tags
  properties: {
    subnet: {
      id: privateEndpointsSubnetResourceId
    }
    customNetworkInterfaceName: '${take('pep-${backupAccountName}', 64)}-nic'
    privateLinkServiceConnections: [
      {
        name: 'blob'
        properties: {
          privateLinkServiceId: backups.id
          groupIds: [
            'blob'
          ]
        }
      }
    ]
  }
}

// Without the zone group the name would resolve to the public address, which is closed.
resource backups_privateEndpoint_zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: backups_privateEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'blob'
        properties: {
          privateDnsZoneId: blobPrivateDnsZoneResourceId
        }
      }
    ]
  }
}

resource backups_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: backups
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

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
          privateIPAllocationMethod: 'Static'
          privateIPAddress: machineAddresses[index]
          subnet: {
            id: subnetResourceIds[index]
          }
        }
      }
      // Azure answers for these addresses here, Windows takes them up where cluster and listener are.
      {
        name: 'cluster'
        properties: {
          primary: false
          privateIPAllocationMethod: 'Static'
          privateIPAddress: clusterAddresses[index]
          subnet: {
            id: subnetResourceIds[index]
          }
        }
      }
      {
        name: 'listener'
        properties: {
          primary: false
          privateIPAllocationMethod: 'Static'
          privateIPAddress: listenerAddresses[index]
          subnet: {
            id: subnetResourceIds[index]
          }
        }
      }
    ]
  }
}]

// Where the region has no zones, the set keeps the machines apart.
resource availabilitySet 'Microsoft.Compute/availabilitySets@2025-04-01' = if (empty(machines[0].zone)) {
  name: 'avail-${namePrefix}-sql'
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

resource dataDisks 'Microsoft.Compute/disks@2025-01-02' = [for machine in machines: {
  name: 'disk-${machine.name}-data'
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

resource logDisks 'Microsoft.Compute/disks@2025-01-02' = [for machine in machines: {
  name: 'disk-${machine.name}-log'
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
    diskSizeGB: logDiskSizeGiB
    networkAccessPolicy: 'DenyAll'
    publicNetworkAccess: 'Disabled'
  }
}]

resource tempdbDisks 'Microsoft.Compute/disks@2025-01-02' = [for machine in machines: {
  name: 'disk-${machine.name}-tempdb'
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
    diskSizeGB: tempdbDiskSizeGiB
    networkAccessPolicy: 'DenyAll'
    publicNetworkAccess: 'Disabled'
  }
}]

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
          caching: 'ReadOnly'
          deleteOption: 'Detach'
          managedDisk: {
            id: dataDisks[index].id
          }
        }
        {
          lun: 1
          createOption: 'Attach'
          caching: 'None'
          deleteOption: 'Detach'
          managedDisk: {
            id: logDisks[index].id
          }
        }
        {
          lun: 2
          createOption: 'Attach'
          caching: 'ReadOnly'
          deleteOption: 'Detach'
          managedDisk: {
            id: tempdbDisks[index].id
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

// Before anything of the cluster: it restarts the machine.
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

// One patch window per machine, so that the database always has somewhere to go.
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
    prepareDatabase
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
    domainJoin[index]
  ]
}]

resource dataCollectionRuleAssociations 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = [for (machine, index) in machines: if (!empty(dataCollectionRuleResourceId)) {
  name: 'sql-server'
  scope: virtualMachines[index]
  properties: {
    description: 'What the Azure Monitor agent of the machine collects.'
    dataCollectionRuleId: dataCollectionRuleResourceId
  }
  dependsOn: [
    monitoringAgents[index]
  ]
}]

// The Windows cluster: Azure makes it of the machines that join it below.
resource sqlGroup 'Microsoft.SqlVirtualMachine/sqlVirtualMachineGroups@2023-10-01' = {
  name: clusterName
  location: location
  tags: tags
  properties: {
    sqlImageOffer: sqlImageOffer
    sqlImageSku: sqlImageSku
    wsfcDomainProfile: {
      domainFqdn: domainFqdn
      ouPath: domainOuPath
      clusterBootstrapAccount: '${clusterAccount}@${domainFqdn}'
      clusterOperatorAccount: '${clusterAccount}@${domainFqdn}'
      sqlServiceAccount: '${sqlServiceAccount}@${domainFqdn}'
      storageAccountUrl: witness.properties.primaryEndpoints.blob
      storageAccountPrimaryKey: witness.listKeys().keys[accountKeyIndex].value
      clusterSubnetType: 'MultiSubnet'
    }
  }
  dependsOn: [
    witness_privateEndpoint_zoneGroup
  ]
}

// One machine after the other: the first makes the cluster, the others join it.
@batchSize(1)
resource sqlVirtualMachines 'Microsoft.SqlVirtualMachine/sqlVirtualMachines@2023-10-01' = [for (machine, index) in machines: {
  name: machine.name
  location: location
  tags: tags
  properties: {
    virtualMachineResourceId: virtualMachines[index].id
    sqlServerLicenseType: freeSecondary && index == length(machines) - 1 ? 'DR' : sqlServerLicenseType
    sqlImageSku: sqlImageSku
    leastPrivilegeMode: 'Enabled'
    enableAutomaticUpgrade: true
    sqlVirtualMachineGroupResourceId: sqlGroup.id
    wsfcDomainCredentials: {
      clusterBootstrapAccountPassword: clusterAccountPassword
      clusterOperatorAccountPassword: clusterAccountPassword
      sqlServiceAccountPassword: sqlServiceAccountPassword
    }
    wsfcStaticIp: clusterAddresses[index]
    // Disks are laid out once. Asked for again, Azure would want new disks.
    storageConfigurationSettings: initialDeployment ? {
      diskConfigurationType: 'NEW'
      storageWorkloadType: 'OLTP'
      sqlSystemDbOnDataDisk: true
      sqlDataSettings: {
        luns: [
          0
        ]
        defaultFilePath: 'F:\\SQLData'
      }
      sqlLogSettings: {
        luns: [
          1
        ]
        defaultFilePath: 'G:\\SQLLog'
      }
      sqlTempDbSettings: {
        luns: [
          2
        ]
        defaultFilePath: 'H:\\SQLTemp'
      }
    } : null
    serverConfigurationsManagementSettings: {
      sqlConnectivityUpdateSettings: {
        connectivityType: 'PRIVATE'
        port: 1433
        // LocalSystem is no administrator of SQL Server in Microsoft's images; this login is, on every machine.
        sqlAuthUpdateUserName: sqlAdministratorLogin
        sqlAuthUpdatePassword: sqlAdministratorPassword
      }
      sqlInstanceSettings: {
        collation: collation
        maxDop: maxDop
        isIfiEnabled: true
        isLpimEnabled: true
      }
    }
    // Full backups every night, logs every quarter of an hour; the group says which replica they are taken from.
    autoBackupSettings: {
      enable: true
      enableEncryption: false
      retentionPeriod: backupRetentionDays
      storageAccountUrl: backups.properties.primaryEndpoints.blob
      storageAccessKey: backups.listKeys().keys[accountKeyIndex].value
      storageContainerName: machine.name
      backupSystemDbs: true
      backupScheduleType: 'Manual'
      fullBackupFrequency: 'Daily'
      fullBackupStartTime: 1
      fullBackupWindowHours: 4
      logBackupFrequency: 15
    }
  }
  dependsOn: [
    domainJoin[index]
    backups_privateEndpoint_zoneGroup
  ]
}]

resource sqlGroup_listener 'Microsoft.SqlVirtualMachine/sqlVirtualMachineGroups/availabilityGroupListeners@2023-10-01' = {
  parent: sqlGroup
  name: listenerName
  properties: {
    availabilityGroupName: availabilityGroupName
    port: 1433
    createDefaultAvailabilityGroupIfNotExist: true
    multiSubnetIpConfigurations: [for (machine, index) in machines: {
      privateIpAddress: {
        ipAddress: listenerAddresses[index]
        subnetResourceId: subnetResourceIds[index]
      }
      sqlVirtualMachineInstance: sqlVirtualMachines[index].id
    }]
    availabilityGroupConfiguration: {
      // Two replicas answer for every commit and take over by themselves; a third follows and is taken by hand.
      replicas: [for (machine, index) in machines: {
        sqlVirtualMachineInstanceId: sqlVirtualMachines[index].id
        role: index == 0 ? 'Primary' : 'Secondary'
        commit: index < 2 ? 'Synchronous_Commit' : 'Asynchronous_Commit'
        failover: index < 2 ? 'Automatic' : 'Manual'
        readableSecondary: 'No'
      }]
    }
  }
}

resource prepareDatabase 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[0]
  name: 'prepare-octopus-database'
  location: location
  tags: tags
  properties: {
    source: {
      script: groupScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: base64(string(groupConfiguration))
      }
    ]
    protectedParameters: [
      {
        name: 'AdministratorPassword'
        value: sqlAdministratorPassword
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    sqlGroup_listener
  ]
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the Windows cluster.')
output name string = sqlGroup.name

@description('Resource ID of the group of SQL virtual machines.')
output resourceId string = sqlGroup.id

@description('Names of the machines, in order.')
output virtualMachineNames array = [for machine in machines: machine.name]

@description('Resource IDs of the machines, in the order of their names.')
output virtualMachineResourceIds array = [for (machine, index) in machines: virtualMachines[index].id]

@description('Host name of the listener, which leads to the machine that is primary.')
output serverHostName string = listenerHostName

@description('Name of the database.')
output databaseName string = databaseName

// The certificate of SQL Server is its own unless somebody gives it another, so it is taken as it is; the traffic is
// encrypted, and stays inside the network. Never ApplicationIntent: Octopus writes all the time.
@description('Connection string of the database, by the listener. It never holds a password.')
output connectionString string = join([
  'Server=tcp:${listenerHostName},1433'
  'Initial Catalog=${databaseName}'
  'Persist Security Info=False'
  'Encrypt=True'
  'TrustServerCertificate=True'
  'MultiSubnetFailover=True'
  'Connect Timeout=60'
  'ConnectRetryCount=3'
  'ConnectRetryInterval=10'
  'Integrated Security=True'
], ';')
