"""Media that scenewire accepts: containers, codecs, sizes."""

from typing import Final

__all__ = ["AUDIO_DECODERS", "DECODERS", "FORMATS", "MAX_PIXELS", "MAX_STREAMS", "SOUND_FORMATS"]

MAX_PIXELS: Final = 36_000_000
"""8K. A file of 200 kB can claim a picture that takes a gigabyte to decode."""

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
