param location string
param name string
param count int = 1
param tags object = {}
@secure()
param password string

#disable-next-line OCT363
output all array = [location, name, count, tags, empty(password)]
