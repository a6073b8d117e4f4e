"""The designs, a file for each kind, and the table of them."""
