"""Films and photographs of the Library of Congress, offered through MCP.

Uses the JSON form of its site, which needs no key, is slow, and blocks for an hour whoever sends more than 20 requests a
minute. The Library states for each item what it knows about rights, and does not license: most usable items have “no known
restrictions”.
"""
