"""The figures of an event as programs and the office read them: attendance by city, category and area of action."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath, PathParameter
from msgspec import Meta

from events_service.database import Row, fetch
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import AREAS_OF_ACTION, Event
from events_service.exchange.report_rules import LEAST_SHOWN, Counted, Figures, for_others, in_full
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.web.pages import page
from events_service.web.problems import answers

AnyRequest = Request[Any, Any, Any]
SEEING = [needs_at_event(Permission.SEE_ATTENDANCE)]
EXAMPLE_REPORT = {
    "event": "guide-launch",
    "registered": 143,
    "attended": 121,
    "registered_by_city": {"Malmö": 80, "Oslo": 63},
    "registered_by_category": {"practitioner": 120, "police": 23},
    "by_city": {"Malmö": 70, "Oslo": 51},
    "by_category": {"practitioner": 103, "police": 18},
    "by_area": {"safe-neighbourhoods": 121, "diversity": 34},
    "not_shown": {"by_city": 0, "by_category": 0},
    "least_shown": None,
}


class NotShown(msgspec.Struct, frozen=True):
    """How many of those who came are in groups too small to be shown."""

    by_city: int
    by_category: int


class ReportOut(msgspec.Struct, frozen=True):
    """The figures of an event. Groups of fewer than `least_shown` are left out; null where this reader sees all of them."""

    event: str
    registered: Annotated[int | None, Meta(description="Who has a seat; null where that is too few to tell.")]
    attended: Annotated[
        int | None, Meta(description="Who was admitted, each once; null where that is too few to tell.")
    ]
    registered_by_city: Annotated[dict[str, int] | None, Meta(description="Null for who may not see registrations.")]
    registered_by_category: Annotated[
        dict[str, int] | None, Meta(description="Null for who may not see registrations.")
    ]
    by_city: Annotated[dict[str, int], Meta(description="Who was admitted, by city; without one under the empty name.")]
    by_category: dict[str, int]
    by_area: Annotated[
        dict[str, int],
        Meta(
            description="Who was admitted, by area of action: of the event, or of a session they had a place in. Some count for several."
        ),
    ]
    not_shown: NotShown
    least_shown: int | None


@get(
    "/api/v1/events/{slug:str}/report",
    operation_id="readReport",
    summary="The figures of an event",
    tags=["events"],
    guards=SEEING,
    responses=answers(200, ReportOut, EXAMPLE_REPORT, 401, 403, 404),
)
async def report(
    request: AnyRequest, slug: Annotated[str, PathParameter(description="The event's slug.")]
) -> ReportOut:
    """Attendance by city, category and area of action. Counts under five are shown to those alone who may see registrations."""
    event = await event_by_slug(slug)
    sees_all = await _sees_all(request, slug)
    figures = await figures_of(event, sees_all=sees_all)
    return ReportOut(
        event.slug,
        figures.registered,
        figures.attended,
        _plain(figures.registered_by_city),
        _plain(figures.registered_by_category),
        dict(figures.by_city),
        dict(figures.by_category),
        dict(figures.by_area),
        NotShown(figures.not_shown_by_city, figures.not_shown_by_category),
        None if sees_all else LEAST_SHOWN,
    )


@get("/office/events/{slug:str}/report", name="office.report", guards=SEEING, include_in_schema=False)
async def report_page(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """The same as a page."""
    event = await event_by_slug(slug)
    sees_all = await _sees_all(request, slug)
    return page(
        "office/report.html",
        request,
        event=event,
        figures=await figures_of(event, sees_all=sees_all),
        least_shown=None if sees_all else LEAST_SHOWN,
    )


async def figures_of(event: Event, *, sees_all: bool) -> Figures:
    """The event's figures as they stand now, for who sees all of them or for others."""
    counted = await count(event)
    return in_full(counted) if sees_all else for_others(counted)


async def count(event: Event) -> Counted:
    """Everybody once, however many doors they passed."""
    registered = await fetch(
        """SELECT city, category, COUNT(*) AS people FROM registration
           WHERE event = $1 AND status = 'confirmed' GROUP BY city, category""",
        event.id,
    )
    came = await fetch(
        """SELECT city, category, COUNT(*) AS people FROM registration
           WHERE event = $1 AND EXISTS (SELECT 1 FROM presence WHERE presence.registration = registration.id)
           GROUP BY city, category""",
        event.id,
    )
    attended = sum(int(row["people"]) for row in came)
    return Counted(
        registered=sum(int(row["people"]) for row in registered),
        attended=attended,
        registered_by_city=_summed(registered, "city"),
        registered_by_category=_summed(registered, "category"),
        by_city=_summed(came, "city"),
        by_category=_summed(came, "category"),
        by_area=await _by_area(event, attended),
    )


async def _by_area(event: Event, attended: int) -> dict[str, int]:
    """The event's own areas count everybody who came, others those who had a place in a session of theirs or were let into it."""
    sessions = await fetch("SELECT id, topics FROM session WHERE event = $1 AND deleted_at IS NULL", event.id)
    topics = {row["id"]: msgspec.json.decode(row["topics"], type=list[str]) for row in sessions}
    took_part = await fetch(
        """SELECT sign_up.registration, sign_up.session FROM sign_up JOIN session ON session.id = sign_up.session
           WHERE session.event = $1 AND sign_up.status = 'confirmed'
             AND EXISTS (SELECT 1 FROM presence WHERE presence.registration = sign_up.registration)
           UNION
           SELECT presence.registration, checkpoint.session_id AS session
           FROM presence JOIN checkpoint ON checkpoint.id = presence.checkpoint
           WHERE presence.event = $1 AND checkpoint.session_id IS NOT NULL""",
        event.id,
    )
    people: dict[str, set[str]] = {}
    for row in took_part:
        for topic in topics.get(row["session"], ()):
            people.setdefault(topic, set()).add(row["registration"])
    counted = {area: len(people.get(area, ())) for area in AREAS_OF_ACTION}
    counted |= {area: attended for area in event.topics if area in AREAS_OF_ACTION}
    return {area: number for area, number in counted.items() if number}


async def _sees_all(request: AnyRequest, slug: str) -> bool:
    return (await actor_of(request)).may(Permission.SEE_REGISTRATIONS, slug)


def _summed(rows: list[Row], column: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row[column]] = sums.get(row[column], 0) + int(row["people"])
    return sums


def _plain(groups: Any) -> dict[str, int] | None:
    return None if groups is None else dict(groups)


API_ROUTES = [report]
PAGE_ROUTES = [report_page]
