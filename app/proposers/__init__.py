"""Ways to get a candidate: one file each."""
