"""Child processes: bounded, killable, never orphaned."""
