"""Reading an event's questions."""

from collections.abc import Sequence

import msgspec

from events_service.database import Row, fetch
from events_service.errors import NotFound
from events_service.events.categories import Category
from events_service.questions.rules import Condition, Kind, Option, Question, sensitive_among


def question_from(row: Row) -> Question:
    """The question in a row of the table."""
    return Question(
        id=row["id"],
        name=row["name"],
        kind=Kind(row["kind"]),
        labels=msgspec.json.decode(row["labels"], type=dict[str, str]),
        help=msgspec.json.decode(row["help"], type=dict[str, str]),
        options=msgspec.json.decode(row["options"], type=list[Option]),
        categories=msgspec.json.decode(row["categories"], type=list[Category]),
        condition=msgspec.json.decode(row["condition"], type=Condition) if row["condition"] else None,
        required=row["required"],
        sensitive=row["sensitive"],
        long=row["long"],
        least=row["least"],
        most=row["most"],
        position=row["position"],
        version=row["version"],
        is_retired=row["retired_at"] is not None,
    )


async def questions_of(event_id: str) -> list[Question]:
    """What the event asks, in its order."""
    return (await questions_of_all([event_id])).get(event_id, [])


async def questions_of_all(event_ids: Sequence[str]) -> dict[str, list[Question]]:
    """What these events ask, by event id, each in its order; events that ask nothing are missing."""
    rows = await fetch(
        "SELECT * FROM question WHERE event = ANY($1) AND retired_at IS NULL ORDER BY event, position, id",
        list(event_ids),
    )
    found: dict[str, list[Question]] = {}
    for row in rows:
        found.setdefault(row["event"], []).append(question_from(row))
    return found


async def every_question_of(event_id: str) -> list[Question]:
    """What the event asks and what it asked before: for reading answers. The words asked now come last."""
    rows = await fetch(
        "SELECT * FROM question WHERE event = $1 ORDER BY CASE WHEN retired_at IS NULL THEN 1 ELSE 0 END, position, id",
        event_id,
    )
    return [question_from(row) for row in rows]


async def sensitive_names(event_id: str) -> frozenset[str]:
    """The names of answers at this event that only registrars see and that are deleted first."""
    return sensitive_among(await every_question_of(event_id))


async def question_by_id(event_id: str, question_id: str) -> Question:
    """A question that is asked still. Raises `NotFound`."""
    for question in await questions_of(event_id):
        if question.id == question_id:
            return question
    raise NotFound()
