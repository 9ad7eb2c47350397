"""What is done beside serving: letters, announcements, and the sweeping of what is no longer needed.

Any number of these may run at once, on as many hosts: letters are leased, and everything else may be done twice.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from events_service import clock, database, settings
from events_service.agenda.asking import remind_speakers
from events_service.badges import printing
from events_service.database import missing_migrations, transaction
from events_service.errors import Unavailable
from events_service.events.actions import complete_past_events
from events_service.exchange import waiting
from events_service.invitations.schedule import lapse_invitations, remind_guests
from events_service.outbox.actions import forget_bodies, send_due
from events_service.outbox.rules import FORGET_AFTER
from events_service.outbox.transports import transport_for
from events_service.people.sign_ins import sweep_sign_ins
from events_service.privacy.retention import Kind, note_removed, sweep_events
from events_service.programme.letters import RENDERERS
from events_service.registrations.announcing import announce_changes
from events_service.registrations.delegation_reminders import remind_coordinators
from events_service.registrations.delegations import release_delegations
from events_service.registrations.magic_links import answer_requests, forget_links
from events_service.registrations.offers import lapse_unanswered
from events_service.registrations.reminding import remind_participants
from events_service.replies import listener, mailbox
from events_service.replies.actions import forget_raw_mail
from events_service.settings import Settings
from events_service.web.idempotency import KEPT_FOR

PAUSE_SECONDS = 0.5
AWAY_SECONDS = 3.0
TIDY_EVERY = timedelta(minutes=10)

log = structlog.get_logger(__name__)


async def work(own: Settings, stop: asyncio.Event) -> None:
    """Go on until `stop` is set. A database that is away is waited for; any other failure is logged and tried again."""
    transport = transport_for(own)
    tidied_at: datetime | None = None
    await _until_migrated(stop)

    async def once() -> bool:
        nonlocal tidied_at
        now = clock.now()
        if tidied_at is None or now - tidied_at >= TIDY_EVERY:
            await tidy(now)
            tidied_at = now
        taken_in = await waiting.take_files_in() + await printing.draw_waiting()
        announced = await answer_requests() + await announce_changes()
        announced += await lapse_unanswered() + await release_delegations()
        sent = await send_due(RENDERERS, transport, now=clock.now())
        return bool(taken_in or announced or sent)

    while not stop.is_set():
        pause = await _pause_after(once)
        if pause:
            await _wait(stop, pause)


async def tidy(now: datetime) -> None:
    """What is past: events, what they no longer need, answers and tries, letters' contents, sign-ins; and who is to be reminded."""
    await complete_past_events(now)
    await remind_speakers(now)
    await lapse_invitations(now)
    await remind_guests(now)
    await remind_participants(now)
    await remind_coordinators(now)
    await sweep_events(now)
    await note_removed(Kind.LETTERS, await forget_bodies(now - FORGET_AFTER))
    await note_removed(Kind.RAW_MAIL, await forget_raw_mail(now))
    await sweep_sign_ins(now=now)
    await waiting.forget_files(now - waiting.KEPT_FOR)
    await printing.forget_files(now - printing.KEPT_FOR)
    await note_removed(Kind.LINKS, await forget_links(now))
    async with transaction() as tx:
        await tx.execute("DELETE FROM stored_answer WHERE created_at < $1", now - KEPT_FOR)
        await tx.execute("DELETE FROM attempts WHERE window_ends_at < $1", now)


async def take_mail(own: Settings, stop: asyncio.Event) -> None:
    """Take in answers to invites by the ways that the settings name, until `stop` is set."""
    await _until_migrated(stop)
    ways = []
    if own.inbound_listen:
        ways.append(listener.listen(own.inbound_listen, stop))
    if own.inbound_imap_url:
        ways.append(mailbox.watch(own.inbound_imap_url, stop))
    await asyncio.gather(*ways)


async def run_alone(own: Settings, *, follow: int | None = None) -> None:
    """Work until SIGTERM or SIGINT, or until the process `follow` is no longer our parent."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    settings.use(own)
    database.connect(own)
    watching = asyncio.create_task(_watch_parent(follow, stop)) if follow else None
    taking = asyncio.create_task(take_mail(own, stop))
    try:
        await work(own, stop)
    finally:
        if watching:
            watching.cancel()
        stop.set()
        await taking
        await database.disconnect()


async def _until_migrated(stop: asyncio.Event) -> None:
    """Wait for the database to be there and to have this version's shape: whoever serves, or an operator, sees to it."""
    while not stop.is_set():
        try:
            if not await missing_migrations():
                return
        except Unavailable:
            log.warning("worker.waits_for_database")
        await _wait(stop, PAUSE_SECONDS)


async def _watch_parent(parent: int, stop: asyncio.Event) -> None:
    # Nothing tells a process that its parent is gone: it has to look.
    while os.getppid() == parent:  # noqa: ASYNC110
        await asyncio.sleep(1)
    stop.set()


async def _pause_after(once: Callable[[], Awaitable[bool]]) -> float:
    """Seconds to rest: none while there is work."""
    try:
        return 0 if await once() else PAUSE_SECONDS
    except Unavailable:
        return AWAY_SECONDS
    except Exception as error:
        log.error("worker.failed", exc_info=error)
        return AWAY_SECONDS


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
