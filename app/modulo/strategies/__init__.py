"""Ways to spend a budget. Each is a pure function of the trace."""
