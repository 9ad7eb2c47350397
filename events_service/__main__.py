"""`python -m events_service` is `events-service`."""

from events_service.cli import main

main(prog_name="events-service")
