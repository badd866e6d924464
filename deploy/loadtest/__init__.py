"""Loads on Modulo, and the simulated model server that stands in for a GPU meanwhile."""
