"""`python -m scenewire_sourcing.servers.library`: serves MCP on standard input and output until the input ends."""

import os
import sys
from pathlib import Path

from scenewire_sourcing.meaning.installed import find_meaning
from scenewire_sourcing.servers.library.server import create_server

__all__ = ["main"]


def main() -> int:
    """Runs the server; returns its exit code."""
    folder = os.environ.get("LIBRARY_DIR")
    if not folder:
        sys.stderr.write("set LIBRARY_DIR to the folder that holds the clips\n")
        return 2
    create_server(Path(folder), find_meaning()).run("stdio")
    return 0


if __name__ == "__main__":
    sys.exit(main())
