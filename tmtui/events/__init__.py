"""What happened (past tense, frozen, one file to a family) and what is asked for (`commands`)."""
