using 'main.bicep'

param balancerAddress = 'balancer.example.com'
param proxyPrefixes = []
param backendPoolResourceIds = []
param applicationGatewayPoolResourceIds = []
param nodeEndpoints = []

