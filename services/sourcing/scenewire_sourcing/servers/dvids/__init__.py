"""Footage of the U.S. Department of Defense, from its archive DVIDS, offered through MCP.

Uses the archive's official interface, which needs a key: DVIDS_API_KEY, or better DVIDS_API_KEY_FILE, a file that holds
it. The key is in no answer, log or error.

Media made by employees of the Government on duty are in general free of copyright in the United States, but some items
belong to third parties, whether marked or not. What an item's credit or description says of that is passed on as
something to review. The Department asks for a credit and for the notice that its pictures imply no endorsement; the
wording is a setting.
"""
