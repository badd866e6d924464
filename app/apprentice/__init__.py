"""Our own small planner model: corpus, wording, training, weights. See docs/apprentice.md."""
