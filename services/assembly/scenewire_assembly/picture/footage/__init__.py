"""Brings clips, stills and backgrounds of any kind into the format of a video."""
