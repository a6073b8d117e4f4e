"""Writes down what happened.

Consumes every message of the stream; publishes none. The only writer of the database, and nobody waits for it: with
the recorder stopped every video is made just the same, and when it is back it catches up.

Promises: a batch of messages is one transaction, acknowledged after its commit. Every message is kept as it came, also
one that cannot be understood. What the other tables show of a project follows from its messages alone, however often
and in whatever order they arrive.
"""
