@export()
type sizeType = 'small' | 'large'

@export()
@description('A level.')
type levelType = baseType

type baseType = int

var prefix = 'octopus'

@export()
var defaults = {
  name: prefix
  text: loadTextContent('text.txt')
}

@export()
func tagged(text string) string => '${text}-tag'
