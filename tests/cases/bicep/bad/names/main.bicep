param hostName string
param prefix string
var prefix = 'octopus'
var a = b
var b = '${a}-x'
var url = 'https://${hostNmae}'
param size integer
output one string = url
output one string = prefix
output two string = lower(hostName)
output three string = take(hostName)
output four string = newGuid()
output five string = readEnvironmentVariable('KEY')
output six int = size
param many int = 'two'
output eight string = [many]
