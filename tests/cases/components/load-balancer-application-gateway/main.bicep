metadata name = 'Application Gateway'
metadata description = 'Web application firewall and HTTPS front of the portal over the zones, with TLS again to the nodes that take tasks.'

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

@description('Optional. Name of the gateway.')
@minLength(1)
@maxLength(80)
param applicationGatewayName string = 'agw-${namePrefix}'

@description('Optional. Name of the policy of the web application firewall.')
@minLength(1)
@maxLength(128)
param firewallPolicyName string = 'wafp-${namePrefix}'

@description('Required. Subnet that has nothing in it but application gateways.')
param applicationGatewaySubnetResourceId string

@description('Optional. Range of that subnet, in CIDR notation.')
param applicationGatewaySubnetPrefix string = '10.20.2.0/24'

@description('Optional. Private address of the front end; empty for the last one of the subnet, as the gateway fills it from the start.')
param privateIpAddress string = ''

@description('Optional. Availability zones of the gateway; empty in a region without zones.')
param zones array = [
  '1'
  '2'
  '3'
]

@description('Optional. DNS name of the portal; the gateway answers to this name only, and the certificates carry it.')
param portalHostName string = 'octopus.example.com'

@description('Required. Virtual network that finds the portal by its name.')
param virtualNetworkResourceId string

@description('Required. Private addresses of the nodes.')
@minLength(1)
param nodeIpAddresses array

@description('Required. Resource ID of the identity that reads the certificate; it may already read secrets of the vault.')
param gatewayIdentityResourceId string

@description('Required. Address of the certificate in Key Vault, as a secret without version, so that a renewed one is found within hours.')
param certificateSecretUri string

@description('Optional. Root certificates that the certificate of the nodes leads to, DER in base64; empty when a public authority signed it.')
@maxLength(10)
param backendRootCertificates array = []

@description('Optional. Instances that are always there.')
@minValue(2)
@maxValue(124)
param minCapacity int = 2

@description('Optional. Instances that the gateway grows to under load.')
@minValue(2)
@maxValue(125)
param maxCapacity int = 10

@description('Optional. Seconds that a node may take to answer.')
@minValue(60)
@maxValue(86400)
param requestTimeoutInSeconds int = 900

@description('Optional. Seconds that requests under way keep a node that is taken out.')
@minValue(1)
@maxValue(3600)
param drainTimeoutInSeconds int = 300

@description('Optional. What the firewall does with an attack: Prevention blocks it, Detection only writes it to the log.')
@allowed([
  'Detection'
  'Prevention'
])
param firewallMode string = 'Prevention'

@description('Optional. Largest package upload in MB.')
@minValue(100)
@maxValue(4000)
param uploadLimitInMb int = 4000

@description('Optional. Largest body, in MB, of requests that are no uploads.')
@minValue(2)
@maxValue(100)
param bodyLimitInMb int = 16

@description('Optional. Sign-ins with a password that one address may try in a minute.')
@minValue(5)
@maxValue(5000)
param signInsPerMinute int = 60

@description('Optional. Parts of requests that the managed rules leave alone, each with variable, operator and selector.')
param firewallExclusions array = []

@description('Optional. Log Analytics workspace for the logs; empty for none.')
param workspaceResourceId string = ''

// ================ //
// Variables        //
// ================ //

// Gateways take no dynamic private address. Instances fill the subnet from its start, so the front end takes its end.
var frontEndPrivateIpAddress = empty(privateIpAddress) ? parseCidr(applicationGatewaySubnetPrefix).lastUsable : privateIpAddress

var backendPoolName = 'octopus-nodes'
var backendSettingsName = 'octopus-https'
var certificateName = 'portal'
var probeName = 'octopus-ping'
var rewriteRuleSetName = 'forwarded-headers'

