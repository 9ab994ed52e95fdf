"""Run the command line with `python -m followrag`."""

from followrag.cli import main

main()
