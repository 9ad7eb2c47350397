"""Judging scans that were made without a network, by all that is known of their badges now.

What is told of a scan stays told: where one turns out to be earlier than the one that was told `admitted`, it is told
`already_admitted`, and the conflict that comes with it says which of them the record holds for the first.
"""

from functools import partial

from events_service.database import Transaction
from events_service.door.answers import Previous, ScanAnswer, ScanRequest
from events_service.door.ledgers import Fact, Ledger
from events_service.door.lookups import Known, look
from events_service.door.records import Asked, Judged, Writes
from events_service.door.rules import Judgement, Reason, Verdict, reason_by_itself
from events_service.door.scanning import answer_to, as_door, as_holder, decide, holder_of, may_override
from events_service.door.settling import Books, doors_around, open_books
from events_service.errors import Refused
from events_service.events.rules import Status as EventStatus


async def scan_afterwards(tx: Transaction, requests: list[ScanRequest]) -> list[ScanAnswer | Exception]:
    """Record one device's scans in the order in which they were made, and set right what they change."""
    known = await look(tx, requests)
    books, writes = await _books(tx, known), Writes()
    answers: list[ScanAnswer | Exception] = []
    for request in known.requests:
        try:
            answer = decide(known, request, writes, partial(_judge, known, books))
        except Refused as refused:
            answers.append(refused)
            continue
        answers.append(answer)
        if answer.replayed and request.scan.device_verdict is not None:
            books.gate_did(request.scan.scan_id, request.scan.device_verdict)
    await writes.write(tx)
    await books.write(tx)
    return answers


async def _books(tx: Transaction, known: Known) -> Books:
    """Of everybody whose badge was scanned, at the doors where it was."""
    if not known.devices:
        return Books("", {}, [])
    # One batch is one device's.
    (device,) = known.devices.values()
    slugs = {request.scan.checkpoint for request in known.requests}
    people = {row["id"] for found in (known.registrations, known.retired) for row in found.values()}
    # A device's batch knows no checkpoints but those of its event.
    doors = doors_around(known.checkpoints.values(), slugs, reentry=device["reentry"])
    return await open_books(tx, device["event"], registrations=sorted(people), doors=doors)


def _judge(known: Known, books: Books, asked: Asked) -> Judged:
    request, checkpoint = asked.request, asked.checkpoint
    inside = known.inside.get(checkpoint["id"], 0)
    person, reason = holder_of(known, asked)
    if person is None:
        return Judged(answer_to(asked, Judgement(Verdict.REFUSED, reason), inside=inside))
    barred = reason_by_itself(
        asked.passage,
        holder=as_holder(known, asked, person),
        door=as_door(asked),
        event_status=EventStatus(asked.device["event_status"]),
    )
    forced = may_override(asked)
    books.names[asked.device["id"]] = asked.device["name"]
    ledger = books.ledger((checkpoint["id"], person["id"]))
    known.inside.setdefault(checkpoint["id"], 0)
    were_inside = {one for one in known.inside if ledger.is_inside(one)}
    fact = Fact(
        scan_id=request.scan.scan_id,
        device=asked.device["id"],
        door=checkpoint["id"],
        passage=asked.passage,
        happened_at=asked.passage.at,
        gate=request.scan.device_verdict or Verdict.ADMITTED,
        offline=True,
        barred=barred,
        forced=forced,
    )
    displaced = ledger.add(fact)
    for one in known.inside:
        known.inside[one] += ledger.is_inside(one) - (one in were_inside)
    inside = known.inside[checkpoint["id"]]
    judgement, earlier = _told(ledger, fact, displaced)
    books.told(fact, judgement)
    previous = Previous(earlier.passage.at, checkpoint["name"], books.names[earlier.device]) if earlier else None
    answer = answer_to(asked, judgement, inside=inside, person=person, previous=previous)
    return Judged(answer, person, barred, forced)


def _told(ledger: Ledger, fact: Fact, displaced: Fact | None) -> tuple[Judgement, Fact | None]:
    """What is told of this scan, and by which one the badge was admitted, where it was already."""
    if displaced is not None:
        return Judgement(Verdict.REFUSED, Reason.ALREADY_ADMITTED), displaced
    finding = ledger.findings[fact.scan_id]
    return Judgement(finding.verdict, finding.reason), ledger.fact(finding.first) if finding.first else None
