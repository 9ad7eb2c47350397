"""Programs that fill in our forms: told by a field that nobody sees, and by how soon after it was shown a form comes back.

Nothing is asked of people, nothing is loaded from elsewhere, and nothing is kept: the form itself carries when it was shown, with a
code that only this installation can make and that fits this form alone.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request

from events_service import clock, settings
from events_service.sealing import keyed_token, same
from events_service.web.forms import SHOWN, TRAP, posted_form
from events_service.web.words import gettext as _

# Nobody reads a form, fills it in and sends it so soon; browsers that fill it in leave the reading.
QUICKEST = timedelta(seconds=2)
OLDEST = timedelta(hours=24)


def shown_now(form: str) -> str:
    """What a form that is shown now carries in its hidden field; `form` names it, and which event it is about."""
    return _proof(form, int(clock.now().timestamp()))


async def shown_again(request: Request[Any, Any, Any], form: str) -> str:
    """What the form carries when it is shown once more: the time it was first shown goes on counting where that is still good."""
    given = await _given(request, SHOWN)
    at = _shown_at(form, given)
    return given if at is not None and clock.now() - at <= OLDEST else shown_now(form)


async def doubt_about(request: Request[Any, Any, Any], form: str) -> str:
    """Why this form is not taken yet, in kind words; nothing where a person may well have sent it.

    With EVENTS_RATE_LIMITS=off it may come back at once.
    """
    if await _given(request, TRAP):
        return _("Please leave the field for programs empty, and send the form once more.")
    at = _shown_at(form, await _given(request, SHOWN))
    if at is None or clock.now() - at > OLDEST:
        return _("This form was open for very long. What you wrote is still here: please send it once more.")
    if clock.now() - at < QUICKEST and settings.current().rate_limits:
        return _("That was very quick. Please look once more whether all is right, and send it again.")
    return ""


async def _given(request: Request[Any, Any, Any], name: str) -> str:
    given = (await posted_form(request)).get(name, "")
    return given if isinstance(given, str) else ""


def _shown_at(form: str, given: str) -> datetime | None:
    """When the form was shown; None for what we did not write, or not into this form."""
    seconds = given.partition(".")[0]
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 11) or not same(
        given, _proof(form, int(seconds))
    ):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _proof(form: str, seconds: int) -> str:
    code = keyed_token(form, str(seconds), secret_key=settings.current().secret_key, purpose="form-shown")
    return f"{seconds}.{code}"
