"""Orders, storyboards and videos for agents, over MCP."""
