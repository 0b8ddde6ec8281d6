metadata name = 'Front Door'
metadata description = 'Front Door Premium with a web application firewall at the edge of Azure, and a private link to an internal load balancer of the nodes that take tasks.'

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

@description('Optional. Name of the Front Door profile.')
@minLength(1)
@maxLength(260)
param profileName string = 'afd-${namePrefix}'

@description('Optional. Name of the endpoint, the start of its DNS name.')
@minLength(2)
@maxLength(46)
param endpointName string = 'fde-${namePrefix}'

@description('Optional. Name of the policy of the web application firewall; letters and digits only.')
@minLength(1)
@maxLength(128)
param firewallPolicyName string = 'waf${replace(namePrefix, '-', '')}'

@description('Optional. Name of the load balancer.')
@minLength(1)
@maxLength(80)
param loadBalancerName string = 'lbi-${namePrefix}'

@description('Optional. Name of the private link service.')
@minLength(1)
@maxLength(80)
param privateLinkServiceName string = 'pls-${namePrefix}'

@description('Required. Subnet of the front end.')
param loadBalancerSubnetResourceId string

@description('Optional. Fixed private address of the front end; empty lets Azure choose.')
param privateIpAddress string = ''

@description('Optional. Availability zones of the front end; empty in a region without zones.')
param zones array = [
  '1'
  '2'
  '3'
]

@description('Required. Subnet that the private link service takes its addresses from; network policies for private link services are off there.')
param privateLinkSubnetResourceId string

@description('Optional. Range of that subnet, in CIDR notation.')
param privateLinkSubnetPrefix string = '10.20.0.240/28'

@description('Optional. Addresses that the private link service calls the nodes from; each has 64,000 ports.')
@minValue(1)
@maxValue(8)
param natAddressCount int = 2

@description('Optional. Regions that Front Door makes a private endpoint in, one each.')
@minLength(1)
@maxLength(3)
param privateLinkLocations array = [
  'westeurope'
  'northeurope'
]

@description('Required. Names of the nodes, in order.')
@minLength(1)
param nodeNames array

@description('Optional. Front-end port of the first node for polling Tentacles; the other nodes follow, one port each.')
@minValue(1)
@maxValue(65000)
param firstPollingPort int = 10943

@description('Optional. Port of polling Tentacles on the nodes.')
@minValue(1)
@maxValue(65535)
param pollingPort int = 10943

@description('Optional. Minutes a connection may be idle; uploads and long polls need time.')
@minValue(4)
@maxValue(100)
param idleTimeoutInMinutes int = 30

@description('Optional. DNS name of the portal; Front Door answers to this name only, and the certificates carry it.')
param portalHostName string = 'octopus.example.com'

@description('Optional. Name that Front Door looks for in the certificate of the nodes; empty for the name of the portal.')
param originHostName string = ''

@description('Required. Virtual network that finds the portal by its name.')
param virtualNetworkResourceId string

@description('Optional. Seconds that a node may take to start its answer.')
@minValue(16)
@maxValue(240)
param responseTimeoutInSeconds int = 240

@description('Optional. Seconds between two health probes of one place of the edge.')
@minValue(5)
@maxValue(255)
param probeIntervalInSeconds int = 60

@description('Optional. What the managed rules do with an attack: Prevention blocks it, Detection only writes it to the log. Who may come in counts in both.')
@allowed([
  'Detection'
  'Prevention'
])
param firewallMode string = 'Prevention'

@description('Optional. Who on the Internet may open the portal; everybody else is turned away at the edge.')
@minLength(1)
@maxLength(50)
param firewallClientPrefixes array = [
  '10.0.0.0/8'
  '203.0.113.0/26'
]

@description('Optional. Sign-ins with a password that one address may try in a minute.')
@minValue(10)
@maxValue(5000)
param signInsPerMinute int = 100

@description('Optional. Parts of requests that the managed rules leave alone, each with matchVariable, selectorMatchOperator and selector.')
@maxLength(75)
param firewallExclusions array = []

