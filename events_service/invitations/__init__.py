"""Invitations as objects: who was invited by whom, how far it has come, and who is next when somebody declines."""