// Uploads of packages, of artifacts and of exported projects, in any space, and pushes to the built-in NuGet feed.
var uploadPaths = '^/(api/([^/]+/)?(packages|artifacts|projects/import-export)|nuget)(/|$|[?])'

// Scripts and variables are code and connection strings by nature, and tokens are random: in the values of these the
// rules would find attacks that are none. Their names are still inspected, and so is everything else of the request.
var octopusExclusions = [
  {
    variable: 'RequestArgValues'
    operator: 'Contains'
    selector: 'Octopus.Action.'
  }
  {
    variable: 'RequestArgValues'
    operator: 'EndsWith'
    selector: 'ScriptBody'
  }
  {
    variable: 'RequestArgValues'
    operator: 'StartsWith'
    selector: 'Variables'
  }
  {
    variable: 'RequestArgValues'
    operator: 'EndsWith'
    selector: 'ReleaseNotes'
  }
  {
    variable: 'RequestArgValues'
    operator: 'Equals'
    selector: 'id_token'
  }
  {
    variable: 'RequestArgValues'
    operator: 'Equals'
    selector: 'state'
  }
  {
    variable: 'RequestCookieValues'
    operator: 'StartsWith'
    selector: 'Octopus'
  }
  {
    variable: 'RequestHeaderValues'
    operator: 'Equals'
    selector: 'Authorization'
  }
  {
    variable: 'RequestHeaderValues'
    operator: 'Equals'
    selector: 'X-Octopus-Csrf-Token'
  }
]

// The groups that look into values; the ones about methods, protocol and known vulnerabilities have no exclusions.
var valueRuleGroups = [
  'LFI'
  'RFI'
  'RCE'
  'PHP'
  'NODEJS'
  'XSS'
  'SQLI'
  'JAVA'
  'MS-ThreatIntel-AppSec'
  'MS-ThreatIntel-SQLI'
  'MS-ThreatIntel-WebShells'
]
var valueRuleGroupEntries = [for group in valueRuleGroups: {
  ruleGroupName: group
}]
var exclusionRuleSets = [
  {
    ruleSetType: 'Microsoft_DefaultRuleSet'
    ruleSetVersion: '2.2'
    ruleGroups: valueRuleGroupEntries
  }
]

// ================ //
// Resources        //
// ================ //

resource firewallPolicy 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies@2025-05-01' = {
  name: firewallPolicyName
  location: location
  tags: tags
  properties: {
    policySettings: {
      state: 'Enabled'
      mode: firewallMode
      requestBodyCheck: true
      // As deep as the engine looks.
      requestBodyInspectLimitInKB: 2000
      // Packages and artifacts may be sent as plain bodies, which count as no upload; the rule BlockLargeBodies holds the rest down.
      requestBodyEnforcement: false
      maxRequestBodySizeInKb: 2000
      fileUploadEnforcement: true
      fileUploadLimitInMb: uploadLimitInMb
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
            selector: '*'
          }
          {
            state: 'Enabled'
            matchVariable: 'RequestPostArgNames'
            selectorMatchOperator: 'EqualsAny'
            selector: '*'
          }
          {
            state: 'Enabled'
            matchVariable: 'RequestJSONArgNames'
            selectorMatchOperator: 'EqualsAny'
            selector: '*'
          }
        ]
      }
    }
    customRules: [
      {
        name: 'BlockLargeBodies'
        priority: 10
        ruleType: 'MatchRule'
        action: 'Block'
        state: 'Enabled'
        matchConditions: [
          {
            matchVariables: [
              {
                variableName: 'RequestHeaders'
                selector: 'Content-Length'
              }
            ]
            operator: 'GreaterThan'
            matchValues: [
              string(bodyLimitInMb * 1048576)
            ]
          }
          {
            matchVariables: [
              {
                variableName: 'RequestUri'
              }
            ]
            operator: 'Regex'
            // Azure spells it this way.
            negationConditon: true
            matchValues: [
              uploadPaths
            ]
            transforms: [
              'Lowercase'
            ]
          }
        ]
      }
      {
        name: 'LimitSignIns'
        priority: 20
        ruleType: 'RateLimitRule'
        rateLimitDuration: 'OneMin'
        rateLimitThreshold: signInsPerMinute
        action: 'Block'
        state: 'Enabled'
        groupByUserSession: [
          {
            groupByVariables: [
              {
                variableName: 'ClientAddr'
              }
            ]
          }
        ]
        matchConditions: [
          {
            matchVariables: [
              {
                variableName: 'RequestUri'
              }
            ]
            operator: 'BeginsWith'
            matchValues: [
              '/api/users/login'
            ]
            transforms: [
              'Lowercase'
            ]
          }
        ]
      }
    ]
    managedRules: {
      managedRuleSets: [
        {
          ruleSetType: 'Microsoft_DefaultRuleSet'
          ruleSetVersion: '2.2'
        }
        {
          ruleSetType: 'Microsoft_BotManagerRuleSet'
          ruleSetVersion: '1.1'
        }
      ]
      exclusions: [for exclusion in concat(octopusExclusions, firewallExclusions): {
        matchVariable: exclusion.variable
        selectorMatchOperator: exclusion.operator
        selector: exclusion.selector
        exclusionManagedRuleSets: exclusionRuleSets
      }]
    }
  }
}

