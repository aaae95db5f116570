"""The command line, started as `python -m tapefit`."""

from tapefit.cli import main

if __name__ == "__main__":
    main(prog_name="tapefit")
