"""Bundled footage servers. Each runs as its own process and speaks MCP.

library  the clips in a local folder: `python -m scenewire_sourcing.servers.library`
dvids    the archive of the U.S. Department of Defense, through its official API; needs a key
nasa     the archive of NASA, through its official API

dvids and nasa share the tools (`archive_server`), the rate-limited HTTP client (`archive_client`), its settings
(`archive_settings`) and the check of descriptions for third-party rights (`rights`).
"""
