"""The service over HTTP, for the tests of kiosks."""

from tests.door.conftest import client

__all__ = ["client"]
