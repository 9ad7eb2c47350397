"""What is kept about people, for how long, and how it goes: take-out, erasure, the sweep, and the pages of the log."""
