"""Runs read, compared, ranked and reported."""
