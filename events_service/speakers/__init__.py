"""The roster: who speaks, moderates, interprets; what they say of themselves, and the link by which they do."""
