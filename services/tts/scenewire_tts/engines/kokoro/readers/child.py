"""Reads Japanese or Chinese in a child process: one request on standard input, one answer on standard output, then exit.

Dictionaries take up to 200 MB of memory, which the worker does not keep. This process cannot open network connections.

    request   {"language": "ja", "text": …}
    answer    one line {"words": [[position, phonemes, joined], …]}
"""

import json
import os
import sys

from scenewire_tts.engines.kokoro.model.child import refuse_network
from scenewire_tts.engines.kokoro.readers.chinese import read_chinese
from scenewire_tts.engines.kokoro.readers.japanese import read_japanese

__all__ = ["main"]


def main() -> int:
    """Answers the request on standard input."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the output of libraries must not mix with the answer
    sys.addaudithook(refuse_network)
    request = json.loads(sys.stdin.buffer.read())
    read = {"ja": read_japanese, "zh": read_chinese}[request["language"]]
    answers.write(json.dumps({"words": read(request["text"])}).encode() + b"\n")
    answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
