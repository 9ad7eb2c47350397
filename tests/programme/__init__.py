"""The released agenda as people use it."""
