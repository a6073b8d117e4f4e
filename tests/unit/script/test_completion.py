"""What is read of a language model's answer."""

import json

import pytest

from scenewire_script.writers.language_model.client import Completion


def completion(usage: object) -> Completion:
    choice = {"message": {"content": "words"}, "finish_reason": "stop"}
    return Completion.model_validate_json(json.dumps({"choices": [choice], "usage": usage}))


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 900, "completion_tokens": 400, "total_tokens": 1_300}, (900, 400)),
        ({"prompt_tokens": 900}, (900, None)),
        ({"prompt_tokens": None, "completion_tokens": 400}, (None, 400)),
        ({"prompt_tokens": -1, "completion_tokens": 10**400}, (None, None)),
        ({"prompt_tokens": "many", "completion_tokens": 1e308}, (None, None)),
        ({"prompt_tokens": True, "completion_tokens": [1]}, (None, None)),
        ({"total_tokens": 5}, (None, None)),
        ("free of charge", (None, None)),
        ([], (None, None)),
        (None, (None, None)),
    ],
)
def test_an_answer_is_used_whatever_it_says_of_its_tokens(usage: object, tokens: tuple[int | None, int | None]) -> None:
    reply = completion(usage).reply()
    assert (reply.text, reply.input_tokens, reply.output_tokens) == ("words", *tokens)
