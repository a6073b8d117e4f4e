"""The bundled espeak-ng voice."""
