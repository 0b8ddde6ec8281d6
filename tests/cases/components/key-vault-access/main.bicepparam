using 'main.bicep'


