"""`python -m scripts.capacity` refuses numbers without a meaning."""

import pytest

from scripts.capacity.__main__ import main


@pytest.mark.parametrize(
    "arguments",
    [
        "--per-day 10 0",
        "--per-day inf",
        "--seconds -1",
        "--peak 0",
        "--load 0",
        "--load 1.5",
        "--days nan",
        "--speech -1",
    ],
)
def test_a_number_out_of_range_is_refused(
    arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.argv", ["capacity", *arguments.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert "must be greater than 0" in printed.err
    assert printed.out == ""


def test_speech_on_cards_needs_no_processor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("sys.argv", ["capacity", "--per-day", "1000", "--speech", "0"])
    main()
    assert "| `tts`: loops with a processor each | 0 |" in capsys.readouterr().out
