"""`python -m scenewire_sourcing.servers.commons`: serves MCP on standard input and output until the input ends."""

import sys

from scenewire_sourcing.servers.archive.server import run
from scenewire_sourcing.servers.commons.server import create_server

if __name__ == "__main__":
    sys.exit(run(create_server))
