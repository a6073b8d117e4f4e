"""Videos in many languages: detected, spoken by their own voice, and captioned without a missing letter."""

import os
from pathlib import Path

import av
import numpy as np
import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.ffmpeg.opening import open_executor
from scenewire.messages import Footage, FootageSourced, Look, ScriptRequested
from scenewire_assembly.captions.fonts import installed_fonts
from scenewire_assembly.picture.encoder import Encoder
from scenewire_script.stage import ScriptStage
from scenewire_script.writers.outline import OutlineWriter
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.stage import NarrationStage
from tests.support.assembly import assembly_stages
from tests.support.builders import PROJECT

pytestmark = pytest.mark.skipif(
    len(installed_fonts(None).folders) < 2, reason="the extra scenewire[fonts] is not installed"
)

TEXTS = {
    "en": ("The canal joins two seas and shortens the way to India.", "en"),
    "de": ("Der Kanal verbindet zwei Meere und verkürzt den Weg nach Indien.", "de"),
    "es": ("El canal une dos mares y acorta el camino hacia la India.", "es"),
    "fr": ("Le canal relie deux mers et raccourcit la route des Indes.", "fr"),
    "tr": ("Kanal iki denizi birleştirir ve Hindistan yolunu kısaltır.", "tr"),
    "ru": ("Канал соединяет два моря и сокращает путь в Индию.", "ru"),
    "el": ("Το κανάλι ενώνει δύο θάλασσες και συντομεύει τον δρόμο.", "el"),
    "ar": ("القناة تربط بين بحرين وتختصر الطريق إلى الهند.", "ar"),
    "he": ("התעלה מחברת בין שני ימים ומקצרת את הדרך להודו.", "he"),
    "hi": ("नहर दो समुद्रों को जोड़ती है और भारत का रास्ता छोटा करती है।", "hi"),
    "bn": ("খালটি দুটি সমুদ্রকে যুক্ত করে।", "bn"),
    "ta": ("கால்வாய் இரண்டு கடல்களை இணைக்கிறது.", "ta"),
    "th": ("คลองเชื่อมทะเลสองแห่งเข้าด้วยกัน", "th"),
    "my": ("တူးမြောင်းသည် ပင်လယ်နှစ်ခုကို ဆက်သွယ်ပေးသည်။", "my"),
    "zh": ("运河连接两片海，缩短了去印度的路。", "cmn"),
    "ja": ("うみはとてもひろくて、ふかくて、あおい。", "ja"),
    "ko": ("운하는 두 바다를 잇고 인도로 가는 길을 줄인다.", "ko"),
}
"""A text, and the voice of espeak-ng that reads it."""

LOOK = Look(width=480, height=270, title=False, closing=False)


@pytest.mark.parametrize("language", TEXTS)
async def test_a_video_is_detected_spoken_and_captioned_in_its_language(tmp_path: Path, language: str) -> None:
    text, voice = TEXTS[language]
    store = FilesystemStore(tmp_path)
    stages = assembly_stages(
        store, encoder=Encoder(preset="ultrafast"), open_ffmpeg=open_executor, fonts=installed_fonts(None)
    )
    outline = OutlineWriter()
    script = await ScriptStage(store, outline, divider=outline).write(ScriptRequested(text=text, look=LOOK), PROJECT)

    spoken = NarrationStage(store, EspeakEngine())
    segments = []
    for request in spoken.requests(script):
        sourced = (await spoken.narrate(request)).next(FootageSourced, footage=Footage(fallback=True, reason="test"))
        segments.append(await stages.segments.render(sourced))
    video = await stages.videos.assemble(segments)

    assert script.brief.options.language == language
    assert {segment.narration.voice for segment in segments} == {voice}
    assert {segment.segment.undrawable for segment in segments} == {""}
    assert [note for note in video.notes if "generated background" not in note] == list(script.brief.notes)
    subtitles = (await store.open(video.captions_srt)).read_text()
    assert all(word in subtitles for word in text.split()[:2])
    frame = _frame(await store.open(video.video), at=0.8)
    assert (frame.min(axis=2) > 190).sum() > 150, "no letters"
    if folder := os.environ.get("LANGUAGE_FRAMES"):
        _save(frame, Path(folder) / f"{language}.png")


def _frame(path: Path, *, at: float) -> np.ndarray:
    """The frame at a share of the video, as RGB."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return frames[int(at * len(frames))]


def _save(frame: np.ndarray, path: Path) -> None:
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = frame.shape[1], frame.shape[0], "rgb24"
        for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")):
            container.mux(packet)
