"""`python -m scenewire_cli` from the root of a checkout. Unlike `scenewire` it imports from the working folder.

Where the package is not installed, PYTHONPATH must name the checkout: children do not look into the working folder.
"""

from scenewire_cli.main import main

if __name__ == "__main__":
    main()
