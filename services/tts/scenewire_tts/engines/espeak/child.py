"""Runs espeak-ng in a child process: one request on standard input, one answer on standard output, then exit.

The library keeps global state: its second synthesis differs from its first by a few samples, while the first in a fresh
process is deterministic. This file imports little, so that a process per scene is cheap.

    request   {"text": …, "language": "pt-BR", "voice": null, "words_per_minute": 150, "phonemes": false}
              with "inline_phonemes": true, text in double brackets is read as phonemes, in espeak-ng's letters
    answer    one line {"voice": …, "sample_rate": 22050, "marks": [[position, sample], …],
              "clauses": [[end position, phonemes], …]}, then 16-bit PCM
              with phonemes, marks are [position, sample, [phoneme, …]] and no PCM follows
    refusal   one line {"refused": reason}
    request   {"list": true}
    answer    one line {"voices": [{"name": …, "label": …, "languages": [tag, …], "is_default": …}, …]}
"""

import ctypes
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import espeakng_loader

__all__ = ["RefusedError", "Voice", "list_voices", "select_voice"]

_SYNCHRONOUS: Final = 2
_DONT_EXIT: Final = 0x8000
_RATE: Final = 1
_POSITION_IN_CHARACTERS: Final = 1
_UTF8: Final = 1
_INLINE_PHONEMES: Final = 0x100
_LIST_END: Final = 0
_WORD: Final = 1
_CLAUSE_END: Final = 5
_PHONEME: Final = 7
_TELL_PHONEMES_IN_IPA: Final = 0b11


class RefusedError(Exception):
    """The request cannot be spoken."""


class Voice(NamedTuple):
    """A bundled voice."""

    name: str
    """Display name: `English (America)`."""
    identifier: str
    """File: `gmw/en-US`."""
    languages: tuple[tuple[int, str], ...]
    """Language tags, each with a priority; lower is better."""


def select_voice(
    voices: Sequence[Voice], variants: Sequence[str], *, language: str, voice: str | None
) -> tuple[str, str]:
    """Selects a voice.

    Args:
        voices: the available voices.
        variants: names that may follow a voice after a plus sign.
        language: a tag; regions and scripts are dropped from the right until a voice matches.
        voice: `en-us`, `English (America)`, `en-us+f3`, or `+f3` for a variant of the language's default voice.

    Returns:
        The library's name of the voice, and its name in orders.

    Raises:
        RefusedError: there is no such voice; espeak itself would silently keep the previous voice.
    """
    base, plus, variant = (voice or "").partition("+")
    if plus and variant not in variants:
        raise RefusedError(f"espeak-ng has no variant {variant!r}")
    chosen = _named(voices, base) if base else _speaking(voices, language)
    if chosen is None:
        raise RefusedError(f"espeak-ng has no voice {base!r}" if base else f"espeak-ng does not speak {language!r}")
    return f"{chosen.identifier}{plus}{variant}", f"{chosen.identifier.rpartition('/')[2]}{plus}{variant}"


def list_voices(voices: Sequence[Voice]) -> list[dict[str, object]]:
    """Returns the names and languages of the voices, and whether each is the default of a language without a region."""
    listed: list[dict[str, object]] = []
    for voice in voices:
        tags = [tag for _, tag in sorted(voice.languages)]
        name = voice.identifier.rpartition("/")[2]
        is_default = any(_best(voices, tag) is voice for tag in tags if "-" not in tag)
        listed.append({"name": name, "label": voice.name, "languages": tags, "is_default": is_default})
    return listed


def _named(voices: Sequence[Voice], name: str) -> Voice | None:
    wanted = name.casefold()
    for voice in voices:
        if wanted in (
            voice.name.casefold(),
            voice.identifier.casefold(),
            voice.identifier.casefold().rpartition("/")[2],
        ):
            return voice
    return _best(voices, wanted)


def _speaking(voices: Sequence[Voice], language: str) -> Voice | None:
    tag = language.casefold()
    while tag:
        chosen = _best(voices, tag)
        if chosen is not None:
            return chosen
        tag = tag.rpartition("-")[0]
    return None


def _best(voices: Sequence[Voice], tag: str) -> Voice | None:
    fits = [(fit, index) for index, voice in enumerate(voices) for fit, known in voice.languages if known == tag]
    return voices[min(fits)[1]] if fits else None


# --- the library ---------------------------------------------------------------------------------


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


_SpokenWord = tuple[int, int, list[str]]