@description('Optional. Log Analytics workspace for the logs; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

var frontEndName = 'portal'
var backendPoolName = 'octopus-nodes'
var probeName = 'octopus-ping'
var frontEndId = resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', loadBalancerName, frontEndName)

// The private endpoint asks with these words, and whoever approves it looks for them.
var privateLinkRequest = 'Front Door ${profileName}'
var originHost = empty(originHostName) ? portalHostName : originHostName
var managedRulesAction = firewallMode == 'Prevention' ? 'Block' : 'Log'
var octopusExclusions = [
  {
    matchVariable: 'QueryStringArgNames'
    selectorMatchOperator: 'Contains'
    selector: 'Octopus.Action.'
  }
  {
    matchVariable: 'RequestBodyPostArgNames'
    selectorMatchOperator: 'Contains'
    selector: 'Octopus.Action.'
  }
  {
    matchVariable: 'RequestBodyJsonArgNames'
    selectorMatchOperator: 'Contains'
    selector: 'Octopus.Action.'
  }
  {
    matchVariable: 'QueryStringArgNames'
    selectorMatchOperator: 'EndsWith'
    selector: 'ScriptBody'
  }
  {
    matchVariable: 'RequestBodyPostArgNames'
    selectorMatchOperator: 'EndsWith'
    selector: 'ScriptBody'
  }
  {
    matchVariable: 'RequestBodyJsonArgNames'
    selectorMatchOperator: 'EndsWith'
    selector: 'ScriptBody'
  }
  {
    matchVariable: 'QueryStringArgNames'
    selectorMatchOperator: 'StartsWith'
    selector: 'Variables'
  }
  {
    matchVariable: 'RequestBodyPostArgNames'
    selectorMatchOperator: 'StartsWith'
    selector: 'Variables'
  }
  {
    matchVariable: 'RequestBodyJsonArgNames'
    selectorMatchOperator: 'StartsWith'
    selector: 'Variables'
  }
  {
    matchVariable: 'QueryStringArgNames'
    selectorMatchOperator: 'EndsWith'
    selector: 'ReleaseNotes'
  }
  {
    matchVariable: 'RequestBodyPostArgNames'
    selectorMatchOperator: 'EndsWith'
    selector: 'ReleaseNotes'
  }
  {
    matchVariable: 'RequestBodyJsonArgNames'
    selectorMatchOperator: 'EndsWith'
    selector: 'ReleaseNotes'
  }
  {
    matchVariable: 'QueryStringArgNames'
    selectorMatchOperator: 'Equals'
    selector: 'id_token'
  }
  {
    matchVariable: 'RequestBodyPostArgNames'
    selectorMatchOperator: 'Equals'
    selector: 'id_token'
  }
  {
    matchVariable: 'RequestBodyJsonArgNames'
    selectorMatchOperator: 'Equals'
    selector: 'id_token'
  }
  {
    matchVariable: 'QueryStringArgNames'
    selectorMatchOperator: 'Equals'
    selector: 'state'
  }
  {
    matchVariable: 'RequestBodyPostArgNames'
    selectorMatchOperator: 'Equals'
    selector: 'state'
  }
  {
    matchVariable: 'RequestBodyJsonArgNames'
    selectorMatchOperator: 'Equals'
    selector: 'state'
  }
  {
    matchVariable: 'RequestCookieNames'
    selectorMatchOperator: 'StartsWith'
    selector: 'Octopus'
  }
  {
    matchVariable: 'RequestHeaderNames'
    selectorMatchOperator: 'Equals'
    selector: 'Authorization'
  }
  {
    matchVariable: 'RequestHeaderNames'
    selectorMatchOperator: 'Equals'
    selector: 'X-Octopus-Csrf-Token'
  }
]

// ================ //
// Resources        //
// ================ //

// For Front Door, for people inside, and for polling Tentacles, who cannot come through Front Door.
resource loadBalancer 'Microsoft.Network/loadBalancers@2025-05-01' = {
  name: loadBalancerName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: frontEndName
        zones: empty(zones) ? null : zones
        properties: {
          subnet: {
            id: loadBalancerSubnetResourceId
          }
          privateIPAddressVersion: 'IPv4'
          privateIPAllocationMethod: empty(privateIpAddress) ? 'Dynamic' : 'Static'
          privateIPAddress: empty(privateIpAddress) ? null : privateIpAddress
        }
      }
    ]
    backendAddressPools: [
      {
        name: backendPoolName
      }
    ]
    probes: [
      {
        // 200 is a node that takes tasks; a node that drains answers 418 and gets no new connections.
        name: probeName
        properties: {
          protocol: 'Https'
          port: 443
          requestPath: '/api/octopusservernodes/ping'
          intervalInSeconds: 5
          probeThreshold: 2
          // When all nodes drain, nobody is let in; connections that exist are left to finish.
          noHealthyBackendsBehavior: 'AllProbedDown'
        }
      }
    ]
    loadBalancingRules: [
      {
        name: 'portal'
        properties: {
          protocol: 'Tcp'
          frontendPort: 443
          backendPort: 443
          frontendIPConfiguration: {
            id: frontEndId
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', loadBalancerName, backendPoolName)
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', loadBalancerName, probeName)
          }
          // No affinity: cookies are made with the master key that all nodes share.
          loadDistribution: 'Default'
          enableTcpReset: true
          idleTimeoutInMinutes: idleTimeoutInMinutes
          disableOutboundSnat: true
        }
      }
    ]
    // A task is handed to a Tentacle by the node that runs it, so a polling Tentacle polls every node on a port of its own.
    inboundNatRules: [for (nodeName, index) in nodeNames: {
      name: 'polling-${nodeName}'
      properties: {
        protocol: 'Tcp'
        frontendPort: firstPollingPort + index
        backendPort: pollingPort
        frontendIPConfiguration: {
          id: frontEndId
        }
        enableTcpReset: true
        idleTimeoutInMinutes: idleTimeoutInMinutes
      }
    }]
  }
}

