"""The demonstration alliance: real cities, invented people and events, the same in every installation."""
