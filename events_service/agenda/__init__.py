"""Rooms, tracks and sessions: a draft that organisers edit, and numbered releases that the world sees."""
