// Types that are taken from a resource.
type rulesType = resourceInput<'Microsoft.Network/networkSecurityGroups@2025-05-01'>.properties.securityRules

param rules rulesType = []
param tags resourceInput<'microsoft.network/networksecuritygroups@2025-05-01'>.tags?
param whole resourceOutput<'Microsoft.Network/networkSecurityGroups@2025-05-01'>?
param sku resourceInput<'Microsoft.Storage/storageAccounts@2023-05-01'>.properties.accessTier

output all array = [rules, tags, whole, sku]
