"""Installs files that are published elsewhere into a folder: verified, resumed after cuts, and only when it is asked for.

published  a published file or package with its size and hash, and what messages say about it
progress   what an installation reports while it runs
files      verifies files
wheels     fetches Python packages by pip, as containers of data
installer  puts the files of a place into a folder, and removes them
"""
