param location string
param key string
param later string

output all array = [location, key, later]
