"""Reads a script as people bring it.

formats     converts subtitles, SSML, HTML and front matter to plain lines
directions  recognises what a script says about its video rather than to its audience
lines       finds the lines that were broken on purpose
speakers    finds the speakers of a dialogue
reader      reads all of it as a manuscript: title, sections, passages, notes
"""
