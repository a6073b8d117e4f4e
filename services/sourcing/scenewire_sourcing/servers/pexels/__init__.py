"""Videos and photographs of Pexels, offered through MCP.

Uses its API, which needs a key: PEXELS_API_KEY, or better PEXELS_API_KEY_FILE, a file that holds it. The key is in no answer,
log or error. Everything is under the Pexels License. Pexels asks its users to name it, which the notice does.
"""
