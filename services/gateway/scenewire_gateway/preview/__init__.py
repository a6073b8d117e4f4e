"""Lets people watch a video while it is made.

scene_preview  the files that the gateway serves, made once and kept in a bounded folder
remux          a scene's segment and narration as one fragmented mp4, without encoding its picture again
playable       what such a file holds: parts that play by themselves, and their exact lengths
playlist       an HLS playlist that grows by scenes
"""
