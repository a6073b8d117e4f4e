"""Takes clips into the artifact store: download, copy, examination."""
