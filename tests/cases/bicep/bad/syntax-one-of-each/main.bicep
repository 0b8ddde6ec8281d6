parameter name string
param 1st string
param second
param third string 'x'
var a =
var b = [1 2]
var c = (1, 2)
var d = f(1,)
var e = 9999999999999999999
var g = { 1: 2 }
var h = a.
var i = a.?f()
var j = 1 var k = 2
type l = |
func m(a) string => a
@description('nothing below')

@secure() param n string
resource o = {}
resource p 'T@1' = 5
resource q 'T@1' = [for x in y: 5]
resource r 'T@1' = {
  @batchSize(1)
  name: 'r'
}
module s 'a.bicep' = {
  params: {
    t 1
  }
}
import * from 'shared.bicep'
#disable-next-line
output t string = [for u v: u]
