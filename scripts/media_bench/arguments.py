"""What every way of making a film is told on its command line."""

import argparse
from pathlib import Path

__all__ = ["way_arguments"]


def way_arguments() -> argparse.ArgumentParser:
    """A parser of what all ways understand; a way adds what is its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("film", type=Path)
    parser.add_argument("--preset", default="veryfast")
    parser.add_argument("--crf", type=int, default=21)
    return parser
