// How every operator and literal is written in ARM.
param a int
param b int
param text string
param data object
param list array

var literals = {
  whole: 42
  negative: -1
  large: 4294967296
  yes: true
  nothing: null
  bracket: '[not an expression]'
  onlyOpen: '[open'
  quote: 'it\'s'
  copy: 'escaped key'
  '${text}-key': 1
}
var arithmetic = [a + b, a - b, a * b, a / b, a % b, -a]
var comparison = [a < b, a <= b, a > b, a >= b, a == b, a != b, text =~ 'A', text !~ 'B']
var logic = a > 0 && b > 0 || !(a == b)
var choice = logic ? 'yes' : 'no'
var coalesced = data.?first ?? data.?second.name ?? 'none'
var access = [data.first.second, data['a-b'], list[0], list[a], list[^1], list[?5], data!.first, data['c']]
var format1 = '{${a}}-${text}: \${literal}'
var format2 = '${'${text}-inner'}-${length(list)}'
var multi = '''
first 'line'
  second
'''
var called = az.resourceGroup().location
var same = sys.concat(text, 'x')
var any1 = any(list)
var created = string({ a: [1, { b: text }] })
var named = nameof(data.first)
output all array = [literals, arithmetic, comparison, choice, coalesced, access, format1, format2]
output rest array = [multi, called, same, any1, created, named]
output number int = 1
output indexed string = '${list[0].name}${data.x['y z'].w}'
