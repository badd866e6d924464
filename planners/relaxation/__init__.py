"""What could hold if nothing were ever deleted: reachability, relaxed plans, landmarks."""
