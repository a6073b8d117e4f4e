"""Footage of NASA, from its image and video library, offered through MCP.

Uses the library's official interface, which needs no key. NASA's own media are in general free of copyright in the
United States; they may not be used to imply an endorsement. Some items belong to others, which their description then
says: that is passed on as something to review.
"""
