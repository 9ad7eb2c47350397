"""Self check-in: a fixed tablet that lets people in by their own badge's code and prints the badge."""
