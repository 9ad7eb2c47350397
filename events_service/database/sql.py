"""One way of writing SQL for both databases.

Hot paths are written in PostgreSQL's words. SQLite is given the same statement with four replacements, and nothing else:
`$1` → `?1`, `= ANY($1)` → `IN (SELECT value FROM json_each(?1))` (a list travels as JSON there),
row locks → nothing (an IMMEDIATE transaction has locked the whole file), and `LIKE` keeps as it is because what is searched is folded.
"""

import re
from functools import lru_cache

_ANY = re.compile(r"= ANY\(\$(\d+)\)")
_PLACEHOLDER = re.compile(r"\$(\d+)")
_ROW_LOCK = re.compile(r"\s+FOR (?:NO KEY )?UPDATE(?: OF \w+)?(?: SKIP LOCKED)?")


@lru_cache(maxsize=1024)
def for_sqlite(statement: str) -> str:
    """The same statement in SQLite's words."""
    statement = _ANY.sub(r"IN (SELECT value FROM json_each(?\1))", statement)
    return _ROW_LOCK.sub("", _PLACEHOLDER.sub(r"?\1", statement))


def meant_literally(text: str) -> str:
    """Text whose `%` and `_` mean themselves in a LIKE with ESCAPE '!'."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
