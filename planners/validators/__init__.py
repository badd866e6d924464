"""Validators that others have written, each asked in a process of its own."""
