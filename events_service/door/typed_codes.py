"""Short codes in place of a badge's own text: what a person reads aloud, or types where no camera can read the badge.

There are some 10^8 codes, and a large event uses 10^4 of them: a device that typed many wrong ones waits, so that nobody finds
a right one by trying.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from events_service import settings
from events_service.database import Row, Transaction
from events_service.door.answers import ScanRequest
from events_service.registrations.short_codes import code_digest, read_code
from events_service.web.limits import tries_left

# So many wrong codes in a while; whoever reads a crumpled badge aloud needs a few tries.
WRONG_CODES, WRONG_CODES_WITHIN = 30, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Typed:
    """Scans whose short codes were read as the badges they stand for; `slowed` are the ids of devices that must wait."""

    requests: list[ScanRequest]
    slowed: frozenset[str] = frozenset()


async def read_typed(tx: Transaction, requests: list[ScanRequest], devices: Sequence[Row]) -> Typed:
    """Put the badge in the place of every short code that is one's; costs nothing where nobody typed.

    What a slowed device typed without a network stays a code, and so nobody's: it is too late to let it wait, and the rest of its
    batch must not.
    """
    known = {device["token_digest"]: device for device in devices}
    codes: dict[int, tuple[Row, str]] = {}
    for place, request in enumerate(requests):
        code, device = read_code(request.scan.badge), known.get(request.device_digest)
        if code is not None and device is not None:
            digest = code_digest(device["event"], code, secret_key=settings.current().secret_key)
            codes[place] = (device, digest)
    if not codes:
        return Typed(requests)
    badges = await _badges(tx, sorted({digest for _, digest in codes.values()}))
    wrong = Counter({_bucket(device): 0 for device, _ in codes.values()})
    wrong.update(_bucket(device) for device, digest in codes.values() if digest not in badges)
    left = await tries_left(tx, wrong, most=WRONG_CODES, within=WRONG_CODES_WITHIN)
    slowed = frozenset(device["id"] for device, _ in codes.values() if left[_bucket(device)] <= 0)
    read = list(requests)
    for place, (device, digest) in codes.items():
        if digest in badges and not (requests[place].offline and device["id"] in slowed):
            read[place] = msgspec.structs.replace(requests[place], badge=badges[digest])
    return Typed(read, slowed)


def _bucket(device: Row) -> str:
    return f"short-codes|{device['id']}"


async def _badges(tx: Transaction, digests: list[str]) -> dict[str, str]:
    """The digest of a short code → that of the badge it stands on, replaced ones too."""
    rows = await tx.fetch(
        """SELECT badge_code_digest AS code, badge_digest AS badge FROM registration WHERE badge_code_digest = ANY($1)
           UNION ALL SELECT code_digest AS code, digest AS badge FROM retired_badge WHERE code_digest = ANY($1)""",
        digests,
    )
    return {row["code"]: row["badge"] for row in rows}
