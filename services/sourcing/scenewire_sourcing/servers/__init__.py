"""Bundled footage servers. Each runs as its own process and speaks MCP.

library      the clips in a local folder: `python -m scenewire_sourcing.servers.library`
dvids        the U.S. Department of Defense; needs a key
nasa         NASA's image and video library
commons      Wikimedia Commons
archive_org  the Internet Archive
loc          the Library of Congress
openverse    openly licensed pictures from many places
pexels       Pexels; needs a key
pixabay      Pixabay; needs a key

All but the library use the official API of their archive. `archive` is what they share.
"""
