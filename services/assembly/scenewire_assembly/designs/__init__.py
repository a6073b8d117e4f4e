"""Designed sentences: what a scene shows where it has no footage.

zones      where letters may stand in each shape of picture
motion     curves and lengths of movements
drawing    shapes and letters as events of an ASS script
lettering  lines of words: sizes, breaks, places
board      what a design draws on: one sentence, its time, its theme
faces      the typefaces of a theme, by role
times      when the words of a scene are spoken
map_view   what part of the world a map shows
life       small shapes that drift over the ground
transitions  how scenes cover and uncover each other
kinds      a file for each design, and the table of them
scene      the boards of a scene, and the transitions around them
"""
