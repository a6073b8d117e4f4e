"""Commands about projects that are being made: follow, approve, cancel, delete."""
