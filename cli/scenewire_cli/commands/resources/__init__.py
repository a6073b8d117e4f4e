"""What an installation can speak, draw and play: voices, languages, fonts, music."""
