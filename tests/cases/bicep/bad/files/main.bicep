param name string
var text = loadTextContent('none.txt')
var given = loadTextContent(name)
var data = loadJsonContent('main.bicep')
var part = loadJsonContent('data.json', '$.b')
var odd = loadTextContent('data.json', 'utf-9')
var encoded = loadFileAsBase64('C:\\octopus.txt')
output all array = [text, given, data, part, odd, encoded]
