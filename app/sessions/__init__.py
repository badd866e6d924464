"""Running loops and remembering them. A session is its log; its status is a fold over it."""
