"""Composes a video like programs built on MoviePy. Runs in its own process, for measuring.

Encodes each clip, then all clips joined, then all with captions.

python -m scripts.benchmarks.support.moviepy_method FOLDER VIDEO --preset P --crf Q [--last-bitrate KBIT]
"""

import asyncio
import tempfile
from pathlib import Path

from moviepy import AudioFileClip, CompositeVideoClip, TextClip, VideoFileClip, concatenate_videoclips

from scenewire_assembly.captions import fonts
from scenewire_assembly.captions.cues import cues_of
from scenewire_assembly.sound.narration_track import NarrationTrack, SceneAudio
from scripts.benchmarks.support.arguments import method_arguments
from scripts.benchmarks.support.inputs import read_messages, store_in

_FONT = Path(fonts.__file__).parent / "font_files" / "DejaVuSans-Bold.ttf"


async def _inputs(folder: Path, job: Path) -> list[tuple[Path, float, int, list[tuple[float, float, str]]]]:
    """For every scene: clip and start second; frames; captions with their times in the video, seconds."""
    store, scenes = store_in(folder), []
    audio, begin = [], 0
    for scene in read_messages(folder):
        narration, look = scene.narration, scene.brief.options.look
        frames = -(-narration.samples // (narration.sample_rate // look.frame_rate))
        cues = cues_of(scene.scene.text, narration, look.frame_rate) if look.captions else []
        lines = [((begin + cue.start) / 30, (begin + cue.end) / 30, " ".join(cue.texts)) for cue in cues]
        clip = scene.footage.clips[0]
        scenes.append((await store.open(clip.file), float(clip.in_frame / clip.facts.rate.fraction), frames, lines))
        audio.append(SceneAudio(scene.scene.scene_number, await store.open(narration.audio), narration.samples, frames))
        begin += frames
    NarrationTrack(tuple(audio), 24_000, 30).write(job / "timeline.wav")
    return scenes


def make(folder: Path, video: Path, preset: str, crf: int, last_bitrate: int | None) -> None:
    """Writes the video."""
    look = read_messages(folder)[0].brief.options.look
    quality = {"fps": 30, "codec": "libx264", "preset": preset, "logger": None}
    good = ["-crf", str(crf), "-pix_fmt", "yuv420p"]
    with tempfile.TemporaryDirectory(dir=folder) as name:
        job = Path(name)
        scenes = asyncio.run(_inputs(folder, job))
        written = []
        for number, (path, start, frames, _) in enumerate(scenes):
            with VideoFileClip(str(path), audio=False) as source:
                clip = source.subclipped(start, start + frames / 30).resized((look.width, look.height))
                written.append(str(job / f"{number}.mp4"))
                clip.write_videofile(written[-1], ffmpeg_params=good, **quality)
        clips = [VideoFileClip(path, audio=False) for path in written]
        joined = str(job / "joined.mp4")
        concatenate_videoclips(clips).write_videofile(joined, ffmpeg_params=good, **quality)
        for clip in clips:
            clip.close()
        last = VideoFileClip(joined, audio=False)
        layers = [last]
        for *_, lines in scenes:
            for begin, end, text in lines:
                words = TextClip(
                    font=str(_FONT), text=text, font_size=look.height // 18, color="white", stroke_color="black",
                    stroke_width=2, method="caption", size=(int(look.width * 0.88), None), text_align="center",
                )  # fmt: skip
                layers.append(words.with_start(begin).with_end(end).with_position(("center", int(look.height * 0.8))))
        whole = CompositeVideoClip(layers) if len(layers) > 1 else last
        whole = whole.with_audio(AudioFileClip(str(job / "timeline.wav")))
        if last_bitrate:
            good, quality = ["-pix_fmt", "yuv420p"], {**quality, "bitrate": f"{last_bitrate}k"}
        whole.write_videofile(str(video), ffmpeg_params=good, audio_codec="aac", **quality)


if __name__ == "__main__":
    parser = method_arguments()
    parser.add_argument("--last-bitrate", type=int)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.video, arguments.preset, arguments.crf, arguments.last_bitrate)
