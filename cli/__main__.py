"""`python -m cli` where nothing is installed."""

from cli.main import main

if __name__ == "__main__":
    main()
