"""Every page of the product with something in it, and a browser's cookies with which all of them open."""

import base64
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec
from playwright.async_api import BrowserContext, Page

from events_service import clock
from events_service.delegations.rules import delegation_code
from events_service.demo.happenings import AUTUMN_MEETING, KICK_OFF, LAUNCH, STUDY_VISIT, SUMMIT, WORKSHOP
from events_service.demo.staff import WELL_KNOWN_PASSWORD
from events_service.events.members import MEMBER, OpenMember
from events_service.registrations.secrets import join_code, page_code
from events_service.sealing import seal
from events_service.speakers.actions import speaker_code
from tests.journeys.given import Organiser
from tests.services.product import SECRET_KEY, Product


@dataclass(frozen=True, slots=True)
class Screen:
    """A page: where it is, what is typed there into which field, and the button that is pressed then."""

    path: str
    press: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    shows: str = "h1"

    async def open(self, page: Page) -> None:
        """Have it before us, at rest."""
        await page.goto(self.path, wait_until="load")
        for label, text in self.typed.items():
            await page.get_by_label(label, exact=True).first.fill(text)
        if self.press:
            await page.get_by_role("button", name=self.press, exact=True).first.click()
        await page.locator(self.shows).first.wait_for(state="attached")
        await page.wait_for_load_state("load")

    def __str__(self) -> str:
        return f"{self.path} ({self.press})" if self.press else self.path


@dataclass(frozen=True, slots=True)
class Found:
    """What of the demonstration's data addresses need."""

    registration: str
    letter: str
    page_code: str
    badge: str
    speaker: str
    speaker_code: str
    workshop: str
    room: str
    appearing: str
    delegation: str
    delegate: str
    delegation_code: str
    receipt: str = ""


CODE_AT_KIOSK = "Or type the eight letters below your code"
PUBLIC = (
    Screen("/"),
    Screen("/events"),
    Screen("/events?kind=summit&q=nothing+like+it"),
    Screen(f"/events/{LAUNCH}"),
    Screen(f"/events/{SUMMIT}"),
    Screen(f"/events/{KICK_OFF}"),
    Screen(f"/events/{WORKSHOP}"),
    Screen(f"/events/{LAUNCH}/register"),
    Screen(f"/events/{LAUNCH}/register", press="Register", shows=".error-summary"),
    Screen(f"/events/{SUMMIT}/register"),
    Screen(f"/events/{SUMMIT}/agenda"),
    Screen(f"/events/{SUMMIT}/agenda?view=list&day=all&zone=Atlantic/Reykjavik"),
    Screen(f"/events/{SUMMIT}/agenda?only=starred"),
    Screen(f"/events/{SUMMIT}/agenda/changes"),
    Screen(f"/events/{SUMMIT}/agenda/embed"),
    Screen(f"/events/{SUMMIT}/speakers"),
    Screen(f"/events/{SUMMIT}/now"),
    Screen("/cities"),
    Screen("/members"),
    Screen("/members", press="Send me the link", shows=".error-summary"),
    Screen("/privacy"),
    Screen("/events/nowhere"),
    Screen("/sign-in"),
    Screen(
        "/sign-in",
        press="Sign in",
        typed={"Mail address": "nobody@demo.example", "Password": "wrong"},
        shows=".error-summary",
    ),
)
MY = (
    Screen("/my"),
    Screen("/my/registration"),
    Screen("/my/cancel"),
    Screen("/my/answers"),
    Screen("/my/details"),
    Screen("/members/events"),
    Screen("/my/substitute"),
    Screen("/my/join"),
    Screen("/my/join", press="Open the meeting's page", shows=".error-summary"),
    Screen("/my/join/meeting"),
    Screen("/invited"),
    Screen("/delegation"),
    Screen("/delegation", press="Open the delegation", shows=".error-summary"),
    Screen("/delegation/seats"),
    Screen("/delegation/seats", press="Give them the seat", shows=".error-summary"),
    Screen("/my/link"),
    Screen("/my/link", press="Send me the link", shows=".error-summary"),
    Screen("/my/ticket"),
    Screen("/my/programme"),
    Screen("/my/sessions"),
    Screen("/speaking"),
    Screen("/speaking", press="Open my page", shows=".error-summary"),
    Screen("/speaking/me"),
    Screen("/speaking/withdraw"),
)


