"""The only code that speaks NATS; an import rule checks that.

bus           Bus: what a service consumes and publishes
consuming     the messages that a service consumes: settled, retried, paused, dead-lettered, stopped
client        BusClient: publish orders, read the stream and follow a project without being a service
reading       what the bus has stored: the stream in order, and dead letters
publishing    headers, size limits and failures of a publish
admission     decides whether a new order is taken
backlog       how much work waits, for metrics
connection    addresses, logins and connections
metrics       counters and timers
provisioning  streams, durables and passwords: `python -m scenewire.bus provision | credentials`
"""

from scenewire.bus.bus import Bus

__all__ = ["Bus"]
