"""Test doubles of external services: a language model and footage archives, over their real protocols, on the loopback.

`python -m scripts.doubles` makes a video with all of them, as does `make demo-live-doubles`; tests use them one by one.
"""
