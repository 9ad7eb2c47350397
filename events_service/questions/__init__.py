"""What an event asks of the people who register for it."""
