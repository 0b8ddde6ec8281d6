@export()
type sizeType = 'small' | 'large'

var hidden = 1
