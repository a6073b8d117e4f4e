"""Plain text, shared by all services. Pure; independent of messages and media.

markup   separates the words of a text from Markdown and HTML
words    finds words in any script
"""
