"""Task and flaw put into words, for any domain, without per-domain code."""
