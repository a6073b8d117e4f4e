"""Recognises what a script says beside its narration.

features          finds what the lines of a script have in common
directions        recognises what a script says about its video rather than to its audience
brackets          finds brackets within and between sentences
times             recognises the marks and times at which a scene begins
stamped_headings  finds headings behind the times at which they begin
screenplay        recognises the lines of a screenplay
tables            reads the columns of script tables
speakers          finds the speakers of a dialogue
remarks           finds what a language model says around a script
"""
