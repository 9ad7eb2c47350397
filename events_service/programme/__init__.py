"""The released agenda as people use it: its pages, screens and embeds, what a participant chose of it, a speaker's own page."""
