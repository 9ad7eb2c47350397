"""Tells Piccolo where the tables and the migrations are."""

from piccolo.conf.apps import AppConfig, table_finder

from events_service.database.migrations import APP_NAME, migrations_folder

PACKAGES_WITH_TABLES = (
    "web",
    "people",
    "audit",
    "outbox",
    "directory",
    "events",
    "texts",
    "questions",
    "speakers",
    "agenda",
    "invitations",
    "delegations",
    "registrations",
    "messages",
    "replies",
    "exchange",
    "door",
    "badges",
    "privacy",
    "online",
)

APP_CONFIG = AppConfig(
    app_name=APP_NAME,
    migrations_folder_path=str(migrations_folder()),
    table_classes=table_finder([f"events_service.{package}.tables" for package in PACKAGES_WITH_TABLES]),
    migration_dependencies=[],
    commands=[],
)
