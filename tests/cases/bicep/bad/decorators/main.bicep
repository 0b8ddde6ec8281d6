@secure()
var password = 'x'

@descripton('A name.')
param name string

@secure('yes')
@minLength(1)
@minLength(2)
param other string = name

@batchSize(1)
output all array = [password, other]
