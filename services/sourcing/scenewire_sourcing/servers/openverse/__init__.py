"""Openly licensed pictures, as Openverse finds them at Flickr, museums and elsewhere, offered through MCP.

Uses its API without a key: 20 requests a minute and 200 a day, so that it suits single videos. Openverse reads licences from
their sources and does not verify them.
"""
