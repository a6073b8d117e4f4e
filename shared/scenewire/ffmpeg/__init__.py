"""Running programs on media, and what they found.

process     run any program: own session, limits, time-out, cancellation
programs    where ffmpeg is and whether it can do what the product needs
command     an ffmpeg command as a value that is right or cannot be made; starts nothing
filters     filter graphs, for a command
options     what is asked of an output, for a command
executor    runs arguments; makes none
recording   keeps runs, and replays them where no ffmpeg is
observable  logs and counts runs
probe       what a media file really contains
fonts       the font that is always there
"""