# A tablet that guests check in at, and a code that is none.
KIOSK = (
    Screen("/door/kiosk"),
    Screen("/door/kiosk/shell"),
    Screen(
        "/door/kiosk", press="Check in", typed={CODE_AT_KIOSK: "no code at all"}, shows="text=We do not know this code"
    ),
)


def of(area: str, found: Found) -> tuple[Screen, ...]:
    """The pages of `public`, `my`, `office`, `door` or `kiosk`."""
    match area:
        case "public":
            return (*PUBLIC, *agenda(found), Screen(found.receipt, shows="text=What happens next"))
        case "my":
            return (*MY, *delegates(found))
        case "office":
            return office(found)
        case "door":
            return door(found)
    return KIOSK


def delegates(found: Found) -> tuple[Screen, ...]:
    """What a coordinator does with one delegate."""
    one = f"/delegation/delegates/{found.delegate}"
    return (Screen(one), Screen(f"{one}/substitute"), Screen(f"{one}/withdraw"))


def agenda(found: Found) -> tuple[Screen, ...]:
    """What of the summit's agenda has a page of its own."""
    event = f"/events/{SUMMIT}"
    return (
        Screen(f"{event}/sessions/{found.workshop}"),
        Screen(f"{event}/speakers/{found.appearing}"),
        Screen(f"{event}/rooms/{found.room}/now"),
    )


def office(found: Found) -> tuple[Screen, ...]:
    """The back office, as an owner sees it."""
    event = f"/office/events/{LAUNCH}"
    return (
        Screen("/office"),
        Screen("/office/account"),
        Screen("/office/replies"),
        Screen("/office/replies?state=applied"),
        Screen("/office/account/second-factor"),
        Screen("/office/events/new"),
        Screen("/office/events/new", press="Save", shows=".error-summary"),
        Screen(event),
        Screen(f"/office/events/{KICK_OFF}"),
        Screen(f"{event}/edit"),
        Screen(f"{event}/clone"),
        Screen(f"{event}/cancel"),
        Screen(f"{event}/door"),
        Screen(f"{event}/door/new-checkpoint"),
        Screen(f"{event}/door/new-checkpoint", press="Add", shows=".error-summary"),
        Screen(f"{event}/door/checkpoints/main"),
        Screen(f"{event}/attendance"),
        Screen(f"/office/events/{KICK_OFF}/online"),
        Screen(f"/office/events/{AUTUMN_MEETING}/online"),
        Screen(f"{event}/attendance/evacuation"),
        Screen(f"{event}/door/conflicts"),
        Screen(f"{event}/door/conflicts?settled=yes"),
        Screen(
            f"{event}/attendance/evacuation",
            press="Show the list",
            typed={"Reason": "A drill"},
            shows="text=people inside",
        ),
        Screen(
            f"{event}/door", press="Make a pairing code", typed={"Name of the device": "Left door"}, shows="#pairing"
        ),
        Screen(f"/office/events/{SUMMIT}/agenda/import"),
        Screen(f"/office/events/{SUMMIT}/agenda/import", press="See what would change", shows=".error-summary"),
        Screen(f"/office/events/{SUMMIT}/questions"),
        Screen(f"/office/events/{SUMMIT}/questions/new"),
        Screen(f"/office/events/{SUMMIT}/questions/new", press="Save", shows=".error-summary"),
        Screen(f"/office/events/{SUMMIT}/speakers"),
        Screen(f"/office/events/{SUMMIT}/speakers?q=nobody+of+that+name"),
        Screen(f"/office/events/{SUMMIT}/speakers/{found.speaker}"),
        Screen(f"/office/events/{SUMMIT}/speakers/new"),
        Screen(f"/office/events/{SUMMIT}/speakers/new", press="Add to the roster", shows=".error-summary"),
        Screen(f"/office/events/{SUMMIT}/releases"),
        Screen(f"/office/events/{SUMMIT}/releases/new"),
        Screen(f"/office/events/{SUMMIT}/sign-ups"),
        Screen(f"{event}/badges"),
        Screen(f"{event}/badges", press="Print badges", shows="#far"),
        Screen(f"{event}/substitutes"),
        Screen(f"{event}/admission"),
        Screen(f"{event}/walk-in"),
        Screen(f"{event}/walk-in", press="Register this person", shows=".error-summary"),
        Screen(f"{event}/queue"),
        Screen(f"/office/events/{KICK_OFF}/queue"),
        Screen(f"/office/events/{STUDY_VISIT}/queue"),
        Screen(f"/office/events/{SUMMIT}/delegations"),
        Screen(f"/office/events/{SUMMIT}/delegations/new"),
        Screen(
            f"/office/events/{SUMMIT}/delegations/new", press="Keep the seats and send the link", shows=".error-summary"
        ),
        Screen(f"/office/delegations/{found.delegation}"),
        Screen(f"{event}/invitations"),
        Screen(f"{event}/invitations/new"),
        Screen(f"{event}/invitations/new", press="See who would be invited", shows=".error-summary"),
        Screen(f"/office/events/{SUMMIT}/agenda", shows=".grid__canvas .tile"),
        Screen(f"/office/events/{SUMMIT}/agenda?view=table"),
        Screen(f"/office/events/{SUMMIT}/agenda/sessions/new"),
        Screen(f"/office/events/{SUMMIT}/agenda/sessions/new", press="Save", shows=".error-summary"),
        Screen(f"/office/events/{SUMMIT}/agenda/rooms/new"),
        Screen(f"/office/events/{SUMMIT}/agenda/tracks/new"),
        Screen(f"/office/events/{WORKSHOP}/agenda", shows=".grid__canvas"),
        Screen(f"{event}/registrations"),
        Screen(f"{event}/registrations?q=nobody+of+that+name"),
        Screen(f"{event}/registrations/new"),
        Screen(f"{event}/registrations/import"),
        Screen(f"{event}/invitations/import"),
        Screen("/office/contacts/import"),
        Screen(f"{event}/registrations/import", press="Go on to the columns", shows=".error-summary"),
        Screen(f"{event}/registrations/export"),
        Screen(f"{event}/report"),
        Screen(f"/office/registrations/{found.registration}"),
        Screen(f"/office/registrations/{found.registration}/answers"),
        Screen(f"/office/registrations/{found.registration}/substitute"),
        Screen("/office/letters"),
        Screen(f"/office/letters/{found.letter}", shows="iframe"),
        Screen(f"/office/registrations/{found.registration}/protection"),
        Screen("/office/audit"),
        Screen("/office/privacy"),
        Screen("/office/people"),
        Screen("/office/people", press="Give the role", shows=".error-summary"),
    )


