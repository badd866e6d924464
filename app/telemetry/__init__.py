"""Watching the service: what is counted, logged and traced, for whoever runs it.

Sessions are watched from outside: as observers of what is written to their logs, and around
the parts that do the work. Nothing here changes what they do.
"""
