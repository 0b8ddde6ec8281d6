param rules resourceInput<'Microsoft.Network/networkSecurityGroups@2025-05-01'>.properties.securityRules

output rules array = rules
