"""Tells those who asked for it that their sessions have ended; see standardwebhooks.com."""
