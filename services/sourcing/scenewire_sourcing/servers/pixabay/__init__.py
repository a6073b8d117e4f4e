"""Videos and photographs of Pixabay, offered through MCP.

Uses its API, which needs a key: PIXABAY_API_KEY, or better PIXABAY_API_KEY_FILE, a file that holds it. The key is in no
answer, log or error. Pixabay requires that answers are reused for 24 hours. Everything is under the Pixabay Content License.
"""
