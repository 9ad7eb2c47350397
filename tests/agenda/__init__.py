"""Rooms, tracks, sessions and releases."""
