"""Public nurse rosters, read as problems of ours, each with a scorer that knows only the roster's own rules."""
