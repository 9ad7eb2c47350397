"""Questions that the tests begin with."""

from typing import Any

from events_service.questions.actions import add_question
from events_service.questions.drafts import QuestionDraft
from events_service.questions.rules import Condition, Kind, Option, Question
from events_service.web.bodies import read_values


def a_question(name: str, kind: Kind = Kind.TEXT, *, options: tuple[str, ...] = (), **more: Any) -> Question:
    """A question in memory; `when=("ride", "bus")` makes it wait for that answer."""
    if when := more.pop("when", None):
        more["condition"] = Condition(when[0], [when[1]])
    choices = [Option(value, {"en": value.title()}) for value in options]
    return Question(id=name, name=name, kind=kind, labels={"en": f"{name}?"}, options=choices, **more)


async def asked(name: str, kind: str = "text", *, slug: str = "guide-launch", **more: Any) -> Question:
    """A question of that event; `options=["bus", "train"]` gives it answers to choose from."""
    if "options" in more:
        more["options"] = [{"value": value, "labels": {"en": value.title()}} for value in more["options"]]
    body = {"name": name, "kind": kind, "labels": {"en": f"{name.title()}?"}} | more
    return await add_question(slug, read_values(QuestionDraft, body, from_text=False))
