"""Media that scenewire accepts: containers, codecs, sizes, and the first bytes of pictures."""

from typing import Final

__all__ = [
    "AUDIO_DECODERS",
    "DECODERS",
    "FORMATS",
    "MAX_PIXELS",
    "MAX_STILL_PIXELS",
    "MAX_STREAMS",
    "SIGNATURE_BYTES",
    "SOUND_FORMATS",
    "STILL_FORMATS",
    "demuxer_options",
    "still_suffix",
]

MAX_PIXELS: Final = 36_000_000
"""8K. A file of 200 kB can claim a picture that takes a gigabyte to decode."""

MAX_STILL_PIXELS: Final = 110_000_000
"""A JPEG of the largest cameras. Above MAX_PIXELS it must be a JPEG, which decodes at half its size or less."""

MAX_STREAMS: Final = 16
"""Of one file. Cameras write a handful; what is read costs memory for each."""

FORMATS: Final = "mov,mp4,matroska,webm,mpegts"
"""Containers. Playlists and scripts that open further files are not among them, whatever the file is called."""

SOUND_FORMATS: Final = "mp3,wav,flac,ogg,mov,mp4"
"""Containers of music."""

DECODERS: Final = frozenset(
    {"h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "libvpx", "libvpx-vp9", "mpeg4", "mpeg2video", "mjpeg", "prores"}
)
"""What cameras and archives deliver. Rarely used decoders are where the memory errors are."""

AUDIO_DECODERS: Final = frozenset(
    {
        "aac",
        "ac3",
        "eac3",
        "flac",
        "mp3",
        "mp3float",
        "opus",
        "libopus",
        "vorbis",
        "pcm_s16le",
        "pcm_s16be",
        "pcm_s24le",
        "pcm_s32le",
        "pcm_f32le",
    }
)

STILL_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
"""Pictures, by the names of Pillow's decoders."""

SIGNATURE_BYTES: Final = 12
"""First bytes of a file that tell its kind."""

_STILL_BRANDS: Final = frozenset({b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
"""Pictures in the container of mp4."""


def demuxer_options(formats: str) -> dict[str, str]:
    """Returns the options with which libav opens a file from outside: nothing else is opened, and no rare decoder runs."""
    return {
        "protocol_whitelist": "file",
        "format_whitelist": formats,
        "codec_whitelist": ",".join(sorted(DECODERS | AUDIO_DECODERS)),
        "max_streams": str(MAX_STREAMS + 1),  # some demuxers leave out what exceeds it, and do not say so
        "probesize": "20000000",
        "analyzeduration": "10000000",
    }


def still_suffix(signature: bytes) -> str | None:
    """Returns the suffix of a picture whose file begins with these bytes; None if they are not a picture's."""
    if signature.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if signature.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if signature[:6] in {b"GIF87a", b"GIF89a"}:
        return ".gif"
    if signature[:4] == b"RIFF" and signature[8:12] == b"WEBP":
        return ".webp"
    if signature[4:8] == b"ftyp" and signature[8:12] in _STILL_BRANDS:
        return ".avif"
    return None
