"""Narrates scenes.

Consumes `scenes.scripted` and publishes one `narration.requested` per scene; consumes those and publishes one
`audio.rendered` each, so that replicas share the scenes of a project.

Numbers, abbreviations and the like are spoken in words; the narration's words are the written ones.

Guarantees: a narration is mono 16-bit WAV at `SAMPLE_RATE`, its length is counted in samples, and its words are those of
the scene in order, each with its times. The same scene, language, voice, speed and engine return the stored narration. A
scene that cannot be spoken, or whose speech is implausible, fails with its number; no other voice takes over.
"""
