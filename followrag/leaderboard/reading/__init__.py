"""Runs of every kind, read as entries of a leaderboard."""
