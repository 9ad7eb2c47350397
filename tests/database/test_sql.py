"""One SQL for both databases: a table of cases."""

import pytest

from events_service.database.sql import for_sqlite

CASES = {
    "SELECT 1": "SELECT 1",
    "WHERE a = $1 AND b = $12": "WHERE a = ?1 AND b = ?12",
    "VALUES ($2, $1, $2)": "VALUES (?2, ?1, ?2)",
    "WHERE id = ANY($3)": "WHERE id IN (SELECT value FROM json_each(?3))",
    "SELECT id FROM event WHERE id = $1 FOR UPDATE": "SELECT id FROM event WHERE id = ?1",
    "SELECT id FROM letter LIMIT $1 FOR UPDATE SKIP LOCKED": "SELECT id FROM letter LIMIT ?1",
    "SELECT id FROM a JOIN b FOR UPDATE OF a": "SELECT id FROM a JOIN b",
    "SELECT id FROM a\n  FOR NO KEY UPDATE\n": "SELECT id FROM a\n",
    "UPDATE a SET b = $1": "UPDATE a SET b = ?1",
    "ON CONFLICT (id) DO UPDATE SET a = $1": "ON CONFLICT (id) DO UPDATE SET a = ?1",
    "WHERE name LIKE $1": "WHERE name LIKE ?1",
}


@pytest.mark.parametrize("written", CASES)
def test_sqlite_is_given_the_same_statement_in_its_words(written: str) -> None:
    assert for_sqlite(written) == CASES[written]
