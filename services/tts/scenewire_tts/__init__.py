"""Speaks the scenes.

Consumes `scenes.scripted` and publishes one `narration.requested` per scene; consumes those and publishes one
`audio.rendered` each: replicas share a film's scenes.

Promises: the narration is mono 16-bit WAV of 24 kHz whose length is counted in samples, its words are the scene's own
in order, each with the time it is spoken. The same scene, language, voice, speed and engine give the stored narration again.
A scene that cannot be spoken, or whose speech cannot be right, fails by name; nothing is spoken by another voice in its
place.
"""
