"""Sending what is due: lease, commit, then render and deliver, and settle each letter by itself."""

import asyncio
import inspect
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from events_service.errors import Unavailable
from events_service.outbox import leases, rules, suppression
from events_service.outbox.leases import Lease
from events_service.outbox.rules import PostedLetter, Rendered, Renderers, Trouble
from events_service.outbox.transports import Carrier, Transport

BATCH = 50
# Rendering takes 10 seconds at the most and delivering 45: a letter that is begun within the first minute ends before
# its lease of two minutes does.
LAST_START = timedelta(seconds=60)
RENDER_SECONDS = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Round:
    """One batch on its way. Time goes on from the `now` it began with."""

    lease: Lease
    renderers: Renderers
    carrier: Carrier
    now: datetime
    began: float

    def elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self.began)

    def moment(self) -> datetime:
        return self.now + self.elapsed()


async def send_due(renderers: Renderers, transport: Transport, *, now: datetime, most: int = BATCH) -> int:
    """Send up to `most` letters that are due at `now`, and return how many were tried: ask again until it is none.

    Each is delivered at least once: whoever dies after a delivery leaves the letter to be sent again, under the same
    Message-ID. A letter that fails is tried again later. Raises `Unavailable` when the database is away.
    """
    lease = await leases.take(now=now, most=most)
    if not lease.letters:
        return 0
    waiting = deque(await _without_held_back(lease, now=now))
    try:
        # The lease is committed: mail servers may take minutes, and no transaction stays open meanwhile.
        async with transport.open() as carrier:
            await _send(_Round(lease, renderers, carrier, now, time.monotonic()), waiting)
    finally:
        with suppress(Unavailable):
            await leases.let_go(lease, waiting)
    return len(lease.letters) - len(waiting)


async def _without_held_back(lease: Lease, *, now: datetime) -> list[PostedLetter]:
    """Those to send: letters to addresses that take no mail are settled without a try."""
    why = await suppression.reasons(letter.recipient for letter in lease.letters)
    held_back = [(letter, why[letter.recipient]) for letter in lease.letters if letter.recipient in why]
    if held_back:
        await leases.settle_held_back(lease, held_back, now=now)
        log.info("letters.held_back", number=len(held_back))
    return [letter for letter in lease.letters if letter.recipient not in why]


async def _send(batch: _Round, waiting: deque[PostedLetter]) -> None:
    """Send from the front; what stays in `waiting` was not tried."""
    while waiting and batch.elapsed() < LAST_START:
        letter = waiting.popleft()
        try:
            await _deliver(batch, letter)
        except Trouble as trouble:
            if not trouble.everywhere:
                await _settle_failed(batch, [letter], trouble)
                if trouble.bounced:
                    await suppression.suppress(letter.recipient, reason=trouble.reason, letter_id=letter.id)
                continue
            others = list(waiting)
            waiting.clear()
            await _settle_failed(batch, [letter, *others], trouble)
        else:
            await leases.settle_sent(batch.lease, letter, now=batch.moment())
            log.debug("letter.sent", letter=letter.id, kind=letter.kind)


async def _deliver(batch: _Round, letter: PostedLetter) -> None:
    await batch.carrier.deliver(letter, await _rendered(batch, letter))


async def _rendered(batch: _Round, letter: PostedLetter) -> Rendered:
    try:
        async with asyncio.timeout(RENDER_SECONDS):
            made = await render(batch.renderers, letter)
    except Trouble:
        raise
    except Exception as error:
        # Its type alone: the text may hold what the letter says.
        raise Trouble(f"not rendered: {type(error).__name__}") from error
    if not rules.is_safe_address(made.recipient):
        # Mail libraries look for an address in such a text, and may find another than the one that was meant.
        raise Trouble("not sent: the envelope would hold more than one address", final=True)
    return made


async def render(renderers: Renderers, letter: PostedLetter) -> Rendered:
    """The letter by the renderer of its kind, in a thread of its own unless it is asynchronous.

    Raises `Trouble` for a kind without a renderer and for a forgotten letter, and whatever the renderer raises.
    """
    renderer = renderers.get(letter.kind)
    if renderer is None:
        raise Trouble(f"not rendered: no renderer for {letter.kind}")
    if letter.facts is None:
        raise Trouble("not rendered: the letter was forgotten", final=True)
    is_async: bool = inspect.iscoroutinefunction(renderer)
    made = renderer(letter) if is_async else await asyncio.to_thread(renderer, letter)
    return await made if inspect.isawaitable(made) else made


async def _settle_failed(batch: _Round, letters: Sequence[PostedLetter], trouble: Trouble) -> None:
    now = batch.moment()
    fates = [
        (one, rules.fate_after(trouble, attempts=one.attempts + 1, created_at=one.created_at, now=now))
        for one in letters
    ]
    await leases.settle_failed(batch.lease, fates)
    for letter, fate in fates:
        log.warning("letter.failed", letter=letter.id, kind=letter.kind, status=fate.status, reason=fate.last_error)
