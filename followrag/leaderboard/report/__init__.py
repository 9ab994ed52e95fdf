"""One page of runs that works offline, and its charts as images."""
