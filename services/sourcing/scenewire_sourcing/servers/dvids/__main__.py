"""`python -m scenewire_sourcing.servers.dvids`: speaks MCP on standard input and output until its input ends."""

import sys

from scenewire_sourcing.servers.archive_server import run
from scenewire_sourcing.servers.dvids.server import create_server

if __name__ == "__main__":
    sys.exit(run(create_server))
