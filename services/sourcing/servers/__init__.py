"""Footage servers shipped with the product. Each is started as a process of its own and spoken to through MCP.

library  the clips in a local folder: `python -m services.sourcing.servers.library`
"""
