"""The only code that speaks NATS; an import rule checks that.

bus             Bus: what a service consumes and publishes
client          BusClient: publish orders, read the stream and follow a project without being a service
connection      addresses, logins and connections
delivery        middleware of every delivery: heartbeat, delayed retry, nak, dead letter
dead_letters    what a message that cannot be handled leaves
letters         reads, puts back and removes dead letters
batch_consumer  batches for the recorder: whatever is available, settled together
cancellation    stops the work for projects that have ended
admission       decides whether a new order is taken
publishing      headers, size limits and failures of a publish
received        received messages
metrics         counters and timers
credentials     passwords of a deployment
provision       creates the streams and durables of `scenewire.topology`: `python -m scenewire.bus provision`
"""

from scenewire.bus.bus import Bus

__all__ = ["Bus"]
