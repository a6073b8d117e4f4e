"""Reads a script as people bring it.

formats      converts subtitles, SSML, HTML and others to plain lines
recognition  tells directions, marks, labels and remarks from narration
lines        finds the lines that were broken on purpose
reader       reads all of it as a manuscript: title, sections, passages, notes
"""