// Seen by this subscription only, and every connection waits for somebody who approves it. The private endpoint of
// Front Door is in a subscription of Microsoft's own, so no list of subscriptions could approve it.
resource privateLinkService 'Microsoft.Network/privateLinkServices@2025-05-01' = {
  name: privateLinkServiceName
  location: location
  tags: tags
  properties: {
    loadBalancerFrontendIpConfigurations: [
      {
        id: loadBalancer.properties.frontendIPConfigurations[0].id
      }
    ]
    ipConfigurations: [for index in range(0, natAddressCount): {
      name: 'nat-${index + 1}'
      properties: {
        primary: index == 0
        privateIPAddressVersion: 'IPv4'
        privateIPAllocationMethod: 'Dynamic'
        subnet: {
          id: privateLinkSubnetResourceId
        }
      }
    }]
    // The nodes learn the address of a client from X-Forwarded-For; the proxy protocol they would not understand.
    enableProxyProtocol: false
    visibility: {
      subscriptions: [
        subscription().subscriptionId
      ]
    }
    autoApproval: {
      subscriptions: []
    }
  }
}

resource firewallPolicy 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies@2025-10-01' = {
  name: firewallPolicyName
  location: 'global'
  tags: tags
  sku: {
    name: 'Premium_AzureFrontDoor'
  }
  properties: {
    policySettings: {
      enabledState: 'Enabled'
      // Always: in Detection mode the rules of this policy's own would turn nobody away, and the portal would be open.
      mode: 'Prevention'
      // The first 128 KB of a body; what comes after passes, which lets packages of any size through.
      requestBodyCheck: 'Enabled'
      customBlockResponseStatusCode: 403
      // The log shows what matched; API keys, tokens and variables are masked in it.
      logScrubbing: {
        state: 'Enabled'
        scrubbingRules: [
          {
            state: 'Enabled'
            matchVariable: 'RequestHeaderNames'
            selectorMatchOperator: 'Equals'
            selector: 'Authorization'
          }
          {
            state: 'Enabled'
            matchVariable: 'RequestHeaderNames'
            selectorMatchOperator: 'Equals'
            selector: 'X-Octopus-ApiKey'
          }
          {
            state: 'Enabled'
            matchVariable: 'RequestHeaderNames'
            selectorMatchOperator: 'Equals'
            selector: 'X-NuGet-ApiKey'
          }
          {
            state: 'Enabled'
            matchVariable: 'RequestCookieNames'
            selectorMatchOperator: 'EqualsAny'
          }
          {
            state: 'Enabled'
            matchVariable: 'QueryStringArgNames'
            selectorMatchOperator: 'EqualsAny'
          }
          {
            state: 'Enabled'
            matchVariable: 'RequestBodyPostArgNames'
            selectorMatchOperator: 'EqualsAny'
          }
          {
            state: 'Enabled'
            matchVariable: 'RequestBodyJsonArgNames'
            selectorMatchOperator: 'EqualsAny'
          }
        ]
      }
    }
    customRules: {
      rules: [
        {
          name: 'BlockOtherClients'
          priority: 10
          ruleType: 'MatchRule'
          action: 'Block'
          enabledState: 'Enabled'
          matchConditions: [
            {
              // The address of the connection; X-Forwarded-For, which RemoteAddr believes, anybody can write.
              matchVariable: 'SocketAddr'
              operator: 'IPMatch'
              negateCondition: true
              matchValue: firewallClientPrefixes
            }
          ]
        }
        {
          name: 'LimitSignIns'
          priority: 20
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: signInsPerMinute
          action: 'Block'
          enabledState: 'Enabled'
          groupBy: [
            {
              variableName: 'SocketAddr'
            }
          ]
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'Contains'
              negateCondition: false
              matchValue: [
                '/api/users/login'
              ]
              transforms: [
                'Lowercase'
              ]
            }
          ]
        }
      ]
    }
    managedRules: {
      managedRuleSets: [
        {
          ruleSetType: 'Microsoft_DefaultRuleSet'
          ruleSetVersion: '2.2'
          ruleSetAction: managedRulesAction
          // In the values of scripts, variables and tokens the rules would find attacks that are none.
          exclusions: concat(octopusExclusions, firewallExclusions)
        }
        {
          ruleSetType: 'Microsoft_BotManagerRuleSet'
          // Its rules have an action each: bad bots are blocked, others are noted.
          ruleSetVersion: '1.1'
        }
      ]
    }
  }
}

