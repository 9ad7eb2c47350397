"""What Piccolo reads to find the engine and the tables (named by `PICCOLO_CONF`)."""

from piccolo.conf.apps import AppRegistry

from events_service.database.connection import Engine, engine

APP_REGISTRY = AppRegistry(apps=["events_service.piccolo_app"])


def __getattr__(name: str) -> Engine:
    """`DB` is whichever engine is connected now."""
    if name == "DB":
        return engine()
    raise AttributeError(name)
