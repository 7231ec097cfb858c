"""`python -m sammot` is `sammot`."""

from sammot.cli import main

main(prog_name="sammot")
