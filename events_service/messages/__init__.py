"""Messages that an organiser writes to many participants at once."""
