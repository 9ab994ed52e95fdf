"""Tables over many runs, statistics, the report and the release gate (not built yet)."""
