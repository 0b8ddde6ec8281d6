using 'main.bicep'

param balancerAddress = 'balancer.example.com'
param balancerRecordType = 'CNAME'
param proxyPrefixes = []
param backendPoolResourceIds = []
param applicationGatewayPoolResourceIds = []
param nodeEndpoints = []

