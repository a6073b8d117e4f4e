"""Doubles of what lies outside: a language model and footage archives, over their real protocols, on the loopback.

`python -m scripts.doubles` makes a film with all of them, as `make demo-live-doubles` does; tests use them one by one.
"""