resource applicationGateway 'Microsoft.Network/applicationGateways@2025-05-01' = {
  name: applicationGatewayName
  location: location
  tags: tags
  zones: empty(zones) ? null : zones
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${gatewayIdentityResourceId}': {}
    }
  }
  properties: {
    sku: {
      name: 'WAF_v2'
      tier: 'WAF_v2'
    }
    autoscaleConfiguration: {
      minCapacity: minCapacity
      maxCapacity: maxCapacity
    }
    enableHttp2: true
    // TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers only.
    sslPolicy: {
      policyType: 'Predefined'
      policyName: 'AppGwSslPolicy20220101S'
    }
    firewallPolicy: {
      id: firewallPolicy.id
    }
    forceFirewallPolicyAssociation: true
    gatewayIPConfigurations: [
      {
        name: 'subnet'
        properties: {
          subnet: {
            id: applicationGatewaySubnetResourceId
          }
        }
      }
    ]
    frontendIPConfigurations: [
      {
        name: 'private'
        properties: {
          subnet: {
            id: applicationGatewaySubnetResourceId
          }
          privateIPAllocationMethod: 'Static'
          privateIPAddress: frontEndPrivateIpAddress
        }
      }
    ]
    frontendPorts: [
      {
        name: 'https'
        properties: {
          port: 443
        }
      }
    ]
    sslCertificates: [
      {
        name: certificateName
        properties: {
          keyVaultSecretId: certificateSecretUri
        }
      }
    ]
    trustedRootCertificates: [for (certificate, index) in backendRootCertificates: {
      name: 'root-${index}'
      properties: {
        data: certificate
      }
    }]
    backendAddressPools: [
      {
        name: backendPoolName
        properties: {
          // Interfaces that join the pool would each change the gateway; listed addresses change it once.
          backendAddresses: [for address in nodeIpAddresses: {
            ipAddress: address
          }]
        }
      }
    ]
    probes: [
      {
        // 200 is a node that takes tasks; a node that drains answers 418 and gets no new requests.
        name: probeName
        properties: {
          protocol: 'Https'
          path: '/api/octopusservernodes/ping'
          pickHostNameFromBackendHttpSettings: true
          interval: 10
          timeout: 5
          unhealthyThreshold: 2
          match: {
            statusCodes: [
              '200'
            ]
          }
        }
      }
    ]
    backendHttpSettingsCollection: [
      {
        // TLS again: the nodes speak nothing else, and show the certificate of the portal.
        name: backendSettingsName
        properties: {
          port: 443
          protocol: 'Https'
          hostName: portalHostName
          // No affinity: cookies are made with the master key that all nodes share.
          cookieBasedAffinity: 'Disabled'
          requestTimeout: requestTimeoutInSeconds
          connectionDraining: {
            enabled: true
            drainTimeoutInSec: drainTimeoutInSeconds
          }
          probe: {
            id: resourceId('Microsoft.Network/applicationGateways/probes', applicationGatewayName, probeName)
          }
          trustedRootCertificates: [for (certificate, index) in backendRootCertificates: {
            id: resourceId('Microsoft.Network/applicationGateways/trustedRootCertificates', applicationGatewayName, 'root-${index}')
          }]
        }
      }
    ]
    httpListeners: [
      {
        name: 'https-private'
        properties: {
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/applicationGateways/frontendIPConfigurations', applicationGatewayName, 'private')
          }
          frontendPort: {
            id: resourceId('Microsoft.Network/applicationGateways/frontendPorts', applicationGatewayName, 'https')
          }
          protocol: 'Https'
          hostName: portalHostName
          requireServerNameIndication: true
          sslCertificate: {
            id: resourceId('Microsoft.Network/applicationGateways/sslCertificates', applicationGatewayName, certificateName)
          }
        }
      }
    ]
    rewriteRuleSets: [
      {
        name: rewriteRuleSetName
        properties: {
          rewriteRules: [
            {
              // The gateway would add the client's port to its address; the audit log of Octopus wants the address.
              name: 'client-address'
              ruleSequence: 100
              actionSet: {
                requestHeaderConfigurations: [
                  {
                    headerName: 'X-Forwarded-For'
                    headerValue: '{var_add_x_forwarded_for_proxy}'
                  }
                ]
              }
            }
          ]
        }
      }
    ]
    requestRoutingRules: [
      {
        name: 'portal-private'
        properties: {
          ruleType: 'Basic'
          priority: 100
          httpListener: {
            id: resourceId('Microsoft.Network/applicationGateways/httpListeners', applicationGatewayName, 'https-private')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/applicationGateways/backendAddressPools', applicationGatewayName, backendPoolName)
          }
          backendHttpSettings: {
            id: resourceId('Microsoft.Network/applicationGateways/backendHttpSettingsCollection', applicationGatewayName, backendSettingsName)
          }
          rewriteRuleSet: {
            id: resourceId('Microsoft.Network/applicationGateways/rewriteRuleSets', applicationGatewayName, rewriteRuleSetName)
          }
        }
      }
    ]
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
        ipv4Address: frontEndPrivateIpAddress
      }
    ]
  }
}

