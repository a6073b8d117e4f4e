"""Files that an attacker, a broken camera or a bad archive could offer as footage. All are generated.

`CORPUS` has them by name; each says whether it must be refused, and in which words, or must become a segment.
"""

from tests.support.hostile import encoded, matroskas, mp4s, pretenders, stills
from tests.support.hostile.kit import Canary, Kit, Sample

__all__ = ["CORPUS", "PRETENDERS", "Canary", "Kit", "Sample"]

PRETENDERS = pretenders.SAMPLES
"""Files that try to have another file opened, or that other programs read as another format."""

CORPUS: dict[str, Sample] = {
    **pretenders.SAMPLES,
    **mp4s.SAMPLES,
    **matroskas.SAMPLES,
    **encoded.SAMPLES,
    **stills.SAMPLES,
}
