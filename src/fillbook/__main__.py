"""`fillbook` and `python -m fillbook`: hand the words of the command line to the commands."""

import sys


def main() -> int:
    """Run the command named on the command line; returns its exit status."""
    from fillbook.cli.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
