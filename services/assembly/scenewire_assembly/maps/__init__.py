"""Maps: the world's outlines, and the land of a stretch of it painted.

outlines    countries as rings of coordinates; `outlines.npz` is written by scripts/map_outlines.py
projection  what a map shows, and where places are on it
raster      fills outlines in a picture
land        paints the land of a map
"""
