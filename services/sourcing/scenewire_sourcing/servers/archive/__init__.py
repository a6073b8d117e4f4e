"""What the servers of archives with an HTTP API share.

client    requests JSON: one request at a time, cached, bounded, with cooldowns; never reveals a key
server    the MCP tools
settings  URL, intervals, timeouts and the contact that archives ask for
doubts    signs of rights of third parties in a description
"""
