import zipfile
from pathlib import Path

import numpy as np
import pytest

from scenewire_tts.engines.kokoro.voices import VoicesError, find_voices, mix, parse_mixture, read_voice
from tests.support.weights import ROWS, styles, write_voice

KNOWN = ["af_sky", "af_heart", "bf_emma"]


@pytest.mark.parametrize(
    ("wanted", "mixture"),
    [
        ("af_sky", (("af_sky", 1.0),)),
        ("af_sky,af_heart", (("af_sky", 0.5), ("af_heart", 0.5))),
        ("af_sky:3, bf_emma:1", (("af_sky", 0.75), ("bf_emma", 0.25))),
        ("af_sky,af_sky", (("af_sky", 1.0),)),
    ],
)
def test_a_voice_is_one_or_a_mixture(wanted: str, mixture: object):
    assert parse_mixture(wanted, KNOWN) == mixture


@pytest.mark.parametrize("wanted", ["en-us+f3", "", "af_sky,", "../../etc/passwd"])
def test_a_voice_that_is_not_there_is_refused(wanted: str):
    with pytest.raises(VoicesError, match="there is no voice"):
        parse_mixture(wanted, KNOWN)


@pytest.mark.parametrize("share", ["0", "-1", "nan", "inf", "much", ""])
def test_a_weight_is_a_positive_number(share: str):
    with pytest.raises(VoicesError, match="not a valid weight"):
        parse_mixture(f"af_sky:{share}", KNOWN)


def test_voices_are_the_same_in_every_format(tmp_path: Path):
    write_voice(tmp_path / "voices" / "one.pt", 7)
    (tmp_path / "voices" / "two.bin").write_bytes(styles(7).tobytes())
    np.savez(tmp_path / "voices-v1.0.npz", three=styles(7).reshape(ROWS, 1, 256))
    (tmp_path / "voices-v1.0.npz").rename(tmp_path / "voices-v1.0.bin")

    found = find_voices(tmp_path)

    assert sorted(found) == ["one", "three", "two"]
    for name, path in found.items():
        assert np.array_equal(read_voice(path, name), styles(7))


def test_nothing_in_a_voice_is_unpickled(tmp_path: Path):
    np.savez(tmp_path / "voices.npz", evil=np.array([print], dtype=object))

    with pytest.raises(VoicesError, match="evil cannot be read"):
        read_voice(tmp_path / "voices.npz", "evil")


@pytest.mark.parametrize("raw", [b"", b"x" * 1000, np.full(256, np.nan, "<f4").tobytes()], ids=["empty", "cut", "nan"])
def test_a_damaged_voice_is_refused(tmp_path: Path, raw: bytes):
    path = tmp_path / "one.bin"
    path.write_bytes(raw)

    with pytest.raises(VoicesError, match="one"):
        read_voice(path, "one")


def test_an_archive_of_something_else_is_no_voice(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "one.pt", "w") as archive:
        archive.writestr("holiday.jpg", b"")

    with pytest.raises(VoicesError, match="not one tensor"):
        read_voice(tmp_path / "one.pt", "one")


def test_a_mixture_is_the_weighted_mean_over_the_lengths_that_all_know():
    voices = {"a": styles(1, rows=4), "b": styles(2, rows=3)}

    assert np.allclose(mix((("a", 0.25), ("b", 0.75)), voices), 0.25 * styles(1, 4)[:3] + 0.75 * styles(2, 3))
