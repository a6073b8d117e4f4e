"""The options of a video that `scenewire remake` changes; whatever is not given stays as it is."""

import dataclasses
from copy import copy
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import EditedOptions, Look, ScriptRequested
from scenewire_cli.ordering.files.order_files import OrderFiles
from scenewire_cli.ordering.order import read_order
from scenewire_cli.ordering.order_options import (
    BackgroundOption,
    CaptionCaseOption,
    CaptionPositionOption,
    CaptionsOption,
    FitOption,
    FootageOption,
    LookOption,
    MusicDuckOption,
    MusicGainOption,
    MusicOption,
    OrderOptions,
    SizeOption,
    SpeedOption,
    ThemeOption,
    VoiceOption,
)

__all__ = ["Changes", "FirstStage", "RemakeOptions"]

FirstStage = Literal["script", "narration", "footage", "assembly"]

GroupT = TypeVar("GroupT", bound=type)

_PICTURE: Final = "Picture"
_MUSIC: Final = "Music"


def _keeping(group: GroupT) -> GroupT:
    """Says on help pages that an option which is not given changes nothing; levels of music belong to new music."""
    for field in dataclasses.fields(group):
        kind, option = get_args(field.type)
        if isinstance(option.show_default, str) and option.rich_help_panel != _MUSIC:
            kept = copy(option)
            kept.show_default = "unchanged"
            field.type = Annotated[kind, kept]
    return group


@_keeping
@dataclass(frozen=True, kw_only=True)
class RemakeOptions:
    """Which stages work anew, and what changes."""

    first: Annotated[
        FirstStage | None,
        typer.Option(
            "--from",
            metavar="STAGE",
            help="First stage that works anew, with all after it: script, narration, footage or assembly. Without it, only "
            "what the changed options need is made.",
        ),
    ] = None
    voice: VoiceOption = None
    speed: SpeedOption = None
    look: LookOption = None
    size: SizeOption = None
    footage: FootageOption = None
    fit: FitOption = None
    theme: ThemeOption = None
    background: BackgroundOption = None
    captions: CaptionsOption = None
    caption_position: CaptionPositionOption = None
    caption_case: CaptionCaseOption = None
    show_title: Annotated[
        bool | None,
        typer.Option(
            "--show-title/--no-title",
            help="Show the title over the first scene.",
            show_default="unchanged",
            rich_help_panel=_PICTURE,
        ),
    ] = None
    closing: Annotated[
        bool | None,
        typer.Option(
            "--closing/--no-closing",
            help="End with a card that names the credits.",
            show_default="unchanged",
            rich_help_panel=_PICTURE,
        ),
    ] = None
    credit_tags: Annotated[
        bool | None,
        typer.Option(
            "--credit-tags/--no-credit-tags",
            help="Name creator and licence over footage.",
            show_default="unchanged",
            rich_help_panel=_PICTURE,
        ),
    ] = None
    music: MusicOption = None
    music_gain: MusicGainOption = None
    music_duck: MusicDuckOption = None
    no_music: Annotated[bool, typer.Option("--no-music", help="Take the music away.", rich_help_panel=_MUSIC)] = False

    def read(self) -> "Changes":
        """Returns the changes. Every mistake is found here, before anything starts.

        Raises:
            PermanentError: `invalid_order`, with what to correct.
        """
        if self.no_music and self.music is not None:
            raise _refused("--music and --no-music exclude each other", "pass only one of them")
        if self.voice is not None and "=" in self.voice:
            raise _refused(
                "--voice: voices of speakers belong to scenes, which `remake` does not change",
                "edit the scenes on the project's page, or name one voice",
            )
        order, files = read_order(self._as_order())
        changes = Changes(order, files, frozenset(self._changed()), self._changed_look(), self.first)
        if changes.is_empty:
            raise _refused("nothing is to be made anew", "name the first stage with --from, or an option to change")
        return changes

    def _as_order(self) -> OrderOptions:
        shared = {field.name for field in dataclasses.fields(OrderOptions)} & vars(self).keys()
        return OrderOptions(
            words="remake",  # any topic: it is not changed
            no_title=self.show_title is False,
            no_closing=self.closing is False,
            no_credit_tags=self.credit_tags is False,
            **{name: getattr(self, name) for name in shared},
        )

    def _changed(self) -> set[str]:
        """Returns the names of the fields of an order that change, besides its look."""
        given = {"voice": self.voice, "speed": self.speed, "footage_providers": self.footage}
        changed = {name for name, value in given.items() if value is not None}
        return changed | ({"music"} if self.no_music or self.music is not None else set())

    def _changed_look(self) -> frozenset[str]:
        """Returns the names of the fields of the look that change."""
        is_sized = self.look is not None or self.size is not None
        given = {
            ("width", "height"): True if is_sized else None,
            ("fit",): self.fit,
            ("theme", "own_theme"): self.theme,
            ("background",): self.background,
            ("captions",): self.captions,
            ("caption_style",): None if self.captions == "none" else self.captions,
            ("caption_position",): self.caption_position,
            ("caption_case",): self.caption_case,
            ("title",): self.show_title,
            ("closing",): self.closing,
            ("credit_tags",): self.credit_tags,
        }
        return frozenset(name for names, value in given.items() if value is not None for name in names)


@dataclass(frozen=True)
class Changes:
    """What a remake changes.

    Attributes:
        order: holds the new values, without files.
        files: those to add to the order.
        fields: fields of the order that change, besides its look.
        look: fields of the look that change.
        first: the stage that works anew.
    """

    order: ScriptRequested
    files: OrderFiles
    fields: frozenset[str]
    look: frozenset[str]
    first: FirstStage | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes and nothing is to be made anew."""
        return self.first is None and not self.fields and not self.look

    def options(self, order: ScriptRequested) -> EditedOptions:
        """Returns the changes of options.

        Args:
            order: the order of the changes, with its files.
        """
        fields: dict[str, Any] = {name: getattr(order, name) for name in self.fields}
        if self.look:
            fields["look"] = Look.model_validate({name: getattr(order.look, name) for name in self.look})
        return EditedOptions.model_validate(fields)

    def apply(self, order: ScriptRequested, changed: ScriptRequested) -> ScriptRequested:
        """Returns an order with the changes.

        Args:
            order: the order.
            changed: the order of the changes, with its files.
        """
        update: dict[str, Any] = {name: getattr(changed, name) for name in self.fields}
        update["look"] = order.look.model_copy(update={name: getattr(changed.look, name) for name in self.look})
        return order.model_copy(update=update)


def _refused(message: str, hint: str) -> PermanentError:
    return PermanentError(FailureCode.INVALID_ORDER, message, hint=hint)
