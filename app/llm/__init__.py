"""Language models. Nothing here knows about planning."""
