"""Organisers at the agenda."""
