"""Running programs on media, and what they found.

process   run any program: own session, limits, time-out, cancellation
programs  where ffmpeg is and whether it can do what the product needs
probe     what a media file really contains
fonts     the font that is always there
"""
