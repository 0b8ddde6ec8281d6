using 'main.bicep'

param uncPath = '\\\\files.corp.example.com\\octopus'
param userName = ''

