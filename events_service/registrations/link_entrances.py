"""The ways in by a link that is asked for by mail: one form has it sent, another takes its code, a cookie keeps open what it opened.

The code stands behind `#` in the link of the mail, so that reading the page changes nothing: mail scanners follow links.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from events_service.errors import NotFound, TooMany
from events_service.people.entrances import TRIES, TRIES_WITHIN, CodeForm
from events_service.people.visitors import count_visit, give_back_visit
from events_service.registrations.magic_links import Opens, ask_for_link, open_link
from events_service.web.bodies import Body
from events_service.web.bots import doubt_about, shown_again, shown_now
from events_service.web.fields import Email
from events_service.web.forms import read_form
from events_service.web.limits import allow
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
ASKED_PER_ADDRESS, ASKED_PER_NETWORK, ASKED_WITHIN = 3, 20, timedelta(minutes=15)


class AskForm(Body, frozen=True):
    """Where the link is to go."""

    email: Email


@dataclass(frozen=True, slots=True)
class LinkEntrance:
    """One way in: the address of its forms, their template, their name for `doubt_about`, what its links open, where that leads, the
    cookie that keeps it open, and whether it is open already. `beside`: what else the template takes.

    All ways in are counted together.
    """

    address: str
    template: str
    name: str
    opens: Opens
    leads_to: str
    cookie_for: Callable[[str], Cookie]
    is_open: Callable[[PageRequest], Awaitable[bool]]
    beside: Mapping[str, Any] = field(default_factory=dict)

    async def form(
        self,
        request: PageRequest,
        *,
        typed: dict[str, Any] | None = None,
        errors: dict[str, list[str]] | None = None,
        doubt: str = "",
        shown: str = "",
        status: int = 200,
    ) -> Response[str]:
        """Both forms; with what was typed, what is wrong with it, or why it was not taken yet."""
        return page(
            self.template,
            request,
            status=status,
            form=typed or {},
            errors=errors or {},
            doubt=doubt,
            shown=shown or shown_now(self.name),
            is_open=await self.is_open(request),
            **self.beside,
        )

    async def ask(self, request: PageRequest, *, done: str) -> Response[Any]:
        """Have a link sent, and say that it is `done`. The answer is the same for every address, known or not."""
        form = await read_form(request, AskForm)
        if form.value is None:
            return await self.form(request, typed=form.typed, errors=form.errors, status=422)
        if doubt := await doubt_about(request, self.name):
            shown = await shown_again(request, self.name)
            return await self.form(request, typed=form.typed, doubt=doubt, shown=shown, status=422)
        try:
            await count_visit("link-from", request, most=ASKED_PER_NETWORK, within=ASKED_WITHIN)
            await allow(f"link-to|{form.value.email.casefold()}", most=ASKED_PER_ADDRESS, within=ASKED_WITHIN)
        except TooMany as refused:
            return await self._too_many(request, refused, "email", typed=form.typed)
        await ask_for_link(form.value.email, language.get(), opens=self.opens)
        return redirect(f"{self.address}?done={done}")

    async def open(self, request: PageRequest) -> Response[Any]:
        """Open what the posted code was sent for; it does so once."""
        try:
            await count_visit("link", request, most=TRIES, within=TRIES_WITHIN)
        except TooMany as refused:
            return await self._too_many(request, refused, "code")
        form = await read_form(request, CodeForm)
        try:
            email_key = await open_link(form.value.code if form.value else "", opens=self.opens)
        except NotFound:
            error = _("This link was used already or is too old. Have a new one sent.")
            return await self.form(request, errors={"code": [error]}, status=422)
        await give_back_visit("link", request)
        opened = redirect(self.leads_to)
        opened.set_cookie(self.cookie_for(email_key))
        return opened

    async def _too_many(
        self, request: PageRequest, refused: TooMany, name: str, *, typed: dict[str, Any] | None = None
    ) -> Response[str]:
        told = await self.form(request, typed=typed, errors={name: [_(refused.detail)]}, status=429)
        told.headers["Retry-After"] = str(refused.retry_after)
        return told
