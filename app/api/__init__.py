"""HTTP and nothing else: requests in, sessions and their logs out."""
