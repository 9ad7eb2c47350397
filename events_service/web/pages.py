"""Answering with a page: one template environment, and what every template may rely on."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import MediaType, Request, Response
from litestar.response import Redirect

from events_service import settings
from events_service.web.assets import asset
from events_service.web.words import FILTERS, gettext, language, ngettext, spoken


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What every template knows: the request's path, who is signed in (or None), the language, whose service it is."""

    path: str
    person: Any
    language: str
    organisation: str


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
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(FILTERS)
    made.globals["asset"] = asset
    return made


def render(template: str, **values: Any) -> str:
    """The template's text, for letters and fragments that know no request."""
    return environment().get_template(template).render(**values)


def page(template: str, request: Request[Any, Any, Any], *, status: int = 200, **values: Any) -> Response[str]:
    """The template as a page. It is not stored by caches unless the handler says otherwise."""
    person = getattr(request.state, "person", None)
    facts = PageFacts(request.url.path, person, language.get(), settings.current().organisation)
    token = getattr(request.state, "form_token", "")
    notice = request.query_params.get("done", "") if hasattr(request, "query_params") else ""
    text = render(template, page=facts, csrf_token=token, notice_code=notice, status=status, **values)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"})


def redirect(to: str) -> Redirect:
    """Go and GET that page next (303), as after a form was posted."""
    return Redirect(to, status_code=303)


def choose_language(request: Request[Any, Any, Any]) -> str:
    """The visitor's language among ours that have words: the first of Accept-Language that fits, else English."""
    return _language_for(request.headers.get("accept-language", ""))


@lru_cache(maxsize=1024)
def _language_for(accepted: str) -> str:
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower()[:2]
        code = "nb" if code == "no" else code
        if spoken(code) == code:
            return code
    return "en"
