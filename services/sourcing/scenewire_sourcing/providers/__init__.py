"""Footage providers: MCP servers, bundled or configured."""
