"""An organiser's own words for an event's letters."""