def door(found: Found) -> tuple[Screen, ...]:
    """The door of a paired device: a badge that is let in or was already, and one that is none."""
    return (
        Screen("/door/pair"),
        Screen("/door"),
        Screen("/door", press="Check", typed={"Badge code": found.badge}, shows="text=Marianne"),
        Screen("/door", press="Check", typed={"Badge code": "no badge at all"}, shows="text=No such badge"),
        Screen("/door/evacuation"),
        Screen("/door/conflicts"),
        Screen("/door/search?q=a"),
        Screen("/door/search?q=mar"),
        Screen("/door/walk-in"),
        Screen("/door/walk-in", press="Register and let in", typed={"Name": "Guest at the door"}, shows=".badge__code"),
    )


async def find(product: Product) -> Found:
    """What `found_in` finds, and a badge: a device's doings need it."""
    async with Organiser(product) as organiser:
        badge = (await organiser.badges(LAUNCH))[0]
    return found_in(product.database_url, badge=badge)


def found_in(database_url: str, *, badge: str = "") -> Found:
    """A confirmed guest of the launch and what was written to them, and a speaker of the summit."""
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        (registration,) = connection.execute(
            "SELECT r.id FROM registration r JOIN event e ON e.id = r.event WHERE e.slug = ? ORDER BY r.created_at, r.id",
            [LAUNCH],
        ).fetchone()
        (speaker,) = connection.execute(
            "SELECT s.id FROM speaker s JOIN event e ON e.id = s.event WHERE e.slug = ? ORDER BY s.search_key", [SUMMIT]
        ).fetchone()
        workshop, room, appearing = connection.execute(
            """SELECT session.id, session_room.room, speaker.id FROM session
               JOIN event ON event.id = session.event JOIN session_room ON session_room.session = session.id
               JOIN session_speaker ON session_speaker.session = session.id JOIN speaker ON speaker.id = session_speaker.speaker
               WHERE event.slug = ? AND session.signup AND session.state = 'confirmed' AND session.starts_at IS NOT NULL
                 AND session_speaker.state = 'confirmed' AND speaker.state = 'confirmed' AND speaker.public
               ORDER BY session.number""",
            [SUMMIT],
        ).fetchone()
        delegation, delegate = connection.execute(
            """SELECT delegation.id, registration.id FROM delegation JOIN registration ON registration.delegation = delegation.id
               WHERE delegation.city = 'Bergen'"""
        ).fetchone()
        (letter,) = connection.execute("SELECT id FROM letter WHERE registration_id = ?", [registration]).fetchone()
    return Found(
        registration=registration,
        letter=letter,
        page_code=page_code(registration, 0, secret_key=SECRET_KEY),
        badge=badge,
        speaker=speaker,
        speaker_code=speaker_code(speaker, 0, secret_key=SECRET_KEY),
        workshop=workshop,
        room=room,
        appearing=appearing,
        delegation=delegation,
        delegate=delegate,
        delegation_code=delegation_code(delegation, 0, secret_key=SECRET_KEY),
    )


