"""Webhooks: tell programs of customers how projects end. Signed as Standard Webhooks describe.

endpoints   who is told, from a file of the operator
events      what is told
delivery    sends an event to every endpoint that wants it and does not have it

docs/webhooks.md explains it to those who receive them.
"""
