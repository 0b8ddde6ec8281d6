using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param skuName = 'Premium_ZRS'
param shareName = 'octopus'
param shareQuotaGib = 256
param shareIops = 0
param shareThroughputMibps = 0
param softDeleteRetentionInDays = 14
param smbChannelEncryption = 'AES-128-GCM;AES-256-GCM'
param workspaceResourceId = ''
param accountKeySecretName = 'storage-account-key'
param accountKeyIndex = 0
param keyVaultEntriesExpireOn = ''

