"""Modulo's other half: it proposes plans, words critiques, searches and serves.

It may be wrong at any time; nothing that `planners` has not proven gets out as solved.
"""
