"""The table of published files, against the files. Runs where SCENEWIRE_TEST_WEIGHTS names a folder of `--from packages`."""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenewire.installation.files import is_intact
from scenewire_tts.engines.kokoro.voices import read_voice
from scenewire_tts.installation.published import KOKORO

FOLDER = Path(os.environ.get("SCENEWIRE_TEST_WEIGHTS", "nowhere"))

pytestmark = pytest.mark.skipif(
    not (FOLDER / "voices" / "af_heart.bin").exists(), reason="SCENEWIRE_TEST_WEIGHTS names no folder of packages"
)


def test_sizes_and_hashes_are_those_of_the_files():
    for file in (KOKORO.graphs["int8"], KOKORO.vocabulary, *KOKORO.single_voices):
        assert is_intact(FOLDER / file.path, file), file.path


def test_the_voices_of_npm_and_of_the_release_page_are_the_same():
    arrays: dict[str, Any] = {
        file.name: read_voice(FOLDER / file.path, file.name).reshape(-1, 1, 256)
        for file in sorted(KOKORO.single_voices, key=lambda file: file.name)
    }
    packed = io.BytesIO()
    np.savez(packed, **arrays)

    assert hashlib.sha256(packed.getvalue()).hexdigest() == KOKORO.voices.sha256
