"""The H.264 encoders: what they are, which of them work here, and which one a video has."""
