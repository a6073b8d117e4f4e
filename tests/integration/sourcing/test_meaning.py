"""Texts of different languages that mean the same are similar, by the real model."""

import pytest

from scenewire_sourcing.meaning.installed import find_meaning, is_meaning_installed
from scenewire_sourcing.meaning.similarity import least_similarity

pytestmark = pytest.mark.skipif(not is_meaning_installed(), reason="the extra `meaning` is not installed")

CLIPS = ["Lighthouse in a storm", "Harbour crane lifts a container", "Bee on a flower", "Kneading dough in a bakery"]


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("Ein Leuchtturm warnt die Seeleute.", 0),
        ("Las abejas llevan el polen de flor en flor.", 2),
        ("En el puerto, una grúa levanta contenedores.", 1),
        ("ミツバチは花から花へ花粉を運ぶ。", 2),
        ("Un boulanger pétrit la pâte.", 3),
    ],
)
def test_the_clip_that_means_the_same_fits_best(sentence: str, right: int) -> None:
    meaning = find_meaning()
    assert meaning is not None
    similarities = meaning.similarities([sentence], CLIPS)
    assert similarities.index(max(similarities)) == right
    assert meaning.is_known(CLIPS[0])


@pytest.mark.parametrize(
    "sentence", ["Le gouvernement a voté la loi.", "Zins und Inflation stiegen im letzten Quartal."]
)
def test_no_clip_fits_a_sentence_that_is_about_something_else(sentence: str) -> None:
    meaning = find_meaning()
    assert meaning is not None
    similarities = meaning.similarities([sentence], CLIPS)
    assert all(each < least_similarity(clip) for each, clip in zip(similarities, CLIPS, strict=True))


@pytest.mark.parametrize(
    ("sentence", "right"), [("Der Ozean glitzert in der Sonne.", "ocean"), ("Ein Vulkan spuckt Feuer.", "volcano")]
)
def test_a_clip_that_has_only_a_name_fits_by_it(sentence: str, right: str) -> None:
    meaning = find_meaning()
    assert meaning is not None
    names = ["rabbit", "ocean", "castle", "volcano", "train", "concert", "kitchen"]
    similarities = meaning.similarities([sentence], names)
    assert next(name for name, each in zip(names, similarities, strict=True) if each >= least_similarity(name)) == right
