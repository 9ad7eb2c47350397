"""Answers to invites that come back by mail: read without trust, decided by rules, applied, or laid before a registrar."""
