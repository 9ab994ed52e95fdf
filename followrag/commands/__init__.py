"""Commands of the benchmark itself."""
