"""Builds and runs ffmpeg commands.

discovery   finds ffmpeg and checks that it has what the product needs
command     validated ffmpeg commands; starts nothing
filters     filter graphs of a command
options     output options of a command
executor    the executor interface and the real executor; builds nothing
opening     opens the executor that services use
observable  logs and counts runs
recording   records runs, for tests and for debugging
fake        replays recorded runs, for tests
"""