resource profile 'Microsoft.Cdn/profiles@2025-06-01' = {
  name: profileName
  location: 'global'
  tags: tags
  // Only Premium has private links and managed rules.
  sku: {
    name: 'Premium_AzureFrontDoor'
  }
  properties: {
    originResponseTimeoutSeconds: responseTimeoutInSeconds
    // API keys and tokens in addresses are masked in the access log.
    logScrubbing: {
      state: 'Enabled'
      scrubbingRules: [
        {
          state: 'Enabled'
          matchVariable: 'QueryStringArgNames'
          selectorMatchOperator: 'EqualsAny'
        }
      ]
    }
  }
  // So that a profile is never deleted before what it is linked to.
  dependsOn: [
    privateLinkService
  ]
}

// Another tenant can never take the name over: Azure makes the DNS name from this one and the tenant.
resource endpoint 'Microsoft.Cdn/profiles/afdEndpoints@2025-06-01' = {
  parent: profile
  name: endpointName
  location: 'global'
  tags: tags
  properties: {
    enabledState: 'Enabled'
    autoGeneratedDomainNameLabelScope: 'TenantReuse'
  }
}

resource originGroup 'Microsoft.Cdn/profiles/originGroups@2025-06-01' = {
  parent: profile
  name: 'octopus-nodes'
  properties: {
    // No affinity: cookies are made with the master key that all nodes share.
    sessionAffinityState: 'Disabled'
    loadBalancingSettings: {
      sampleSize: 4
      successfulSamplesRequired: 3
      additionalLatencyInMilliseconds: 50
    }
    // Front Door counts 200 only. Which node is in service is what the load balancer finds out.
    healthProbeSettings: {
      probePath: '/api/octopusservernodes/ping'
      probeProtocol: 'Https'
      probeRequestType: 'GET'
      probeIntervalInSeconds: probeIntervalInSeconds
    }
  }
}

// The same nodes by each region's private endpoint. One after the other: Front Door refuses changes that overlap.
@batchSize(1)
resource origins 'Microsoft.Cdn/profiles/originGroups/origins@2025-06-01' = [for privateLinkLocation in privateLinkLocations: {
  parent: originGroup
  name: 'nodes-${privateLinkLocation}'
  properties: {
    enabledState: 'Enabled'
    // Not looked up: the private link leads there. It is the name in the certificate of the nodes, which is checked.
    hostName: originHost
    originHostHeader: portalHostName
    httpPort: 80
    httpsPort: 443
    priority: 1
    weight: 1000
    enforceCertificateNameCheck: true
    sharedPrivateLinkResource: {
      privateLink: {
        id: privateLinkService.id
      }
      privateLinkLocation: privateLinkLocation
      requestMessage: privateLinkRequest
    }
  }
}]

resource customDomain 'Microsoft.Cdn/profiles/customDomains@2025-06-01' = {
  parent: profile
  name: replace(portalHostName, '.', '-')
  properties: {
    hostName: portalHostName
    tlsSettings: {
      certificateType: 'ManagedCertificate'
      // TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers only.
      minimumTlsVersion: 'TLS12'
      cipherSuiteSetType: 'Customized'
      customizedCipherSuiteSet: {
        cipherSuiteSetForTls12: [
          'ECDHE_RSA_AES256_GCM_SHA384'
          'ECDHE_RSA_AES128_GCM_SHA256'
        ]
        cipherSuiteSetForTls13: [
          'TLS_AES_256_GCM_SHA384'
          'TLS_AES_128_GCM_SHA256'
        ]
      }
    }
  }
}

