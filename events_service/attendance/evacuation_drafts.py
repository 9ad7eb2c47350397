"""What whoever asks for the evacuation list says."""

from enum import StrEnum
from typing import Annotated

from events_service.web.bodies import Body
from events_service.web.fields import checked, needed_line


class ListForm(StrEnum):
    """How the list is wanted."""

    PAGE = "page"
    CSV = "csv"


class WhyInside(Body, frozen=True, kw_only=True):
    """Why; it stands in the log."""

    reason: Annotated[str, checked(needed_line, max_length=500, examples=["Fire alarm in the west wing."])]


class WantedList(WhyInside, frozen=True, kw_only=True):
    """Why, and as what."""

    form: ListForm = ListForm.PAGE
