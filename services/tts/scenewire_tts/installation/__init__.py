"""Installs a neural voice: fetches what is published, verifies it, and puts it into a folder of weights.

Nothing here runs by itself: `scenewire voices install` calls it, and `python -m scenewire_tts.installation` in containers.
"""
