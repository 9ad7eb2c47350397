"""The ways in by a code from a mail: its form, the tries that are counted, and the cookie that keeps open what was opened.

The code stands behind `#` in the link of the mail, so that reading the page changes nothing: mail scanners follow links.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Generic, TypeVar

from litestar import Request, Response
from litestar.response import Redirect
from msgspec import Meta

from events_service.errors import Conflict, NotFound, TooMany
from events_service.people.visitors import count_visit, give_back_visit
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect
from events_service.web.sealed_cookies import SealedCookie
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
Held = TypeVar("Held")
TRIES, TRIES_WITHIN = 20, timedelta(minutes=10)


class CodeForm(Body, frozen=True):
    """The code from the mail."""

    code: Annotated[str, Meta(max_length=200)]


class NothingOpen(NotFound):
    """What the page is about is not open in this browser, or its link was replaced meanwhile."""

    code = "nothing_open"


@dataclass(frozen=True, slots=True)
class Entrance(Generic[Held]):
    """One way in: the address of its form, the form's template, where it leads, and the cookie that keeps it open.

    Ways in that share a cookie are counted together.
    """

    address: str
    template: str
    leads_to: str
    cookie: SealedCookie[Held]

    def form(self, request: PageRequest, *, error: str = "", status: int = 200) -> Response[str]:
        """The form that asks for the code; with what was wrong with the one that was given."""
        errors = {"code": [error]} if error else {}
        is_open = self.cookie.find(request) is not None
        return page(self.template, request, status=status, errors=errors, is_open=is_open)

    async def open(
        self, request: PageRequest, find: Callable[[str], Awaitable[Held]], *, unknown: str = ""
    ) -> Response[Any]:
        """Open what `find` returns for the posted code, or ask again: with `unknown` where it raises `NotFound`."""
        try:
            await count_visit(self.cookie.name, request, most=TRIES, within=TRIES_WITHIN)
        except TooMany as refused:
            shown = self.form(request, error=_(refused.detail), status=429)
            shown.headers["Retry-After"] = str(refused.retry_after)
            return shown
        form = await read_form(request, CodeForm)
        try:
            held = await find(form.value.code if form.value else "")
        except NotFound:
            error = unknown or _("This code opens nothing. Please copy it once more from your latest mail.")
            return self.form(request, error=error, status=422)
        except Conflict as refused:
            return self.form(request, error=_(refused.detail), status=409)
        await give_back_visit(self.cookie.name, request)
        opened = redirect(self.leads_to)
        opened.set_cookie(self.cookie.keep(held))
        return opened

    def held(self, request: PageRequest) -> Held:
        """What the cookie holds. Raises `NothingOpen`."""
        found = self.cookie.find(request)
        if found is None:
            raise NothingOpen()
        return found

    def leave(self, *, to: str = "") -> Redirect:
        """Forget on this device what was open, and go `to` there, else to the form."""
        gone = redirect(to or self.address)
        gone.set_cookie(self.cookie.take_away())
        return gone

    def ask_for_code(self, request: PageRequest, error: Exception) -> Redirect:
        """The answer to `NothingOpen`: the way in."""
        return redirect(self.address)
