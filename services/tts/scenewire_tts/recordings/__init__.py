"""Recordings of the customer as narrations: decoded within limits, trimmed, levelled and aligned with their text."""
