using 'main.bicep'

param serverName = 'sql.example.com'
param serverPort = 1433
param instanceName = ''
param databaseName = 'Octopus'
param userName = 'octopus'
param multiSubnetFailover = false
param trustServerCertificate = false
param connectionOptions = []

