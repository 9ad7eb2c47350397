"""How deep a run looks: at everything once, or, where `EVENTS_TEST_THOROUGH` is set, at every combination of everything.

What goes through a browser behaves the same on both kinds of database: those tests take turns, half of them on each. What is about the
database itself, or marked `both_databases`, runs on both always. What is marked `thorough` repeats in other circumstances what
another test has shown, and waits for a thorough run.
"""

import os
from zlib import crc32

import pytest

THOROUGH = bool(os.environ.get("EVENTS_TEST_THOROUGH"))
KINDS = ("sqlite", "postgres")


def is_spared(item: pytest.Item) -> bool:
    """Whether a run that is not thorough does without this test."""
    return not THOROUGH and (item.get_closest_marker("thorough") is not None or _is_the_others_turn(item))


def _is_the_others_turn(item: pytest.Item) -> bool:
    """Whether another test of the same name, on the other kind of database, stands for this one."""
    if not isinstance(item, pytest.Function) or item.get_closest_marker("both_databases"):
        return False
    takes_turns = "browser" in item.fixturenames or item.get_closest_marker("either_database")
    kind = item.callspec.params.get("database_url") if hasattr(item, "callspec") else None
    # Always the same turn for the same test, in whichever process.
    return bool(takes_turns) and kind in KINDS and kind != KINDS[crc32(item.originalname.encode()) % len(KINDS)]
