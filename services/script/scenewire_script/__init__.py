"""Turns an order into scenes.

Consumes `script.requested`; publishes one `scenes.scripted` per project.

Guarantees: the scenes of an order are used as they are, and the text of an order is only divided, word for word; neither is
sent to a language model. A model writes about a bare topic if there is an API key. The script of a project is stored once,
before it is published: an order that is redelivered, or delivered to two workers at once, always leads to the same scenes
with the same ids.
"""