async def register(context: BrowserContext) -> str:
    """Take part in the kick-off; where one is told what happens next."""
    page = await context.new_page()
    await page.goto(f"/events/{KICK_OFF}/register")
    await page.get_by_label("Name").fill("Åsa Þórsdóttir")
    await page.get_by_label("Mail address").fill("asa.thorsdottir@example.org")
    await page.get_by_label("You take part as").select_option("practitioner")
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Register").click()
    await page.wait_for_url("**/registered?*")
    return page.url


def with_receipt(found: Found, receipt: str) -> Found:
    """The same, and the address of that page."""
    return replace(found, receipt=receipt)


def member_pass(database_url: str) -> str:
    """The cookie of somebody of a member city who proved their address."""
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        (email,) = connection.execute(
            """SELECT contact.email FROM contact LEFT JOIN organisation ON organisation.id = contact.organisation
               JOIN city ON city.slug = COALESCE(contact.city, organisation.city) WHERE city.member ORDER BY contact.email"""
        ).fetchone()
    clear = msgspec.json.encode((clock.now() + timedelta(hours=1), OpenMember(email.casefold())))
    sealed = seal(clear, secret_key=SECRET_KEY, purpose=MEMBER.purpose)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


async def admit_everywhere(context: BrowserContext, product: Product, found: Found) -> None:
    """Sign in as an owner, open a guest's own page and pair the device, all in this browser."""
    page = await context.new_page()
    await page.goto("/sign-in")
    await page.get_by_label("Mail address").fill("owner@demo.example")
    await page.get_by_label("Password").fill(WELL_KNOWN_PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/office")
    await page.goto(f"/my#{found.page_code}")
    await page.wait_for_url("**/my/registration")
    await page.goto(f"/my/join#{join_code(found.registration, 0, secret_key=SECRET_KEY)}")
    await page.wait_for_url("**/my/join/meeting")
    await page.goto(f"/delegation#{found.delegation_code}")
    await page.wait_for_url("**/delegation/seats")
    await page.goto(f"/speaking#{found.speaker_code}")
    await page.wait_for_url("**/speaking/me")
    member = member_pass(product.database_url)
    await context.add_cookies([{"name": MEMBER.name, "value": member, "url": product.base_url}])
    await pair(page, product, {"name": "Main entrance", "role": "door_supervisor"})
    await page.wait_for_url("**/door")
    await page.close()


async def pair_kiosk(context: BrowserContext, product: Product) -> None:
    """Make this browser the tablet at which guests of the launch check in."""
    page = await context.new_page()
    await pair(page, product, {"name": "Tablet in the hall", "kiosk": "label62"})
    await page.wait_for_url("**/door/kiosk")
    await page.close()


async def pair(page: Page, product: Product, device: Mapping[str, str]) -> None:
    """Pair this browser as a device of the launch."""
    async with Organiser(product) as organiser:
        made = await organiser.ask("POST", f"/events/{LAUNCH}/devices", device, status=201)
    await page.goto(f"/door/pair#{made['pairing_code']}")
    await page.get_by_role("button", name="Pair", exact=True).click()
