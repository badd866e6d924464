"""The loop: ask, propose, verify, criticise, again. Knows protocols, never parts."""
