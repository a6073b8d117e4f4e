"""Designed sentences: what a scene shows where it has no footage.

zones      where letters may stand in each shape of picture
motion     curves and lengths of movements
drawing    shapes and letters as events of an ASS script
lettering  lines of words: sizes, breaks, places
board      what a design draws on: one sentence, its time, its theme
registry   the designs by kind; each has a file of its own
scene      the boards of a scene, and the transitions around them
"""
