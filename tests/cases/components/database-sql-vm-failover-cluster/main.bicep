metadata name = 'SQL Server failover cluster instance'
metadata description = 'Two SQL Server machines with one clustered instance on shared disks, its witness, and the Octopus database in it.'

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

@description('Optional. The two machines. Each has name, zone (empty for none), maintenanceDay and maintenanceStartTime.')
@minLength(2)
@maxLength(2)
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

@description('Required. Subnet of the machines.')
param databaseSubnetResourceId string

@description('Required. Subnet of the private endpoints.')
param privateEndpointsSubnetResourceId string

@description('Required. Private DNS zone for blobs, in which the cloud witness is found.')
param blobPrivateDnsZoneResourceId string

@description('Optional. Size of the machines, with premium storage.')
param vmSize string = 'Standard_E4ds_v5'

@description('Optional. Marketplace image of SQL Server; generation 2, for trusted launch. Its media is what the clustered instance is installed from.')
param imageReference object = {
  publisher: 'MicrosoftSQLServer'
  offer: 'sql2022-ws2022'
  sku: 'standard-gen2'
  version: 'latest'
}

@description('Optional. Edition of the image, as the SQL Server extension calls it.')
@allowed([
  'Developer'
  'Enterprise'
  'Standard'
])
param sqlImageSku string = 'Standard'

@description('Optional. How SQL Server is paid: by the hour, or with licences of your own.')
@allowed([
  'AHUB'
  'PAYG'
])
param sqlServerLicenseType string = 'PAYG'

@description('Optional. Size of the system disk in GiB.')
@minValue(127)
@maxValue(4095)
param osDiskSizeGiB int = 128

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

@description('Optional. Kind of the shared disks; Premium_ZRS for machines in two zones.')
@allowed([
  'Premium_LRS'
  'Premium_ZRS'
])
param sharedDiskSku string = 'Premium_ZRS'

@description('Optional. Size of the disk for the data files, in GiB. It may grow, never shrink.')
@minValue(32)
@maxValue(32767)
param dataDiskSizeGiB int = 256

@description('Optional. Size of the disk for the transaction logs, in GiB.')
@minValue(32)
@maxValue(32767)
param logDiskSizeGiB int = 128

@description('Optional. Size of the disk for tempdb, in GiB.')
@minValue(32)
@maxValue(32767)
param tempdbDiskSizeGiB int = 64

@description('Optional. Size of the disk for backups, in GiB.')
@minValue(32)
@maxValue(32767)
param backupDiskSizeGiB int = 512

@description('Optional. Name of the storage account of the cloud witness, unique in all of Azure.')
@minLength(3)
@maxLength(24)
param witnessAccountName string = take('stwit${replace(namePrefix, '-', '')}${uniqueString(resourceGroup().id)}', 24)

@description('Optional. Kind of the storage account of the cloud witness.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
])
param storageSku string = 'Standard_ZRS'

@description('Optional. Which of the two keys of the storage accounts the cluster uses; change it to rotate them.')
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

@description('Optional. Network name of the instance in the domain, which no client uses.')
@minLength(1)
@maxLength(15)
param instanceNetworkName string = 'octopus-fci'

@description('Optional. Name that clients use, without the domain: the distributed network name.')
@minLength(1)
@maxLength(15)
param instanceDnsName string = 'octopus-sql'

@description('Optional. TCP port of the instance. The security group of the subnet lets this one in.')
@minValue(1)
@maxValue(65535)
param sqlPort int = 1433

@description('Optional. Account of the domain that makes cluster and instance, without the domain. It administers both machines and may make computer accounts.')
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

@description('Required. Password of the account that SQL Server runs as, without blanks and quotation marks.')
@secure()
@minLength(12)
@maxLength(127)
param sqlServiceAccountPassword string

@description('Optional. Groups and accounts of the domain that administer SQL Server, without the domain.')
@maxLength(8)
param sqlAdministrators array = []

@description('Optional. Name of the database.')
@minLength(1)
@maxLength(64)
param databaseName string = 'Octopus'

@description('Required. Names of the nodes; their computer accounts own the database.')
@minLength(1)
@maxLength(16)
param nodeNames array

@description('Optional. More accounts that own the database, as DOMAIN\\name, such as the one Octopus runs as.')
@maxLength(8)
param databaseOwners array = []

@description('Optional. Take the certificate of the instance as it is: SQL Server makes one for itself that nobody can check. The traffic is encrypted in any case, and stays in the network. False when both machines have one from an authority that the nodes trust.')
param trustServerCertificate bool = true

@description('Optional. Days that SQL Server\'s own backups are kept.')
@minValue(1)
@maxValue(60)
param backupRetentionDays int = 14

