"""`python -m scenewire_cli`, the same as `scenewire`.

Python puts the working folder first on the import path for `-m`, so modules in it shadow installed ones. In folders
that are not trusted, use `scenewire` or `python -P -m scenewire_cli`. Child processes never import from the working
folder.
"""

from scenewire_cli.main import main

if __name__ == "__main__":
    main()
