"""Logs: one JSON object a line on standard error, never a body, a token, an address or a query string."""

import logging
import sys

import structlog


def configure_logs(level: str) -> None:
    """Send our own words and the libraries' warnings to standard error; standard output is for what commands print."""
    threshold = logging.getLevelNamesMapping().get(level, logging.INFO)
    logging.basicConfig(
        stream=sys.stderr, level=max(threshold, logging.WARNING), format="%(levelname)s %(name)s: %(message)s"
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
