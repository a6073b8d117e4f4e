"""Cuts all typefaces into a folder: `python -m scenewire_assembly.typefaces FOLDER`. Images are built with it."""

import sys
from pathlib import Path

from scenewire_assembly.typefaces.catalogue import FONTS
from scenewire_assembly.typefaces.cutting import cut

for _name in FONTS:
    sys.stdout.write(f"{cut(_name, Path(sys.argv[1])).name}\n")
