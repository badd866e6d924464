"""Seeded instance generators of the domains that we ship."""
