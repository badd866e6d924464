"""Execution: states, applicability and effects, with schemas made ready once per task."""
