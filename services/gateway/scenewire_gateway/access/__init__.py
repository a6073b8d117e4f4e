"""Who may ask for what: API keys, the sessions of browsers, and the rule for a gateway without keys.

scopes          what a caller may do
keys            the file of API keys
sessions        cookies that stand for a key
neighbours      other containers, which are not this host
authentication  finds out who asks
middleware      admits nobody else, whatever the route
dependencies    scopes that routes require

docs/access.md explains it to operators.
"""
