"""Turns an order into scenes.

Consumes `script.requested`; publishes one `scenes.scripted` per project.

Promises: a customer's own scenes are taken as they are, and a customer's own text is spoken word for word, only
divided; no language model sees either. A bare topic is written about by a model when there is a key for one. The script
of a project is stored once, before it is published: an order that is delivered again, or to two workers at once, always
leads to the same scenes with the same ids.
"""
