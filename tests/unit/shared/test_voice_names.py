import pytest

from scenewire.text.voice_names import voice_language


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("ff_siwis", "fr"),
        ("bf_emma", "en-GB"),
        ("ff_siwis:2, ff_other", "fr"),
        ("ff_siwis,af_heart", None),
        ("xf_unknown", None),
        ("fr-fr+f3", "fr-FR"),
        ("de", "de"),
        ("gmw/en-US", "en-US"),
        ("en-gb-x-rp", "en-GB"),
        ("es-419", "es"),
        ("+f3", None),
        ("English (America)", None),
        ("nobody", None),
        ("", None),
    ],
)
def test_the_name_of_a_voice_tells_its_language(name: str, language: str | None):
    assert voice_language(name) == language
