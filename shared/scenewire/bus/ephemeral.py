"""Consumers of one process, which nobody shares and the server forgets."""

from dataclasses import dataclass

from nats.js.api import ConsumerConfig
from nats.nuid import NUID

__all__ = ["Ephemeral"]

_names = NUID()


@dataclass
class Ephemeral(ConsumerConfig):
    """A consumer whose every incarnation has a new name: an ordered one is made anew when it missed something.

    Without a name the client asks for it on a subject that says nothing about it, and on which whoever may ask at all
    may also change the durables of others. With one, the subject says name and filter, and the server holds us to both.
    """

    def __post_init__(self) -> None:
        """Copies are other consumers."""
        self.name = _names.next().decode()
