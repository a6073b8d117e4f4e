"""Makes further revisions of projects that exist."""
