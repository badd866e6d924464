"""Evaluation: recorded and generated cases, conditions, journals, statistics, reports."""
