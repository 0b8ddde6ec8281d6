metadata name = 'Existing share'
metadata description = 'The path of a share that is there already. Nothing is made or changed.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. UNC path of the folder for Octopus, the same on every node.')
@minLength(5)
@maxLength(240)
param uncPath string = '\\\\files.corp.example.com\\octopus'

@description('Optional. Account that the nodes use the share with; empty when they come as who they are in the domain.')
param userName string = 'FILES\\octopus'

// ================ //
// Outputs          //
// ================ //

@description('Name of the server of the share.')
output name string = split(uncPath, '\\')[2]

@description('Host name of the share.')
output hostName string = split(uncPath, '\\')[2]

@description('UNC path of the folder for Octopus.')
output uncPath string = uncPath

@description('Account that the nodes use the share with; empty when they come as who they are.')
output credentialUserName string = userName
