"""Command-line arguments of all methods."""

import argparse
from pathlib import Path

__all__ = ["method_arguments"]


def method_arguments() -> argparse.ArgumentParser:
    """A parser with the arguments of all methods; a method adds its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("video", type=Path)
    parser.add_argument("--preset", default="veryfast")
    parser.add_argument("--crf", type=int, default=21)
    return parser
