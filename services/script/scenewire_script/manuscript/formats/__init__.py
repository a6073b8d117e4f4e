"""Recognises the format of a script by its content, and converts it to plain lines with light Markdown.

convert       tries the formats in order
subtitles     SubRip, WebVTT, SubStation and their look-alikes
transcripts   speakers and times of recorded talks and chats
delimited     tables with commas, semicolons, tabs or bars
ssml          speech markup
html_page     web pages
front_matter  fields between `---` lines
"""
