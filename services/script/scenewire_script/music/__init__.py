"""Music by mood: the pieces that are installed or in a folder, and the choice of one for a project."""
