"""What tokens cost, and how many a request will take."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from scenewire.spending import MILLION
from scenewire_script.writers.language_model.client import ChatMessage

__all__ = ["TokenPrices", "estimate_input_tokens"]

_BYTES_PER_TOKEN: Final = 3
"""English has four bytes a token, Chinese and Japanese three."""


@dataclass(frozen=True)
class TokenPrices:
    """Prices of a million tokens, in any currency; None is unknown.

    Args:
        input: tokens that the model reads.
        output: tokens that it writes, with those of its reasoning.
    """

    input: float | None = None
    output: float | None = None

    def money(self, input_tokens: int | None, output_tokens: int | None) -> float | None:
        """Returns what tokens cost; None if a price or a number of tokens is unknown."""
        if self.input == self.output == 0:
            return 0.0
        if self.input is None or self.output is None or input_tokens is None or output_tokens is None:
            return None
        return (input_tokens * self.input + output_tokens * self.output) / MILLION


def estimate_input_tokens(messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> int:
    """Returns how many tokens a request has, rather too many than too few."""
    text = "".join(message["content"] for message in messages) + json.dumps(schema)
    return ceil(len(text.encode()) / _BYTES_PER_TOKEN)
