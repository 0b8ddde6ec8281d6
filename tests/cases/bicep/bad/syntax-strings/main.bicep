var open = 'no end
var path = 'C:\Octopus'
var smile = '\u1F600'
var large = '\u{110000}'
var hole = 'a${b c}d'
var array = 'a${[1]}b'
var empty = 'a${}b'
var lines = 'a${
  b
}c'
var ok = 'fine'
var raw = '''
  never closed
