using 'main.bicep'

param tags = {}
param namePrefix = 'octopus'
param retentionInDays = 90
param dailyQuotaGb = -1
param alertEmails = [
  'octopus-admins@example.com'
]

