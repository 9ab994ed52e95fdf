"""Run the command line with `python -m followrag`."""

from followrag.cli import main

if __name__ == "__main__":  # vLLM's processes import this again
    main()
