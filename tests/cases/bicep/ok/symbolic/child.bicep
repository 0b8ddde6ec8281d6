param index int
param list array

output name string = '${index}-${length(list)}'
