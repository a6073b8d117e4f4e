"""The assembly service: turns scenes into videos.

Consumes `footage.sourced`, one message for each scene. Publishes `segment.rendered.<project>.<scene>` for each, and
`video.assembled` from the worker whose segment completes the project.

Guarantees:

- A scene lasts exactly the frames that its narration needs. Sound and picture stay in sync over any number of scenes.
- Pictures are encoded once, with their captions. Segments are joined by copying. Sound is encoded once, for the whole
  video.
- Equal inputs and settings are not encoded twice: segments and videos are stored under a hash of both.
- The video is measured before it is published.

Modules:

- `segment_stage` renders one scene; `video_stage` makes the video of all of them; `segment_collector` decides when.
- `edit`: frames, samples, places of scenes, and the cut of a scene's clips.
- `encoders`: which H.264 encoders work here, and the one that all workers use for a project.
- `picture`: what a scene's picture is made of, and the ffmpeg command of its segment.
- `captions`: words with their times, phrases, lines, styles, title cards, subtitle files, fonts.
- `sound`: narration track, music, ducking, loudness.
- `video`: join, chapters, credits, thumbnail, notes.
- `ffmpeg_job` runs the commands; `checks` compares the results with the plan.
"""
