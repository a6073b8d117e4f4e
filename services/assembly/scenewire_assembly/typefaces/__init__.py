"""Typefaces of the themes: static fonts cut from variable ones, and the widths of texts set in them."""
