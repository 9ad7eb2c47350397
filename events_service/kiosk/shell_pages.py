"""What makes the kiosk an application of its own: its pages without anybody in them in six languages, manifest and service worker."""

from functools import cache
from urllib.parse import urlencode

from litestar import Response, get

from events_service.door.pages import KIOSK
from events_service.door.queries import DoorDevice
from events_service.door.shell_pages import KEPT_KINDS, manifest_of, worker_script
from events_service.events.queries import event_by_id
from events_service.web.words import LANGUAGES, language, spoken
from events_service.web.words import gettext as _

SHELL = f"{KIOSK}/shell"
WORKER = f"{KIOSK}/service-worker.js"
TEMPLATES = ("door/base.html", "door/kiosk.html", "macros/kiosk.html", "macros/door.html", "macros/words.html")


async def speak(wanted: str, device: DoorDevice | None) -> None:
    """Speak the guest's choice; where they made none the event's first language, not that of the tablet's browser."""
    if wanted not in LANGUAGES and device is not None:
        event = await event_by_id(device.event_id)
        wanted = event.languages[0] if event.languages else "en"
    if wanted in LANGUAGES:
        language.set(spoken(wanted))


@get(WORKER, opt={"public": True})
async def service_worker() -> Response[str]:
    """The script that keeps the kiosk's page: another one whenever something it keeps is another."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": KIOSK}
    return Response(_script(), media_type="text/javascript", headers=headers)


@get(f"{KIOSK}/manifest.webmanifest", opt={"public": True})
async def web_manifest() -> Response[bytes]:
    """What a tablet needs to know to keep the kiosk among its applications, without anything of the browser around it."""
    return manifest_of(KIOSK, _("Self check-in"), display="fullscreen")


@cache
def _script() -> str:
    kinds = {"js/door.js": "js/door-kiosk.js"}
    languages = [f"?{urlencode({'language': code})}" for code in LANGUAGES]
    pages = {f"{KIOSK}{chosen}": f"{SHELL}{chosen}" for chosen in ("", *languages)}
    return worker_script("kiosk", pages, kinds=tuple(kinds.get(kind, kind) for kind in KEPT_KINDS), templates=TEMPLATES)


ROUTES = [service_worker, web_manifest]
