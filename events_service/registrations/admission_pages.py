"""How an event admits people, in the back office: quotas and how full they are, offers, checks, companions, photo IDs, when it reminds and
forgets.
"""

from collections import Counter
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from msgspec import Meta, field

from events_service.errors import FieldError, Invalid
from events_service.events.access import needs_at_event
from events_service.events.admissions import Admission, admission_of
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import SignInFirst, actor_of, doer_of, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations.admission_api import in_order
from events_service.registrations.admission_drafts import MOST_COMPANIONS, SeatsAtMost, distinct_cities
from events_service.registrations.admitting import change_admission
from events_service.registrations.pools import fullness_of
from events_service.registrations.rules import Category
from events_service.web.bodies import Body, Wrong, read_values
from events_service.web.fields import checked
from events_service.web.forms import errors_by_field, read_form
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
PAGE = "/office/events/{slug:str}/admission"
MOST_CITIES, SPARE_ROWS, MOST_REMINDERS = 500, 3, 10
MANY = frozenset({"city_names", "city_seats", "photo_id_categories"})


def days_listed(text: str) -> str:
    """Days with commas or spaces between them, as `14, 7, 2`; in that form, the longest first."""
    try:
        days = sorted({int(part) for part in text.replace(",", " ").split()}, reverse=True)
    except ValueError as error:
        raise Wrong("not_days", "Write days as numbers with commas between them, such as 14, 7, 2.") from error
    if len(days) > MOST_REMINDERS or any(not 1 <= day <= 365 for day in days):
        raise Wrong("not_days", "Write at most ten days, each from 1 to 365.")
    return ", ".join(str(day) for day in days)


class AdmissionForm(Body, frozen=True, kw_only=True):
    """The whole page. A city's name and its seats stand in the same place of their lists; an empty number is no quota."""

    categories: dict[Category, SeatsAtMost] = field(default_factory=dict)
    city_names: Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=MOST_CITIES)] = field(
        default_factory=list
    )
    city_seats: Annotated[list[Annotated[str, Meta(max_length=10)]], Meta(max_length=MOST_CITIES)] = field(
        default_factory=list
    )
    offers: bool = False
    offer_hours: Annotated[int, Meta(ge=1, le=720)]
    mail_check: bool = False
    reminder_days: Annotated[str, checked(days_listed, max_length=100)] = ""
    sensitive_days: Annotated[int, Meta(ge=0, le=365)]
    companions: Annotated[int, Meta(ge=0, le=MOST_COMPANIONS)]
    photo_id_categories: Annotated[list[Category], Meta(max_length=20)] = field(default_factory=list)


class _Cities(Body, frozen=True):
    cities: Annotated[dict[str, SeatsAtMost], checked(distinct_cities)]


@get(PAGE, name="office.admission", guards=[needs_at_event(Permission.SEE_REGISTRATIONS)])
async def admission_page(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The settings as they stand, and how full each quota is."""
    event = await event_by_slug(slug)
    return await _page(request, event, form=_filled(await admission_of(event)))


@post(PAGE, guards=[needs_at_event(Permission.EDIT_EVENTS)])
async def change(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """All settings at once; whoever now fits moves up. Or the form again with what is wrong."""
    event = await event_by_slug(slug)
    form = await read_form(request, AdmissionForm, many=MANY)
    errors, cities = dict(form.errors), dict[str, int]()
    try:
        cities = _cities(form.typed)
    except Invalid as invalid:
        errors["cities"] = sorted({message for said in errors_by_field(invalid).values() for message in said})
    if form.value is None or errors:
        return await _page(request, event, form=form.typed, errors=_on_fields(errors), status=422)
    asked = form.value
    await change_admission(
        event,
        by=await doer_of(request),
        categories={category.value: seats for category, seats in asked.categories.items()},
        cities=cities,
        offers=asked.offers,
        offer_hours=asked.offer_hours,
        mail_check=asked.mail_check,
        reminder_days=tuple(int(day) for day in asked.reminder_days.split(",") if day),
        sensitive_days=asked.sensitive_days,
        companions=asked.companions,
        photo_id_categories=in_order(asked.photo_id_categories),
    )
    return redirect(f"/office/events/{slug}/admission?done=admission_saved")


def _cities(typed: dict[str, Any]) -> dict[str, int]:
    """City → seats, of the rows that name one. Raises `Invalid`."""
    rows = [
        (name.strip(), seats.strip())
        for name, seats in zip(typed.get("city_names", []), typed.get("city_seats", []), strict=False)
        if name.strip() or seats.strip()
    ]
    if any(not name or not seats for name, seats in rows):
        raise Invalid([FieldError("cities", "half_row", "Give each city with its number of seats.")])
    if max(Counter(name for name, _ in rows).values(), default=0) > 1:
        raise Invalid([FieldError("cities", "named_twice", "The same city is named twice.")])
    return read_values(_Cities, {"cities": dict(rows)}, from_text=True).cities


def _on_fields(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """A mapping's errors do not say of which category they are: they stand with the first."""
    return {("categories" if name.startswith("categories") else name): said for name, said in errors.items()}


def _filled(admission: Admission) -> dict[str, Any]:
    return {
        **{f"categories.{category}": str(seats) for category, seats in admission.categories.items()},
        "city_names": list(admission.cities),
        "city_seats": [str(seats) for seats in admission.cities.values()],
        "offers": admission.offers,
        "offer_hours": str(admission.offer_hours),
        "mail_check": admission.mail_check,
        "reminder_days": ", ".join(str(day) for day in admission.reminder_days),
        "sensitive_days": str(admission.sensitive_days),
        "companions": str(admission.companions),
        "photo_id_categories": list(admission.photo_id_categories),
    }


async def _page(
    request: PageRequest,
    event: Event,
    *,
    form: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Response[str]:
    names, seats = form.get("city_names", []), form.get("city_seats", [])
    rows = [one for one in zip(names, seats, strict=False) if any(one)] + [("", "")] * SPARE_ROWS
    full = await fullness_of(event)
    return page(
        "office/admission.html",
        request,
        status=status,
        event=event,
        full=full,
        taken={pool.name: pool for pool in full.categories},
        categories=[category.value for category in Category],
        city_rows=rows,
        form=form,
        errors=errors or {},
        may_edit=(await actor_of(request)).may(Permission.EDIT_EVENTS, event.slug),
        most_companions=MOST_COMPANIONS,
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[admission_page, change],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
