"""Events, summits and check-in for an alliance of cities."""

__version__ = "0.1.0"
