using 'main.bicep'

param keyVaultEntriesExpireOn = ''
param accountKeyIndex = 0

param octopusMasterKey = readEnvironmentVariable('OCTOHA_OCTOPUS_MASTER_KEY')
param octopusLicenseBase64 = readEnvironmentVariable('OCTOHA_OCTOPUS_LICENSE_BASE64')
param octopusAdministratorPassword = readEnvironmentVariable('OCTOHA_OCTOPUS_ADMINISTRATOR_PASSWORD')
param portalCertificatePfx = readEnvironmentVariable('OCTOHA_PORTAL_CERTIFICATE_PFX')