class _Library:
    """The initialized espeak-ng library."""

    def __init__(self) -> None:
        data = espeakng_loader.get_data_path()
        os.chdir(data)  # the library truncates paths to 160 characters; "." is always short
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self._library.espeak_GetCurrentVoice.restype = ctypes.POINTER(_Voice)
        options = _DONT_EXIT | _TELL_PHONEMES_IN_IPA
        self.sample_rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, b".", options)
        if self.sample_rate <= 0:
            message = f"espeak-ng failed to start with its data in {data}"
            raise RuntimeError(message)
        self._library.espeak_ng_SetRandSeed(1)  # by default, noise is seeded with the time in seconds

    def voices(self) -> list[Voice]:
        listed = self._library.espeak_ListVoices(None)
        found: list[Voice] = []
        while listed[len(found)]:
            voice = listed[len(found)].contents
            found.append(Voice(voice.name.decode(), voice.identifier.decode(), tuple(_languages(voice.languages))))
        return found

    def variants(self) -> list[str]:
        return os.listdir("voices/!v")  # noqa: PTH208 - pathlib would be the largest import here

    def use(self, identifier: str, words_per_minute: int) -> None:
        code = self._library.espeak_SetVoiceByName(identifier.encode())
        if code or self._library.espeak_GetCurrentVoice().contents.identifier != identifier.encode():
            raise RefusedError(f"espeak-ng cannot use its voice {identifier!r} (code {code})")
        self._library.espeak_SetParameter(_RATE, words_per_minute, 0)

    def speak(self, text: str, *, inline_phonemes: bool) -> tuple[bytearray, list[_SpokenWord], list[tuple[int, int]]]:
        """Speaks a text.

        Returns:
            16-bit samples; for each spoken word its character position, sample position and phonemes; and for each clause
            the position of its end and the number of its phonemes.
        """
        pcm = bytearray()
        marks: list[_SpokenWord] = []
        clauses: list[tuple[int, int]] = []
        phonemes = 0

        def receive(wave: int | None, samples: int, events: Any) -> int:
            nonlocal phonemes
            if wave and samples:
                pcm.extend(ctypes.string_at(wave, samples * 2))
            index = 0
            while events[index].type != _LIST_END:
                if events[index].type == _WORD:
                    marks.append((events[index].text_position - 1, events[index].sample, []))
                elif events[index].type == _PHONEME:
                    phonemes += 1
                    if marks:
                        marks[-1][2].append(events[index].id.string.decode(errors="ignore"))
                elif events[index].type == _CLAUSE_END:
                    clauses.append((events[index].text_position, phonemes))
                    phonemes = 0
                index += 1
            return 0

        callback = _Callback(receive)
        self._library.espeak_SetSynthCallback(callback)
        encoded = text.encode() + b"\0"
        flags = _UTF8 | (_INLINE_PHONEMES if inline_phonemes else 0)
        code = self._library.espeak_Synth(encoded, len(encoded), 0, _POSITION_IN_CHARACTERS, 0, flags, None, None)
        if code:
            message = f"espeak-ng failed with code {code}"
            raise RuntimeError(message)
        self._library.espeak_Synchronize()
        return pcm, marks, clauses


def _languages(address: int) -> list[tuple[int, str]]:
    """Reads a list of priority bytes, each followed by a zero-terminated tag; a zero priority ends the list."""
    found: list[tuple[int, str]] = []
    while fit := ctypes.string_at(address, 1)[0]:
        tag = ctypes.string_at(address + 1)
        found.append((fit, tag.decode()))
        address += len(tag) + 2
    return found


def main() -> int:
    """Answers the request on standard input."""
    request = json.loads(sys.stdin.buffer.read())
    phonemes = bool(request.get("phonemes"))
    library = _Library()
    if request.get("list"):
        sys.stdout.write(json.dumps({"voices": list_voices(library.voices())}) + "\n")
        return 0
    try:
        identifier, voice = select_voice(
            library.voices(), library.variants(), language=request["language"], voice=request["voice"]
        )
        library.use(identifier, request["words_per_minute"])
    except RefusedError as error:
        sys.stdout.write(json.dumps({"refused": str(error)}) + "\n")
        return 0
    pcm, words, clauses = library.speak(request["text"], inline_phonemes=bool(request.get("inline_phonemes")))
    marks = words if phonemes else [word[:2] for word in words]
    header = {"voice": voice, "sample_rate": library.sample_rate, "marks": marks, "clauses": clauses}
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    if not phonemes:
        sys.stdout.buffer.write(pcm)
    return 0


if __name__ == "__main__":
    sys.exit(main())
