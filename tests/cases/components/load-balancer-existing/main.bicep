metadata name = 'Existing load balancer'
metadata description = 'Addresses and pools of a balancer that exists already; nothing is made and nothing of it is changed.'

// ================ //
// Parameters       //
// ================ //

@description('Optional. Name or address of the balancer.')
@minLength(1)
@maxLength(253)
param balancerAddress string = 'balancer.example.com'

@description('Optional. Kind of DNS record that leads to it: A for an address, CNAME for a name.')
@allowed([
  'A'
  'CNAME'
])
param balancerRecordType string = 'CNAME'

@description('Optional. Where it calls the nodes from when it ends TLS, in CIDR notation; empty for one that passes connections on.')
param proxyPrefixes array = []

@description('Optional. Resource IDs of backend pools of Azure load balancers that the nodes join.')
@maxLength(10)
param backendPoolResourceIds array = []

@description('Optional. Resource IDs of backend pools of application gateways that the nodes join.')
@maxLength(10)
param applicationGatewayPoolResourceIds array = []

@description('Optional. Where polling Tentacles reach each node through it, each with node and address.')
@maxLength(16)
param nodeEndpoints array = []

// ================ //
// Outputs          //
// ================ //

@description('Name or address of the balancer.')
output name string = balancerAddress

@description('What the name of the portal must lead to.')
output portalAddress string = balancerAddress

@description('Kind of DNS record for the name of the portal.')
output portalTarget string = balancerRecordType

@description('Backend pools that the interfaces of the nodes join, each an object with id.')
output backendAddressPools array = [for poolResourceId in backendPoolResourceIds: {
  id: poolResourceId
}]

@description('Backend pools of application gateways that the interfaces of the nodes join, each an object with id.')
output applicationGatewayBackendAddressPools array = [for poolResourceId in applicationGatewayPoolResourceIds: {
  id: poolResourceId
}]

@description('Addresses whose forwarded headers the nodes trust.')
output trustedProxies array = proxyPrefixes

@description('Where polling Tentacles reach each node: its name, and address with port.')
output pollingEndpoints array = nodeEndpoints
