"""Facts to judgements: what a run came to. Pure so far; nothing here draws."""
