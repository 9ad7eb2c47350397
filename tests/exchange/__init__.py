"""The log of deeds."""
