"""Builds orders from the command line: options, script files, music, and the question for a topic."""
