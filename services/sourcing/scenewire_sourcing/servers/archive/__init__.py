"""What the servers of archives with an HTTP API share.

client      requests JSON: one request at a time, cached, bounded, with cooldowns; never reveals a key
answers     keeps answers, in memory and in a folder
server      the MCP tools
archive     searches clips, then stills, then with fewer words
settings    URL, intervals, timeouts and the contact that archives ask for
text        reduces HTML and values of unexpected types to text and numbers
doubts      signs of rights of third parties in a description
"""
