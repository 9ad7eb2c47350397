"""When a guest is reminded, what may become of an invitation, and how a pasted list is read."""

from datetime import UTC, datetime, timedelta

import pytest

from events_service.errors import Conflict
from events_service.invitations.rules import ALLOWED, State, check_step, next_reminder, read_pasted

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_left", "reminded_in_days"), [(30, 16), (14, 7), (10, 3), (7, 5), (2, None), (1, None), (None, None)]
)
def test_a_guest_is_reminded_14_7_and_2_days_before_the_end(
    days_left: int | None, reminded_in_days: int | None
) -> None:
    ends = None if days_left is None else NOON + timedelta(days=days_left)
    due = None if reminded_in_days is None else NOON + timedelta(days=reminded_in_days)
    assert next_reminder(ends, (14, 7, 2), now=NOON) == due


def test_an_answer_stands_but_a_no_can_be_asked_again() -> None:
    assert {state for state, steps in ALLOWED.items() if not steps} == {State.ACCEPTED, State.DELEGATED}
    assert all(State.INVITED in ALLOWED[state] for state in (State.DECLINED, State.LAPSED, State.WITHDRAWN))
    with pytest.raises(Conflict):
        check_step(State.RESERVE, State.ACCEPTED)


def test_a_list_is_read_as_people_write_it() -> None:
    pasted = """
        Åsa Holm <asa@malmo.example>
        "Holm, Bo" <bo@malmo.example>
        Ída Þórsdóttir, ida@reykjavik.example, Reykjavíkurborg, Reykjavík
        eva@oslo.example; Eva Berg
        Jens\tOslo kommune\tjens@oslo.example
        nobody
    """
    assert read_pasted(pasted) == [
        {"name": "Åsa Holm", "email": "asa@malmo.example"},
        {"name": "Holm, Bo", "email": "bo@malmo.example"},
        {
            "name": "Ída Þórsdóttir",
            "email": "ida@reykjavik.example",
            "organisation": "Reykjavíkurborg",
            "city": "Reykjavík",
        },
        {"name": "Eva Berg", "email": "eva@oslo.example"},
        {"name": "Jens", "email": "jens@oslo.example", "organisation": "Oslo kommune"},
        {"name": "nobody", "email": ""},
    ]
