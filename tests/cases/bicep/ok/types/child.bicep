param text string

@secure()
output text string = text
