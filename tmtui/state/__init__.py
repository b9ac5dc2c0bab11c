"""Events folded into a state, and the questions that a screen asks of it. Pure."""
