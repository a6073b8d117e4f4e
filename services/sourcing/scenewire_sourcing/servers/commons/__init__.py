"""Videos and pictures of Wikimedia Commons, offered through MCP.

Uses MediaWiki's API, which needs no key and asks for a contact in the User-Agent (`SOURCING_CONTACT`). Every file has its own
licence; all allow changes and commercial use. Restrictions besides copyright, such as rights of persons and trademarks, are
passed on as something to review.
"""