// Access, performance and what the firewall let through or stopped; each has a table of its own.
resource applicationGateway_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceResourceId)) {
  scope: applicationGateway
  name: 'log-analytics'
  properties: {
    workspaceId: workspaceResourceId
    logAnalyticsDestinationType: 'Dedicated'
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

// ================ //
// Outputs          //
// ================ //

@description('Name of the gateway.')
output name string = applicationGateway.name

@description('Resource ID of the gateway.')
output resourceId string = applicationGateway.id

@description('Resource ID of the policy of the web application firewall.')
output firewallPolicyResourceId string = firewallPolicy.id

@description('What the name of the portal must lead to.')
output portalAddress string = frontEndPrivateIpAddress

@description('Kind of DNS record for the name of the portal.')
output portalTarget string = 'A'

@description('Address of the front end.')
output frontendIpAddress string = frontEndPrivateIpAddress

@description('Backend pools of load balancers that the interfaces of the nodes join: none.')
output backendAddressPools array = []

@description('Backend pools of application gateways that the interfaces of the nodes join: none, because the gateway lists their addresses.')
output applicationGatewayBackendAddressPools array = []

@description('Addresses whose forwarded headers the nodes trust: the subnet of the gateway.')
output trustedProxies array = [
  applicationGatewaySubnetPrefix
]
