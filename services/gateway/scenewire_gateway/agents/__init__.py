"""The gateway for agents: an MCP server at /mcp, whose tools and resources do what REST does.

server     the server: who may call what, and how refusals look
reading    tools that change nothing
changing   tools that order, edit, approve, retry and cancel
resources  videos and their files, storyboards, the schema of orders
answers    what tools answer: small enough for a model

docs/agents.md explains it to users.
"""
