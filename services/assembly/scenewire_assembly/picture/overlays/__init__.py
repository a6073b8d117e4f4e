"""What is drawn over a picture: captions, title, credit tags."""
