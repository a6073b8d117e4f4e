"""Footage servers shipped with the product. Each is started as a process of its own and spoken to through MCP.

library  the clips in a local folder: `python -m scenewire_sourcing.servers.library`
dvids    the archive of the U.S. Department of Defense, through its official interface; needs a key
nasa     the archive of NASA, through its official interface

dvids and nasa share `archive_server`, the tools; `archive_client`, which asks politely and keeps the key to itself; and
`rights`, which tells from a description that a clip may not be free.
"""
