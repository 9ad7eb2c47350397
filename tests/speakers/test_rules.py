"""What follows from a speaker's answers, and who waits for what."""

import pytest

from events_service import clock
from events_service.speakers.rules import Speaker, State, is_shown, may_answer, state_after, waits_for_answer

PROPOSED, INVITED, CONFIRMED, DECLINED, WITHDRAWN = State
NOW = clock.now()


def a_speaker(**more: object) -> Speaker:
    fields = {
        "id": "s",
        "event_id": "e",
        "name": "Åsa",
        "email": "asa@example.org",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Speaker(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answers", "before", "after"),
    [
        ([CONFIRMED, INVITED, DECLINED], INVITED, CONFIRMED),
        ([CONFIRMED, WITHDRAWN], DECLINED, CONFIRMED),
        ([DECLINED, DECLINED], INVITED, DECLINED),
        ([DECLINED, WITHDRAWN], CONFIRMED, DECLINED),
        ([DECLINED, INVITED], INVITED, INVITED),
        ([DECLINED, INVITED], CONFIRMED, INVITED),
        ([INVITED], DECLINED, INVITED),
        ([PROPOSED], PROPOSED, PROPOSED),
        ([], CONFIRMED, INVITED),
        ([WITHDRAWN], INVITED, INVITED),
    ],
)
def test_one_yes_counts_and_no_is_no_when_nothing_is_open(answers: list[State], before: State, after: State) -> None:
    assert state_after(answers, before=before) is after


@pytest.mark.parametrize("state", State)
def test_only_who_was_taken_out_can_no_longer_answer(state: State) -> None:
    assert may_answer(state) is (state is not WITHDRAWN)


@pytest.mark.parametrize(("public", "state"), [(public, state) for public in (True, False) for state in State])
def test_shown_is_who_agreed_and_is_not_out(public: bool, state: State) -> None:
    assert is_shown(a_speaker(public=public, state=state)) is (public and state not in (DECLINED, WITHDRAWN))


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({"state": INVITED, "asked_at": NOW}, True),
        ({"state": PROPOSED, "asked_at": NOW}, True),
        ({"state": INVITED, "asked_at": NOW, "answered_at": NOW.replace(year=2020)}, True),
        ({"state": INVITED, "asked_at": NOW, "answered_at": NOW}, False),
        ({"state": INVITED}, False),
        ({"state": CONFIRMED, "asked_at": NOW}, False),
        ({"state": DECLINED, "asked_at": NOW}, False),
        ({"state": INVITED, "asked_at": NOW, "email": None}, False),
    ],
)
def test_who_was_asked_and_is_silent_waits_to_be_reminded(fields: dict[str, object], waits: bool) -> None:
    assert waits_for_answer(a_speaker(**fields)) is waits
