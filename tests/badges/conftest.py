"""The service over HTTP, for the tests of printing."""

from tests.door.conftest import client

__all__ = ["client"]
