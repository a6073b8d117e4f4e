import pytest

from scenewire_tts.engines.kokoro.readers.chinese import syllable_phonemes
from scenewire_tts.engines.kokoro.readers.japanese import align, kana_phonemes
from scenewire_tts.engines.kokoro.vocabulary import VOCABULARY


@pytest.mark.parametrize(
    ("kana", "phonemes"),
    [
        ("スエズ", "sɨezɨ"),
        ("トーキョー", "toːkʲoː"),
        ("キャ", "kʲa"),
        ("ハッピャク", "haʔpʲakɯ"),
        ("シンブン", "ɕimbɯɴ"),
        ("サンカ", "saŋka"),
        ("コンニチワ", "koɲɲiʨiβa"),
        ("ファン", "ɸaɴ"),
        ("マス’", "masɨ"),
        ("、", ""),
    ],
)
def test_kana_are_read_mora_by_mora(kana: str, phonemes: str):
    assert kana_phonemes(kana) == phonemes
    assert set(phonemes) <= set(VOCABULARY)


def node(string: str, pron: str, pos: str = "名詞") -> dict[str, str]:
    return {"string": string, "pron": pron, "pos": pos}


def test_words_are_found_where_they_are_written():
    text = "「運河」は、1869年に。AI！"
    nodes = [
        node("「", "、", "記号"), node("運河", "ウンガ"), node("」", "、", "記号"), node("は", "ワ"), node("、", "、", "記号"),
        node("千", "セン"), node("八", "ハッ"), node("百", "ピャク"), node("九", "キュー"), node("年", "ネン"), node("に", "ニ"),
        node("。", "、", "記号"), node("ＡＩ", "エーアイ"), node("！", "！", "記号"),
    ]  # fmt: skip

    words = align(text, nodes)

    assert [(text[word.position], word.phonemes, word.joined) for word in words] == [
        ("運", "ɯŋɡa", False), ("は", "βa", False), ("1", "seɴ", False), ("1", "haʔ", True), ("1", "pʲakɯ", True),
        ("1", "kʲɨː", True), ("年", "neɴ", False), ("に", "ɲi", False), ("A", "eːai", False),
    ]  # fmt: skip


def test_a_doubled_consonant_is_joined_to_what_it_doubles():
    assert [word.joined for word in align("言った", [node("言っ", "イッ"), node("た", "タ")])] == [False, True]


def test_words_that_are_not_in_the_text_move_nothing():
    words = align("海と山", [node("海", "ウミ"), node("？？", "ナニ"), node("と", "ト"), node("山", "ヤマ")])

    assert [word.position for word in words] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("initial", "final", "phonemes"),
    [
        ("zh", "ong1", "ꭧʊ→ŋ"),
        ("h", "ai3", "xai↓"),
        ("sh", "i4", "ʂɨ↘"),
        ("j", "i4", "ʨi↘"),
        ("", "van2", "ɥɛ↗n"),
        ("l", "v4", "ly↘"),
        ("l", "e5", "lɤ"),
        ("", "er2", "ɚ↗"),
        ("", "", ""),
        ("x", "zzz1", ""),
    ],
)
def test_pinyin_is_read_with_its_tone(initial: str, final: str, phonemes: str):
    assert syllable_phonemes(initial, final) == phonemes
    assert set(phonemes) <= set(VOCABULARY)
