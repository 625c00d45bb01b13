"""The command line where its script is not on the path: `python -m sprachbund`."""

from sprachbund.cli.main import main

if __name__ == "__main__":
    main()
