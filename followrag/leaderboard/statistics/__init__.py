"""Paired differences of runs, and how many prompts it takes to see them."""
