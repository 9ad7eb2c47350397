"""The language a visitor chose, kept for a year in a cookie that says nothing else."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from litestar import Request, Router, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect

from events_service import settings
from events_service.errors import Invalid
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import checked
from events_service.web.forms import read_form
from events_service.web.pages import LANGUAGE_COOKIE, redirect
from events_service.web.words import spoken

LanguageRequest = Request[Any, Any, Any]
Remember = Callable[[LanguageRequest, str], Awaitable[None]]
KEPT_FOR = timedelta(days=365)
LONGEST_ADDRESS = 2_000
# Our own: what begins with two slashes, or holds a backslash, is another host to some browsers.
_OWN_PATH = re.compile(r"/(?:[^/\\\s?#][^\\\s?#]*)?")


def _spoken_here(code: str) -> str:
    if spoken(code) != code:
        raise Wrong("unknown_language", "Choose one of the languages of this page.")
    return code


class LanguageForm(Body, frozen=True):
    """The language, and the path of the page on which it was chosen."""

    language: Annotated[str, checked(_spoken_here, max_length=2)]
    back: str = "/"


def routes(remember: Remember) -> list[Any]:
    """The form's address. `remember` keeps the choice with who is signed in: accounts live on a floor above."""
    return [
        Router("/", route_handlers=[choose], dependencies={"remember": Provide(lambda: remember, sync_to_thread=False)})
    ]


@post("/language", include_in_schema=False, opt={"public": True})
async def choose(request: LanguageRequest, remember: NamedDependency[Remember]) -> Redirect:
    """Speak it from now on, and go back to where it was chosen."""
    form = await read_form(request, LanguageForm)
    if form.value is None:
        raise Invalid([], "Choose one of the languages of this page.")
    await remember(request, form.value.language)
    answer = redirect(_way_back(request, form.value.back))
    answer.set_cookie(language_cookie(form.value.language))
    return answer


def language_cookie(language: str) -> Cookie:
    """The cookie that has this browser's pages speak it."""
    return Cookie(
        key=LANGUAGE_COOKIE,
        value=language,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.current().is_https,
        max_age=int(KEPT_FOR.total_seconds()),
    )


def _way_back(request: LanguageRequest, back: str) -> str:
    """The page that was named, with what was asked of it where the browser tells; the first page for what is not a path of ours."""
    if len(back) > LONGEST_ADDRESS or not _OWN_PATH.fullmatch(back) or not back.isprintable():
        return "/"
    try:
        came_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return back
    is_same = came_from.netloc == request.headers.get("host") and came_from.path == back
    return f"{back}?{came_from.query}" if is_same and came_from.query else back
