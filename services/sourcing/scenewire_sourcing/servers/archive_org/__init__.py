"""Videos and pictures of the Internet Archive, offered through MCP.

Uses its search and its metadata API, which need no key. Only items that state a licence are found. Uploaders state it, and the
archive does not verify it: what their descriptions say about rights of others is passed on as something to review.
"""
