"""The tables in `tables.py` and the migrated database say the same, on both databases."""

from piccolo.columns import Column
from piccolo.table import Table

from events_service.database import engine, fetch
from events_service.piccolo_app import APP_CONFIG
from events_service.settings import Settings

PICCOLOS_OWN = {"migration"}


async def tables_there() -> set[str]:
    if engine().dialect == "sqlite":
        rows = await fetch("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    else:
        rows = await fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    return {row["name"] for row in rows} - PICCOLOS_OWN


async def columns_there(table: str) -> dict[str, bool]:
    """The columns, and whether each may be null."""
    if engine().dialect == "sqlite":
        rows = await fetch('SELECT name, "notnull", pk FROM pragma_table_info($1)', table)
        return {row["name"]: not (row["notnull"] or row["pk"]) for row in rows}
    rows = await fetch(
        "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1",
        table,
    )
    return {row["column_name"]: row["is_nullable"] == "YES" for row in rows}


def columns_meant(table: type[Table]) -> dict[str, bool]:
    return {column._meta.db_column_name: may_be_null(column) for column in table._meta.columns}


def may_be_null(column: Column) -> bool:
    return bool(column._meta.null) and not column._meta.primary_key


async def test_every_table_is_there_and_no_other(database: Settings) -> None:
    assert await tables_there() == {table._meta.tablename for table in APP_CONFIG.table_classes}


async def test_every_column_is_there_with_its_nullability(database: Settings) -> None:
    meant = {table._meta.tablename: columns_meant(table) for table in APP_CONFIG.table_classes}
    assert {name: await columns_there(name) for name in meant} == meant
