"""Bundled footage servers. Each runs as its own process and speaks MCP.

library  the clips in a local folder: `python -m scenewire_sourcing.servers.library`
dvids    the archive of the U.S. Department of Defense, through its official API; needs a key
nasa     the archive of NASA, through its official API

`archive` holds what the servers of archives share.
"""
