"""Asks for the topic of an order that has none, if somebody is there to answer."""

import sys
from dataclasses import replace

import typer

from scenewire_cli.ordering.order import build_order
from scenewire_cli.ordering.order_options import DEFAULT_TOPIC, OrderOptions

__all__ = ["ask_topic"]


def ask_topic(options: OrderOptions, *, as_json: bool) -> OrderOptions:
    """Returns the options with a topic that was asked for on the terminal; without a terminal, the default remains.

    Raises:
        PermanentError: `invalid_order`, one of the other options is wrong; nothing is asked then.
    """
    has_content = any(given is not None for given in (options.words, options.topic, options.script))
    if has_content or as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return options
    build_order(options)
    return replace(options, topic=typer.prompt("Topic", default=DEFAULT_TOPIC, err=True))
