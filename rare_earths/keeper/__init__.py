"""What the keeper runs: a new edition before it is taken, and slips that must not pass unseen."""
