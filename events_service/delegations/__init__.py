"""Delegations: a city's seats at an event, kept for the people whom its coordinator names."""
