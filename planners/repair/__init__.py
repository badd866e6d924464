"""Ways to make a valid plan of a flawed one with sound planners: seeded, completed, kept close."""
