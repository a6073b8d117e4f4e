"""Cuts static fonts from variable ones into a cache, each once."""

import importlib.metadata
import importlib.util
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any, Final

from platformdirs import user_cache_path

from scenewire.errors import FailureCode, PermanentError
from scenewire_assembly.typefaces.catalogue import FONTS, FontSource

__all__ = ["TYPEFACES_DIR", "cut", "family"]

TYPEFACES_DIR: Final = user_cache_path("scenewire") / "typefaces"
"""Where cut fonts are kept unless a setting says otherwise."""


_CACHE_VERSION: Final = 1
"""Increase it when the same source gives another file."""

_lock: Final = Lock()

_REGULAR_WEIGHT: Final = 400
_ITALIC_AND_BOLD: Final = 0x21
_REGULAR: Final = 0x40
_WINDOWS: Final = (3, 1, 0x409)
_MACINTOSH: Final = (1, 0, 0)
_TYPOGRAPHIC_NAMES: Final = (16, 17, 21, 22, 25)


def family(name: str) -> str:
    """The family name of a cut font, which no font of the system has."""
    return f"SW {name}"


def cut(name: str, cache: Path) -> Path:
    """Returns the file of a font, cut unless the cache has it. Blocks: the first time takes about a second.

    Args:
        name: one of `FONTS`.
        cache: folder for cut fonts; created if it is missing.

    Raises:
        PermanentError: `font_missing`, the package of the font is not installed.
    """
    source = FONTS[name]
    path = cache / f"{family(name).replace(' ', '')}-{_fingerprint(source)}.ttf"
    with _lock:  # scenes of one worker would all cut the same fonts
        if not path.is_file():
            cache.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=cache, prefix=".", suffix=".ttf", delete=False) as file:
                _cut(name, source).save(file.name)
            Path(file.name).replace(path)  # several workers may cut the same font: the last one wins, whole
    return path


def _cut(name: str, source: FontSource) -> Any:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - a tenth of a second to import, needed once for each font
    from fontTools.varLib import instancer  # noqa: PLC0415 - likewise

    font = instancer.instantiateVariableFont(TTFont(_file(name, source)), dict(source.axes))
    names = font["name"]
    for record in _TYPOGRAPHIC_NAMES:
        names.removeNames(nameID=record)
    postscript = family(name).replace(" ", "")
    for record, text in ((1, family(name)), (2, "Regular"), (3, postscript), (4, family(name)), (6, postscript)):
        for platform in (_WINDOWS, _MACINTOSH):
            names.setName(text, record, *platform)
    font["OS/2"].usWeightClass = _REGULAR_WEIGHT  # the weight is in the name; libass must not look for another one
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~_ITALIC_AND_BOLD | _REGULAR
    font["head"].macStyle = 0
    for table in ("STAT", "DSIG"):
        if table in font:
            del font[table]
    if source.lining:
        _line_digits(font)
    return font


def _line_digits(font: Any) -> None:
    """Maps the ten digits to the glyphs of the feature `lnum`."""
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "lnum"
        for index in record.Feature.LookupListIndex
    }
    lining: dict[str, str] = {}
    for index in lookups:
        for subtable in table.LookupList.Lookup[index].SubTable:
            lining |= getattr(getattr(subtable, "ExtSubTable", subtable), "mapping", {})
    for characters in font["cmap"].tables:
        for digit in map(ord, "0123456789"):
            if digit in characters.cmap:
                characters.cmap[digit] = lining.get(characters.cmap[digit], characters.cmap[digit])


def _file(name: str, source: FontSource) -> Path:
    spec = importlib.util.find_spec(source.package)
    if spec is None or spec.origin is None:
        raise PermanentError(
            FailureCode.FONT_MISSING,
            f"the font {name} is not installed",
            hint=f"install the package {source.package.replace('_', '-')}, which is part of scenewire[assembly]",
        )
    return Path(spec.origin).parent / "files" / source.file


def _fingerprint(source: FontSource) -> str:
    """Changes with the package, the place on the axes and this file's way of cutting."""
    try:
        version = importlib.metadata.version(source.package.replace("_", "-"))
    except importlib.metadata.PackageNotFoundError:
        version = ""
    facts = f"{_CACHE_VERSION} {source.package} {version} {source.file} {sorted(source.axes.items())} {source.lining}"
    return sha256(facts.encode()).hexdigest()[:12]
