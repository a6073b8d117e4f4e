import numpy as np
import pytest

from scenewire.messages import Look
from scenewire_assembly.picture.background import Background

LOOK = Look(width=320, height=180)


def frames(background: Background, count: int) -> np.ndarray:
    width, height = background.size
    return (
        np.frombuffer(b"".join(background.paint(count)), "<u2").reshape(count, height, width, 3).astype(float) / 65_535
    )


def test_the_same_scene_is_always_painted_the_same():
    assert b"".join(Background("Tea", 1, LOOK).paint(20)) == b"".join(Background("Tea", 1, LOOK).paint(20))


def test_scenes_of_a_video_share_a_palette_and_differ_in_the_picture():
    first, second = Background("Tea", 1, LOOK), Background("Tea", 2, LOOK)
    assert first.accent == second.accent
    assert np.abs(frames(first, 1) - frames(second, 1)).mean() > 0.03


def test_topics_do_not_all_look_alike():
    assert len({Background(topic, 1, LOOK).accent for topic in ("Tea", "Steel", "The sea", "Bread", "Moon")}) > 1


@pytest.mark.parametrize("number", range(1, 6))
def test_a_background_moves_softly_and_is_neither_dark_nor_glaring_nor_flat(number):
    shown = frames(Background("Tea", number, LOOK), 61)
    assert np.abs(shown[60] - shown[0]).mean() > 0.01
    assert np.abs(np.diff(shown, axis=0)).max() < 0.02
    assert 0.1 < shown.mean() < 0.6
    assert shown[0].std() > 0.05


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (128, 3840)])
def test_a_background_is_painted_small_with_the_aspect_ratio_of_the_picture(width, height):
    background = Background("Tea", 1, Look(width=width, height=height))
    painted = background.size
    assert 64 <= max(painted) <= 240
    assert painted[0] / painted[1] == pytest.approx(width / height, rel=0.07)
    assert len(b"".join(background.paint(17))) == 17 * painted[0] * painted[1] * 6


def test_the_batch_size_does_not_change_the_frames():
    whole = b"".join(Background("Tea", 3, LOOK).paint(40))
    assert whole.startswith(b"".join(Background("Tea", 3, LOOK).paint(7)))
