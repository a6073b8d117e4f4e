"""What surrounds all routes: limits of requests, and headers of answers."""
