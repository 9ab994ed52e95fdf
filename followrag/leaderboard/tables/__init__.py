"""Runs ranked and laid out as tables and files."""
