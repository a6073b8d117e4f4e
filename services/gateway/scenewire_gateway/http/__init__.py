"""HTTP: routes, limits and headers."""
