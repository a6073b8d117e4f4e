"""The only code that talks to JetStream.

service    Bus: what a service consumes and publishes
delivery   heartbeat, delayed retry, give-back, dead letter: once, for all services
publishing size limits, and failures of a publish
batches    the same for a recorder: as many messages as are there
metrics    what is counted and timed of messages
ended      projects that failed or were called off: nobody works for them
ephemeral  consumers of one process
credentials passwords of a deployment
connection how the broker is reached, and what happens when it is gone
replay     the stream as a whole, read and given back
provision  streams and durables as `scenewire.topology` has them: `python -m scenewire.bus provision`
"""

from scenewire.bus.bus import Bus
from scenewire.bus.received import published_at_ns

__all__ = ["Bus", "published_at_ns"]
