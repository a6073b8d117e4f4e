"""Commands that use the gateway of a server in place of a stack on this host.

options     --server and --token-file
server      requests to the gateway
following   events of a project, as `progress` knows them
making      `make`
listing     rows of projects and findings, as the tables show them
mcp_bridge  MCP on standard input and output
"""
