"""`python -m salesops.cli` is the `salesops` command, for processes that start another."""

from salesops.cli.main import run

if __name__ == "__main__":
    run()
