"""Deeds are written down with what they do, read newest first, and never changed."""

import pytest

from events_service.audit.actions import record, record_seen
from events_service.audit.queries import entries
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.database import transaction

pytestmark = pytest.mark.usefixtures("database")

REGISTRAR = Doer("account", "a1")
SEEN = Deed("saw_answers", "summit", "registration", "r1", ("diet",), "Catering asked.")


async def test_a_deed_is_kept_as_it_was_written() -> None:
    await record_seen(REGISTRAR, SEEN)
    (entry,) = await entries()
    assert (entry.doer, entry.deed) == (REGISTRAR, SEEN)


async def test_a_deed_that_was_undone_is_not_in_the_log() -> None:
    with pytest.raises(RuntimeError, match="undone"):
        async with transaction() as tx:
            await record(tx, SERVICE, SEEN)
            raise RuntimeError("undone")
    assert await entries() == []


async def test_the_log_is_read_newest_first_by_event_action_and_subject() -> None:
    for number, event in enumerate(("summit", "launch", "summit", None)):
        await record_seen(SERVICE, Deed("swept", event, "registration", f"r{number}"))
    await record_seen(REGISTRAR, SEEN)
    assert [one.deed.subject_id for one in await entries()] == ["r1", "r3", "r2", "r1", "r0"]
    assert [one.deed.subject_id for one in await entries(events=["summit"])] == ["r1", "r2", "r0"]
    assert [one.deed.action for one in await entries(subject_id="r1")] == ["saw_answers", "swept"]
    first, second = await entries(action="swept", limit=2)
    assert [one.deed.subject_id for one in await entries(action="swept", before=second.id)] == ["r1", "r0"]
    assert first.at >= second.at


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET reason = ''", "DELETE FROM audit_entry"])
async def test_the_database_refuses_to_change_the_log(statement: str) -> None:
    await record_seen(REGISTRAR, SEEN)
    with pytest.raises(Exception, match="never"):
        async with transaction() as tx:
            await tx.execute(statement)
    assert len(await entries()) == 1
