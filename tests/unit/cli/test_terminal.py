"""Foreign text reaches the terminal without anything that controls it."""

import ast
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Clip, Credit, Footage, Progress, SourceFacts, VideoAssembled
from scenewire_cli import main
from scenewire_cli import options as terminal
from scenewire_cli.output.tables import print_facts
from scenewire_cli.output.terminal import print_json, print_line, sanitize, single_spaced
from scenewire_cli.progress import display
from scenewire_cli.progress.events import Event, ProjectProgress
from scenewire_cli.summary import print_summary
from tests.support import builders, golden
from tests.support.builders import PROJECT, artifact
from tests.support.hostile_texts import HOSTILE_TEXTS, obeyed

CLI = Path(terminal.__file__).parent


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_line_contains_its_text_without_terminal_controls(text: str, capsys: pytest.CaptureFixture[str]):
    print_line(f"before {text} after", "cell", error=False)
    printed = capsys.readouterr().out
    assert printed.startswith("before ")
    assert printed.endswith(" after\tcell\n")
    assert not obeyed(printed.replace("\t", ""))


def test_joiners_and_letters_of_all_writing_systems_are_kept():
    for text in ("क्\u200cष", "👩\u200d🚀", "größe", "茶", "e\u0301"):
        assert sanitize(text) == text
    assert single_spaced(" two\n\n lines\t") == "two lines"


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_json_is_ascii_and_preserves_the_text(text: str, capsys: pytest.CaptureFixture[str]):
    print_json({"text": text})
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert not obeyed(printed)
    assert json.loads(printed) == {"text": text}


def sourced(title: str):
    facts = SourceFacts(
        width=320,
        height=180,
        frame_rate_numerator=25,
        frame_rate_denominator=1,
        duration_frames=100,
        video_codec="h264",
    )
    credit = Credit(provider="library", title=title, creator="", licence="", source_url="")
    clip = Clip(file=artifact("c", "video/mp4"), in_frame=0, out_frame=50, facts=facts, source_id="x", credit=credit)
    footage = Footage(clips=(clip,), fallback=False)
    return builders.footage_sourced(PROJECT).model_copy(update={"footage": footage})


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("kind", ["bars", "lines", "json"])
def test_a_display_shows_titles_details_and_notes_without_terminal_controls(kind: str, text: str, capsys):
    screen = io.StringIO()
    console = Console(file=screen, width=200)
    shown = {
        "bars": lambda: display._Bars(console),
        "lines": display._Lines,
        "json": display._JsonLines,
    }[kind]()
    project = ProjectProgress(PROJECT)
    events = [
        Event(builders.scripted(PROJECT, 2), 1),
        Event(sourced(text), 2),
        Event(Progress(project_id=PROJECT, stage="assembly", state="working", detail=text)),
        Event(Progress(project_id=PROJECT, stage="tts", state="retrying", detail=text)),
    ]
    with shown:
        for event in events:
            project.apply(event)
            shown.show(project, event)
        shown.note(text)
    printed = capsys.readouterr()
    assert not obeyed(printed.out + printed.err + screen.getvalue())
    assert printed.out + printed.err + screen.getvalue()


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_an_error_and_its_hint_are_shown_without_terminal_controls(text: str, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["scenewire", "make", "--json"])
    main.print_error(PermanentError(FailureCode.RENDER_FAILED, f"message {text}", hint=f"hint {text}"))
    printed = capsys.readouterr()
    assert not obeyed(printed.out)
    assert not obeyed(printed.err)
    assert (printed.err.count("message"), printed.err.count("hint")) == (1, 1)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_summary_shows_reasons_topic_and_notes_without_terminal_controls(text: str, as_json: bool, capsys):
    project = ProjectProgress(PROJECT, script=builders.scripted(PROJECT, 2))
    project.painted[1] = text
    video = golden.messages()["video.assembled"]
    assert isinstance(video, VideoAssembled)
    project.video = video.model_copy(
        update={"brief": builders.brief(2).model_copy(update={"topic": text, "notes": (text,)})}
    )
    print_summary(project, None, as_json=as_json)
    print_facts({"failed": text})
    printed = capsys.readouterr()
    assert not obeyed(printed.out)
    assert not obeyed(printed.err)


def test_only_the_sanitizing_functions_print():
    found = [
        f"{path.name}:{node.lineno}"
        for path in sorted(CLI.rglob("*.py"))
        if path.name != "terminal.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []


def test_the_summary_and_json_have_the_same_notes_whatever_their_length(capsys: pytest.CaptureFixture[str]):
    project = ProjectProgress(PROJECT, script=builders.scripted(PROJECT, 2))
    project.painted = {1: "first " + "reason " * 40, 2: "second reason"}
    video = golden.messages()["video.assembled"]
    assert isinstance(video, VideoAssembled)
    notes = (f"All scenes show a generated background: {project.painted[1]}(and 1 more reason)", "The script is short.")
    project.video = video.model_copy(update={"notes": notes})

    print_summary(project, None, as_json=False)
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [f"note:      {note}" for note in notes]
    assert "pictures:  generated backgrounds\n" in printed.out

    print_summary(project, None, as_json=True)
    facts = json.loads(capsys.readouterr().out)
    assert facts["notes"] == list(notes)
    assert facts["painted_reasons"] == {"1": project.painted[1], "2": "second reason"}
