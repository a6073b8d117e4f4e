"""Chooses clips for a scene: ranking, trimming, reservations."""
