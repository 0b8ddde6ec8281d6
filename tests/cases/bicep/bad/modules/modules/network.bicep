param prefix string
param count int = 1

output id string = '${prefix}${count}'