// Without rules for caches and compression there is neither: every request is a node's to answer.
resource route 'Microsoft.Cdn/profiles/afdEndpoints/routes@2025-06-01' = {
  parent: endpoint
  name: 'portal'
  properties: {
    enabledState: 'Enabled'
    customDomains: [
      {
        id: customDomain.id
      }
    ]
    // The name that Azure gave the endpoint answers nobody: cookies and sign-in belong to the portal's own.
    linkToDefaultDomain: 'Disabled'
    originGroup: {
      id: originGroup.id
    }
    patternsToMatch: [
      '/*'
    ]
    supportedProtocols: [
      'Http'
      'Https'
    ]
    httpsRedirect: 'Enabled'
    forwardingProtocol: 'HttpsOnly'
  }
  // A route is refused while its group has no origin.
  dependsOn: [
    origins
  ]
}

resource securityPolicy 'Microsoft.Cdn/profiles/securityPolicies@2025-06-01' = {
  parent: profile
  name: 'portal'
  properties: {
    parameters: {
      type: 'WebApplicationFirewall'
      wafPolicy: {
        id: firewallPolicy.id
      }
      associations: [
        {
          domains: [
            {
              id: customDomain.id
            }
            {
              id: endpoint.id
            }
          ]
          patternsToMatch: [
            '/*'
          ]
        }
      ]
    }
  }
}

// The zone is the portal's name itself, so that it hides nothing else of the domain.
resource portalDnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: portalHostName
  location: 'global'
  tags: tags
  properties: {}
}

resource portalDnsZone_link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: portalDnsZone
  name: 'link-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetworkResourceId
    }
  }
}

resource portalDnsZone_address 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: portalDnsZone
  name: '@'
  properties: {
    ttl: 300
    aRecords: [
      {
        ipv4Address: loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress
      }
    ]
  }
}

resource loadBalancer_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: loadBalancer
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

// Requests, failed health probes, and what the firewall let through or stopped.
resource profile_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: profile
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logs: [
      {
        category: 'FrontDoorAccessLog'
        enabled: true
      }
      {
        category: 'FrontDoorHealthProbeLog'
        enabled: true
      }
      {
        category: 'FrontDoorWebApplicationFirewallLog'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

// ================ //
// Outputs          //
// ================ //

@description('Name of the Front Door profile.')
output name string = profile.name

@description('Resource ID of the Front Door profile.')
output resourceId string = profile.id

@description('ID that Front Door sends in the header X-Azure-FDID.')
output frontDoorId string = profile.properties.frontDoorId

@description('Resource ID of the policy of the web application firewall.')
output firewallPolicyResourceId string = firewallPolicy.id

@description('Name of the private link service, whose connections are approved after the deployment.')
output privateLinkServiceName string = privateLinkService.name

@description('What the name of the portal must lead to in the public DNS.')
output portalAddress string = endpoint.properties.hostName

@description('Kind of DNS record for the name of the portal.')
output portalTarget string = 'CNAME'

@description('Name of the TXT record that proves that the domain is yours.')
output domainValidationRecordName string = '_dnsauth.${portalHostName}'

@description('Value of that TXT record; empty when Azure has approved the domain and asks for none.')
output domainValidationRecordValue string = customDomain.properties.?validationProperties.?validationToken ?? ''

@description('Resource ID of the internal load balancer.')
output internalLoadBalancerResourceId string = loadBalancer.id

@description('Address of the internal load balancer, for people inside.')
output frontendIpAddress string = loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress

@description('Backend pools that the interfaces of the nodes join, each an object with id.')
output backendAddressPools array = [
  {
    id: loadBalancer.properties.backendAddressPools[0].id
  }
]

@description('Backend pools of application gateways that the nodes join: none.')
output applicationGatewayBackendAddressPools array = []

@description('Addresses whose forwarded headers the nodes trust: the subnet that the private link calls from.')
output trustedProxies array = [
  privateLinkSubnetPrefix
]

@description('Resource ID of the load balancer whose inbound NAT rules lead to the polling port of each node.')
output pollingLoadBalancerResourceId string = loadBalancer.id

@description('Where polling Tentacles reach each node: its name, and address with front-end port.')
output pollingEndpoints array = [for (nodeName, index) in nodeNames: {
  node: nodeName
  address: '${loadBalancer.properties.frontendIPConfigurations[0].properties.privateIPAddress}:${firstPollingPort + index}'
}]
