"""`python -m scenewire_cli` where nothing is installed."""

from scenewire_cli.main import main

if __name__ == "__main__":
    main()