@description('Optional. Data collection rule for the Azure Monitor agent; empty for no agent.')
param dataCollectionRuleResourceId string = ''

@description('Optional. Log Analytics workspace for the metrics of the storage accounts; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

var machineNames = [for machine in machines: machine.name]

var serverHostName = '${instanceDnsName}.${domainFqdn}'

// LocalSystem of a node is the computer account of that node, DOMAIN\NODE$, to other machines.
var nodeLogins = [for node in nodeNames: '${domainNetBiosName}\\${node}$']

var administratorLogins = [for administrator in sqlAdministrators: '${domainNetBiosName}\\${administrator}']

// The numbers begin at 10: the system disk and the temporary disk have low ones of their own.
var sharedDisks = [
  {
    name: 'SqlData'
    lun: 10
    sizeGiB: dataDiskSizeGiB
    letter: 'F'
  }
  {
    name: 'SqlLog'
    lun: 11
    sizeGiB: logDiskSizeGiB
    letter: 'G'
  }
  {
    name: 'SqlTempDb'
    lun: 12
    sizeGiB: tempdbDiskSizeGiB
    letter: 'H'
  }
  {
    name: 'SqlBackup'
    lun: 13
    sizeGiB: backupDiskSizeGiB
    letter: 'I'
  }
]

var folders = {
  root: 'F:\\MSSQL'
  data: 'F:\\Data'
  log: 'G:\\Log'
  tempdb: 'H:\\TempDb'
  backup: 'I:\\Backup'
}

// Names and settings only. Passwords and keys travel as protected parameters, which nobody can read back.
var clusterConfiguration = {
  machines: machineNames
  clusterName: clusterName
  instanceNetworkName: instanceNetworkName
  instanceDnsName: instanceDnsName
  port: sqlPort
  domainFqdn: domainFqdn
  domainNetBiosName: domainNetBiosName
  domainOuPath: domainOuPath
  clusterAccount: clusterAccount
  sqlServiceAccount: sqlServiceAccount
  sqlAdministrators: administratorLogins
  witnessAccountName: witnessAccountName
  witnessEndpoint: environment().suffixes.storage
  // Not read by the script: another key makes Azure run it again.
  accountKeyIndex: accountKeyIndex
  storageKind: 'shared-disks'
  disks: sharedDisks
  folders: folders
  databaseName: databaseName
  authentication: 'windows'
  loginName: ''
  windowsLogins: concat(nodeLogins, databaseOwners)
  backupRetentionDays: backupRetentionDays
}

// A change of the script or of any value in the configuration makes Azure run it again; it only does what is missing.
var clusterScript = loadTextContent('scripts/failover-cluster.ps1')

// ================ //
// Resources        //
// ================ //

// The third vote of the cluster: the machine that can write here goes on when the two lose sight of each other.
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

// Caches of two hosts would contradict each other, so there is none. A zone-redundant disk belongs to no zone.
resource disks 'Microsoft.Compute/disks@2025-01-02' = [for disk in sharedDisks: {
  name: 'disk-${namePrefix}-${toLower(disk.name)}'
  location: location
  tags: tags
  sku: {
    name: sharedDiskSku
  }
  zones: sharedDiskSku == 'Premium_ZRS' || empty(machines[0].zone) ? null : [
    machines[0].zone
  ]
  properties: {
    creationData: {
      createOption: 'Empty'
    }
    diskSizeGB: disk.sizeGiB
    maxShares: 2
    networkAccessPolicy: 'DenyAll'
    publicNetworkAccess: 'Disabled'
  }
}]

resource networkInterfaces 'Microsoft.Network/networkInterfaces@2025-05-01' = [for machine in machines: {
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
            id: databaseSubnetResourceId
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
          lun: sharedDisks[0].lun
          createOption: 'Attach'
          caching: 'None'
          deleteOption: 'Detach'
          managedDisk: {
            id: disks[0].id
          }
        }
        {
          lun: sharedDisks[1].lun
          createOption: 'Attach'
          caching: 'None'
          deleteOption: 'Detach'
          managedDisk: {
            id: disks[1].id
          }
        }
        {
          lun: sharedDisks[2].lun
          createOption: 'Attach'
          caching: 'None'
          deleteOption: 'Detach'
          managedDisk: {
            id: disks[2].id
          }
        }
        {
          lun: sharedDisks[3].lun
          createOption: 'Attach'
          caching: 'None'
          deleteOption: 'Detach'
          managedDisk: {
            id: disks[3].id
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
    completeInstance
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

// 1. On both machines, before the domain: the stand-alone instance of the image goes, the cluster feature comes.
resource prepareMachines 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = [for (machine, index) in machines: {
  parent: virtualMachines[index]
  name: 'sql-1-prepare'
  location: location
  tags: tags
  properties: {
    source: {
      script: clusterScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: base64(string(clusterConfiguration))
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
}]

// 2. Joining restarts the machine, which also ends what the removal left for a restart.
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
  dependsOn: [
    prepareMachines[index]
  ]
}]

// 3. On both machines: the cluster account becomes an administrator.
resource admitAccounts 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = [for (machine, index) in machines: {
  parent: virtualMachines[index]
  name: 'sql-2-admit'
  location: location
  tags: tags
  properties: {
    source: {
      script: clusterScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: base64(string(clusterConfiguration))
      }
      {
        name: 'Task'
        value: 'Admit'
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

// 4. On the first machine: validation, cluster, witness, disks and the instance.
resource createInstance 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[0]
  name: 'sql-3-create'
  location: location
  tags: tags
  properties: {
    source: {
      script: clusterScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: base64(string(clusterConfiguration))
      }
      {
        name: 'Task'
        value: 'Create'
      }
    ]
    protectedParameters: [
      {
        name: 'Secrets'
        value: base64(string({
          clusterAccountPassword: clusterAccountPassword
          sqlServiceAccountPassword: sqlServiceAccountPassword
          witnessAccessKey: witness.listKeys().keys[accountKeyIndex].value
        }))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    admitAccounts[0]
    admitAccounts[1]
    witness_privateEndpoint_zoneGroup
  ]
}

// 5. The second machine joins the instance.
resource joinInstance 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[1]
  name: 'sql-4-join'
  location: location
  tags: tags
  properties: {
    source: {
      script: clusterScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: base64(string(clusterConfiguration))
      }
      {
        name: 'Task'
        value: 'Join'
      }
    ]
    protectedParameters: [
      {
        name: 'Secrets'
        value: base64(string({
          clusterAccountPassword: clusterAccountPassword
          sqlServiceAccountPassword: sqlServiceAccountPassword
        }))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    createInstance
  ]
}

// 6. On the first machine again: the name for clients, the database, its logins, its backups, and one failover to and fro.
resource completeInstance 'Microsoft.Compute/virtualMachines/runCommands@2025-04-01' = {
  parent: virtualMachines[0]
  name: 'sql-5-complete'
  location: location
  tags: tags
  properties: {
    source: {
      script: clusterScript
    }
    parameters: [
      {
        name: 'Configuration'
        value: base64(string(clusterConfiguration))
      }
      {
        name: 'Task'
        value: 'Complete'
      }
    ]
    protectedParameters: [
      {
        name: 'Secrets'
        value: base64(string({
          clusterAccountPassword: clusterAccountPassword
        }))
      }
    ]
    asyncExecution: false
    timeoutInSeconds: 5400
    treatFailureAsDeploymentFailure: true
  }
  dependsOn: [
    joinInstance
  ]
}

// A clustered instance is registered with limited features: no automated backup, no automated patching, no storage
// configuration. Only now, because the extension looks for the instance. It is not there in Azure operated by 21Vianet.
resource sqlVirtualMachines 'Microsoft.SqlVirtualMachine/sqlVirtualMachines@2023-10-01' = [for (machine, index) in machines: if (environment().name != 'AzureChinaCloud') {
  name: machine.name
  location: location
  tags: tags
  properties: {
    virtualMachineResourceId: virtualMachines[index].id
    sqlServerLicenseType: sqlServerLicenseType
    sqlImageSku: sqlImageSku
    leastPrivilegeMode: 'Enabled'
  }
  dependsOn: [
    completeInstance
  ]
}]

// ================ //
// Outputs          //
// ================ //

@description('Name of the Windows cluster.')
output name string = clusterName

@description('Resource ID of the first machine.')
output resourceId string = virtualMachines[0].id

@description('Names of the machines, in order.')
output virtualMachineNames array = [for machine in machines: machine.name]

@description('Resource IDs of the machines, in the order of their names.')
output virtualMachineResourceIds array = [for (machine, index) in machines: virtualMachines[index].id]

@description('Host name of the instance: the distributed network name, whose addresses are those of both machines.')
output serverHostName string = serverHostName

@description('Name of the database.')
output databaseName string = databaseName

// Always encrypted. Never ApplicationIntent: Octopus writes all the time.
@description('Connection string of the database. It never holds a password.')
output connectionString string = join([
  'Server=tcp:${serverHostName},${sqlPort}'
  'Initial Catalog=${databaseName}'
  'Persist Security Info=False'
  'Encrypt=True'
  'TrustServerCertificate=${trustServerCertificate ? 'True' : 'False'}'
  'MultiSubnetFailover=True'
  'Connect Timeout=60'
  'ConnectRetryCount=3'
  'ConnectRetryInterval=10'
  'Integrated Security=True'
], ';')
