"""Answers to an event's questions: judged before a seat is given, and kept together with what was agreed to and the files sent."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec
from msgspec import UNSET, UnsetType

from events_service import clock
from events_service.database import Transaction
from events_service.errors import FieldError, Invalid
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.questions.consents import DATA_USE, DATA_USE_VERSION, data_use_in, wording_of
from events_service.questions.queries import questions_of, questions_of_all
from events_service.questions.rules import AnswerValue, Kind, Question, check_answers
from events_service.registrations.answer_files import attach_files, loose_files, remove_other_files
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.queries import Registration

Answers = Mapping[str, AnswerValue]


@dataclass(frozen=True, slots=True)
class Questionnaires:
    """What some events ask, by event id, and which files (event, question, id) wait for a registration to belong to."""

    questions: Mapping[str, Sequence[Question]]
    files: Collection[tuple[str, str, str]]

    def checked(
        self, event_id: str, answers: Answers, *, category: str, must_be_whole: bool, own: Collection[str] = ()
    ) -> dict[str, AnswerValue]:
        """What is kept of the answers; `own` are files that they hold already. Raises `Invalid` with every wrong one."""
        questions = self.questions.get(event_id, ())
        kept = check_answers(questions, answers, category=category, must_be_whole=must_be_whole)
        missing = [
            FieldError(one.field, "unknown_file", "Send the file first, and answer with its id.")
            for one in questions
            if one.kind is Kind.FILE
            and one.name in kept
            and (event_id, one.name, str(kept[one.name])) not in self.files
            and kept[one.name] not in own
        ]
        if missing:
            raise Invalid(missing)
        return kept

    def wrong(self, event: Event, draft: RegistrationDraft, *, by_registrar: bool) -> list[FieldError]:
        """What is wrong with the answers of a newcomer; a registrar may leave needed ones out."""
        try:
            self.checked(event.id, draft.answers, category=draft.category, must_be_whole=not by_registrar)
        except Invalid as invalid:
            return list(invalid.errors)
        return []

    def kept(self, event: Event, draft: RegistrationDraft) -> str:
        """Those answers as they are stored, once nothing is wrong with them."""
        kept = self.checked(event.id, draft.answers, category=draft.category, must_be_whole=False)
        return msgspec.json.encode(kept).decode()


async def questionnaires_for(
    events: Iterable[Event], drafts: Iterable[tuple[str, RegistrationDraft]]
) -> Questionnaires:
    """What these events ask, and which of the files that their newcomers (by the event's slug) answer with are there."""
    ids = {event.slug: event.id for event in events}
    questions = await questions_of_all(list(ids.values()))
    given = [
        str(draft.answers.get(one.name))
        for slug, draft in drafts
        for one in questions.get(ids.get(slug, ""), ())
        if one.kind is Kind.FILE
    ]
    return Questionnaires(questions, await loose_files(given) if given else frozenset())


async def keep_agreements(
    tx: Transaction,
    questionnaires: Questionnaires,
    *,
    new: Sequence[Mapping[str, object]],
    returning: Sequence[Mapping[str, object]],
    now: datetime,
) -> None:
    """Write down what newcomers (by their rows) agreed to, and let the files they sent be theirs.

    What somebody who returns agreed to before does not count any more.
    """
    if returning:
        await _withdraw_all(tx, [str(row["id"]) for row in returning], now=now)
    consents, files = list[tuple[object, ...]](), list[tuple[str, str]]()
    for row in (*new, *returning):
        row_id, language = str(row["id"]), str(row["language"])
        if row["consent_at"] is not None:
            consents.append((new_id(), row_id, DATA_USE, DATA_USE_VERSION, _data_use(language), now))
        questions = questionnaires.questions.get(str(row["event"]), ())
        if questions:
            answers = msgspec.json.decode(str(row["answers"]))
            consents += [
                (new_id(), row_id, one.name, str(one.version), wording_of(one, language), now)
                for one in _agreed(questions, answers)
            ]
            files += [(row_id, file_id) for file_id in _files(questions, answers)]
    await _write_consents(tx, consents)
    await attach_files(tx, files)
    for row in returning:
        await remove_other_files(tx, str(row["id"]), keep=[file_id for row_id, file_id in files if row_id == row["id"]])


async def settle_answers(tx: Transaction, person: Registration, given: Answers | UnsetType, *, category: str) -> str:
    """The answers of somebody who is here, as they are stored from now on; their consents and files follow.

    Only those that are named change, and None takes one away: whoever read them in a list saw no sensitive ones. Raises `Invalid` before
    anything is written. Needed answers may be missing: who corrects may not know them.
    """
    if given is UNSET and category == person.category:
        return msgspec.json.encode(person.answers).decode()
    whole = {**person.answers, **({} if isinstance(given, UnsetType) else given)}
    answers = {name: value for name, value in whole.items() if value is not None}
    kept = await _settled(tx, person, answers, category=category, must_be_whole=False)
    return msgspec.json.encode(kept).decode()


async def settle_own_answers(tx: Transaction, person: Registration, given: Answers) -> dict[str, AnswerValue]:
    """The same for what a participant answers themselves, who leaves no needed answer out."""
    return await _settled(tx, person, given, category=person.category, must_be_whole=True)


async def _settled(
    tx: Transaction, person: Registration, answers: Answers, *, category: str, must_be_whole: bool
) -> dict[str, AnswerValue]:
    questions = await questions_of(person.event_id)
    if not questions:
        return dict(answers)
    given_files = [str(answers[one.name]) for one in questions if one.kind is Kind.FILE and one.name in answers]
    files = await loose_files(given_files) if given_files else frozenset()
    before = _files(questions, person.answers)
    # What was answered before is no mistake of today's, though the question is gone or has other answers now.
    known = {one.name for one in questions}
    carried = {name: value for name, value in answers.items() if name in known or person.answers.get(name) != value}
    kept = Questionnaires({person.event_id: questions}, files).checked(
        person.event_id, carried, category=category, must_be_whole=must_be_whole, own=before
    )
    kept |= {name: value for name, value in answers.items() if name not in known and name not in carried}
    await _settle_consents(tx, person, _agreed(questions, kept))
    await attach_files(tx, [(person.id, file_id) for file_id in _files(questions, kept)])
    await remove_other_files(tx, person.id, keep=[value for value in kept.values() if isinstance(value, str)])
    return kept


async def _settle_consents(tx: Transaction, person: Registration, agreed: Sequence[Question]) -> None:
    """Withdraw what is agreed to no more, and write down what is new; what stands stays as it was given."""
    now = clock.now()
    rows = await tx.fetch(
        "SELECT id, purpose FROM consent WHERE registration = $1 AND withdrawn_at IS NULL AND purpose <> $2",
        person.id,
        DATA_USE,
    )
    names = {one.name for one in agreed}
    gone = [(row["id"], now) for row in rows if row["purpose"] not in names]
    if gone:
        await tx.execute_many("UPDATE consent SET withdrawn_at = $2 WHERE id = $1", gone)
    standing = {row["purpose"] for row in rows}
    await _write_consents(
        tx,
        [
            (new_id(), person.id, one.name, str(one.version), wording_of(one, person.language), now)
            for one in agreed
            if one.name not in standing
        ],
    )


async def _withdraw_all(tx: Transaction, registration_ids: Sequence[str], *, now: datetime) -> None:
    await tx.execute(
        "UPDATE consent SET withdrawn_at = $2 WHERE registration = ANY($1) AND withdrawn_at IS NULL",
        list(registration_ids),
        now,
    )


async def _write_consents(tx: Transaction, consents: Sequence[tuple[object, ...]]) -> None:
    if consents:
        await tx.execute_many(
            "INSERT INTO consent (id, registration, purpose, version, wording, given_at) VALUES ($1, $2, $3, $4, $5, $6)",
            consents,
        )


def _agreed(questions: Iterable[Question], answers: Answers) -> list[Question]:
    return [one for one in questions if one.kind is Kind.CONSENT and answers.get(one.name) is True]


def _files(questions: Iterable[Question], answers: Answers) -> list[str]:
    return [str(answers[one.name]) for one in questions if one.kind is Kind.FILE and one.name in answers]


@lru_cache(maxsize=32)
def _data_use(language: str) -> str:
    return data_use_in(language)
