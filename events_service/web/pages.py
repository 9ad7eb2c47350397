"""Answering with a page: one template environment, and what every template may rely on."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Litestar, MediaType, Request, Response
from litestar.response import Redirect
from litestar.routes import HTTPRoute

from events_service import settings
from events_service.web.assets import asset
from events_service.web.words import FILTERS, LANGUAGES, gettext, language, ngettext, npgettext, pgettext, spoken

LANGUAGE_COOKIE = "language"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What every template knows: the request's path, who is signed in (or None), the language and those to choose from, whose service
    it is, and the path under which the page can be had again.
    """

    path: str
    person: Any
    language: str
    languages: list[str]
    organisation: str
    again: str


@cache
def environment() -> Environment:
    """The templates of the checkout, or those the wheel carries. Misspelt values raise instead of vanishing."""
    package = Path(__file__).parent.parent
    beside = package.parent / "templates"
    folder = beside if beside.is_dir() else package / "_shipped" / "templates"
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(enabled_extensions=("html", "svg"), default=True, disabled_extensions=("txt",)),
        undefined=StrictUndefined,
        # A template that changes under a running service would meet code that does not know it yet.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.filters.update(FILTERS)
    made.globals["asset"] = asset
    return made


def render(template: str, **values: Any) -> str:
    """The template's text, for letters and fragments that know no request."""
    return environment().get_template(template).render(**values)


def page(template: str, request: Request[Any, Any, Any], *, status: int = 200, **values: Any) -> Response[str]:
    """The template as a page. It is not stored by caches unless the handler says otherwise."""
    person = getattr(request.state, "person", None)
    languages = [code for code in LANGUAGES if spoken(code) == code]
    facts = PageFacts(
        request.url.path, person, language.get(), languages, settings.current().organisation, _path_again(request)
    )
    token = getattr(request.state, "form_token", "")
    notice = request.query_params.get("done", "") if hasattr(request, "query_params") else ""
    text = render(template, page=facts, csrf_token=token, notice_code=notice, status=status, **values)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"})


def redirect(to: str) -> Redirect:
    """Go and GET that page next (303), as after a form was posted."""
    return Redirect(to, status_code=303)


def _path_again(request: Request[Any, Any, Any]) -> str:
    """Where the page can be had by GET: a form that was sent and is shown again has mostly its own path, else one above it."""
    path, template = request.scope["path"], str(request.scope.get("path_template", ""))
    if request.method in ("GET", "HEAD") or not template:
        return path
    while template and "GET" not in _methods(request.app).get(template, ()):
        path, template = path.rpartition("/")[0], template.rpartition("/")[0]
    return path or "/"


@cache
def _methods(app: Litestar) -> dict[str, set[str]]:
    return {route.path_format: set(route.methods) for route in app.routes if isinstance(route, HTTPRoute)}


def choose_language(request: Request[Any, Any, Any]) -> str:
    """The visitor's language among ours that have words: the one they chose, else what their browser asks for, else English.

    Programs are answered in English.
    """
    if request.scope["path"].startswith("/api/"):
        return "en"
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen and spoken(chosen) == chosen else accepted_language(request)


def accepted_language(request: Request[Any, Any, Any]) -> str:
    """The first of Accept-Language that we have words in, else English."""
    return _language_for(request.headers.get("accept-language", ""))


@lru_cache(maxsize=1024)
def _language_for(accepted: str) -> str:
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower()[:2]
        code = "nb" if code == "no" else code
        if spoken(code) == code:
            return code
    return "en"
