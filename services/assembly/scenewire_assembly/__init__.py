"""Turns scenes into a film.

Consumes `footage.sourced`, one per scene; publishes `segment.rendered.<project>.<scene>` for each and, from the worker
whose segment completes the set, one `video.assembled`.

Promises: a scene lasts exactly the frames its narration needs, and sound and picture stay together over any number of
scenes. A picture is encoded once, captions included; segments are joined by copy; the sound is encoded once over the
whole film. What a scene's inputs and settings have made before is found again and not encoded twice. The film is
measured before it is announced.

timeline    frames, samples, the cut of a scene's clips
captions    narration -> phrases, parted where pieces allows; sidecars writes .srt and .vtt
lettering   what is written into a picture: caption_styles and cards, in the language of ass
fonts       what it is written with; report says for which scripts
background  the moving picture of a scene without footage
render      what a segment is made of -> an ffmpeg command; fitting brings footage into the look, tones its brightness
encode      runs commands; glyphs asks it what it cannot draw
sound       narrations -> one levelled track
film        segments and sound -> the film
documents   the texts beside the film and in its file; credits says whose pictures are in it, metadata its chapters
stage       all of it, with stored results
collector   which scene completes the set
"""
