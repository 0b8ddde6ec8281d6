metadata name = 'Existing database'
metadata description = 'Writes the connection string of a database that is there already.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Host name of the server; a name without dots is that of an Azure SQL server of this cloud.')
@minLength(1)
@maxLength(253)
param serverName string = 'fog-octopus'

@description('Optional. TCP port of the server; without effect when an instance is named.')
@minValue(1)
@maxValue(65535)
param serverPort int = 1433

@description('Optional. Named instance, which clients look up with SQL Browser; empty to go to the port.')
@maxLength(16)
param instanceName string = ''

@description('Optional. Name of the database.')
@minLength(1)
@maxLength(64)
param databaseName string = 'Octopus'

@description('Required. Client ID of the managed identity with which the nodes open the database.')
@minLength(36)
@maxLength(36)
param nodesIdentityClientId string

@description('Optional. Try all addresses of the name at once: for a listener of an availability group or a distributed network name.')
param multiSubnetFailover bool = false

@description('Optional. Take any certificate of the server, such as a self-signed one. The traffic is encrypted, but nobody proves who is at the other end.')
param trustServerCertificate bool = false

@description('Optional. More keywords of the connection string, each as keyword=value. Never a password, never ApplicationIntent.')
param connectionOptions array = []

// ================ //
// Variables        //
// ================ //

var serverHostName = contains(serverName, '.') ? serverName : '${serverName}${environment().suffixes.sqlServerHostname}'
var serverAddress = empty(instanceName) ? 'tcp:${serverHostName},${serverPort}' : '${serverHostName}\\${instanceName}'

// ================ //
// Outputs          //
// ================ //

@description('Name of the server as clients know it.')
output name string = serverHostName

@description('Host name of the server.')
output serverHostName string = serverHostName

@description('Name of the database.')
output databaseName string = databaseName

// Encrypted in any case, and never with ApplicationIntent: a read-only replica cannot run Octopus.
@description('Connection string of the database. It never holds a password.')
output connectionString string = join(concat([
  'Server=${serverAddress}'
  'Initial Catalog=${databaseName}'
  'Persist Security Info=False'
  'Encrypt=True'
  'TrustServerCertificate=${trustServerCertificate ? 'True' : 'False'}'
  'MultiSubnetFailover=${multiSubnetFailover ? 'True' : 'False'}'
], connectionOptions, [
  'Authentication=Active Directory Managed Identity'
  'User ID=${nodesIdentityClientId}'
]), ';')
