import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from events_service import database as database_floor
from events_service.errors import Unavailable
from events_service.outbox import leases, rules, sending
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.outbox.transports import Smtp
from events_service.settings import Settings
from tests.outbox.given import (
    RENDERERS,
    SENDER,
    SOON,
    free_port,
    mail_server,
    new_letter,
    post_many,
    posted,
    rendered,
    row_of,
    send_all,
)

pytestmark = pytest.mark.usefixtures("database")

# What is due a little later than the clock says: tries set their times by how long they took.
A_MOMENT = timedelta(seconds=5)


async def test_a_letter_arrives_to_the_byte_in_the_right_envelope() -> None:
    (letter,) = await posted(new_letter("asa@malmo.example"))
    with mail_server() as server:
        assert await sending.send_due(RENDERERS, server.transport, now=SOON) == 1
    (delivered,) = server.delivered
    assert (delivered.sender, delivered.recipient) == (SENDER, "asa@malmo.example")
    assert f"Message-ID: <{letter}@127.0.0.1>\r\n".encode() in delivered.content
    assert server.greetings == ["events.alliance.example"]
    row = await row_of(letter)
    assert (row["status"], row["attempts"], row["sends"], row["last_error"]) == ("sent", 1, 1, None)
    assert (row["lease"], row["leased_until"]) == (None, None)
    assert SOON <= row["sent_at"] < SOON + A_MOMENT


async def test_the_bytes_are_those_of_the_renderer() -> None:
    made: list[Rendered] = []

    def keeping(letter: PostedLetter) -> Rendered:
        made.append(rendered(letter))
        return made[-1]

    await posted()
    with mail_server() as server:
        await sending.send_due({"confirmation": keeping}, server.transport, now=SOON)
    assert [one.content for one in server.delivered] == [one.message for one in made]
    assert b"\r\n.\r\n..two\r\n.one\r\n\r\n" in made[0].message


async def test_renderers_may_be_asynchronous() -> None:
    async def slowly(letter: PostedLetter) -> Rendered:
        await asyncio.sleep(0)
        return rendered(letter)

    await posted()
    with mail_server() as server:
        assert await sending.send_due({"confirmation": slowly}, server.transport, now=SOON) == 1
    assert len(server.delivered) == 1


async def test_several_letters_share_one_connection_most_urgent_first() -> None:
    await posted(
        new_letter("late@malmo.example", priority=9), new_letter("b@malmo.example"), new_letter("c@malmo.example")
    )
    await posted(new_letter("urgent@malmo.example", priority=1))
    with mail_server() as server:
        assert await send_all(server.transport) == 4
    assert [one.recipient.split("@")[0] for one in server.delivered] == ["urgent", "b", "c", "late"]
    assert len({one.session for one in server.delivered}) == 1


async def test_a_mailbox_that_is_busy_is_tried_again_a_minute_later() -> None:
    (letter,) = await posted()
    with mail_server(refusals={"RCPT": ["450 4.2.1 <asa@malmo.example>: greylisted"]}) as server:
        assert await send_all(server.transport) == 1
        row = await row_of(letter)
        assert (row["status"], row["attempts"]) == ("waiting", 1)
        assert row["last_error"] == "450 4.2.1 <(address)>: greylisted"
        assert SOON + timedelta(minutes=1) <= row["next_attempt_at"] < SOON + timedelta(minutes=1) + A_MOMENT
        assert await send_all(server.transport, now=SOON + timedelta(seconds=59)) == 0
        assert await send_all(server.transport, now=SOON + timedelta(minutes=1) + A_MOMENT) == 1
    row = await row_of(letter)
    assert (row["status"], row["attempts"], row["last_error"]) == ("sent", 2, None)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_a_final_refusal_gives_up_that_letter_alone(command: str) -> None:
    first, second = await posted(new_letter("gone@malmo.example"), new_letter())
    with mail_server(refusals={command: ["550 5.1.1 no such mailbox: gone@malmo.example"]}) as server:
        assert await send_all(server.transport) == 2
        assert await send_all(server.transport, now=SOON + timedelta(days=1)) == 0
    row = await row_of(first)
    assert (row["status"], row["last_error"]) == ("given_up", "550 5.1.1 no such mailbox: (address)")
    assert (await row_of(second))["status"] == "sent"


async def test_a_refused_sender_delays_all_letters_and_gives_up_none() -> None:
    letters = await post_many(3)
    with mail_server(refusals={"MAIL": ["553 not from here"]}) as server:
        assert await send_all(server.transport) == 3
        assert server.delivered == []
        assert [(await row_of(one))["status"] for one in letters] == ["waiting"] * 3
        assert await send_all(server.transport, now=SOON + timedelta(minutes=1) + A_MOMENT) == 3
    assert len(server.delivered) == 3


async def test_while_the_server_is_down_letters_wait_and_then_go() -> None:
    letters = await post_many(60)
    down = Smtp(f"smtp://127.0.0.1:{free_port()}", sender=SENDER, own_name="events.alliance.example")
    assert await send_all(down) == 60
    row = await row_of(letters[-1])
    assert (row["status"], row["attempts"]) == ("waiting", 1)
    assert row["last_error"] == "no connection to the mail server: SMTPConnectError"
    with mail_server() as server:
        assert await send_all(server.transport, now=SOON + timedelta(minutes=1) + A_MOMENT) == 60
    assert Counter(one.recipient for one in server.delivered) == {f"guest{n}@malmo.example": 1 for n in range(60)}


async def test_a_server_that_greets_with_a_refusal_is_tried_later() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 no service here\r\n")
        await writer.drain()
        writer.close()

    (letter,) = await posted()
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        refusing = Smtp(f"smtp://127.0.0.1:{port}", sender=SENDER, own_name="127.0.0.1")
        assert await send_all(refusing) == 1
    row = await row_of(letter)
    assert (row["status"], row["last_error"]) == ("waiting", "554 no service here")


async def test_a_server_that_breaks_off_is_tried_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.readline()
        writer.write(b"250 hello\r\n")
        await reader.readline()
        writer.close()

    first, second = await posted(new_letter(), new_letter())
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await send_all(Smtp(f"smtp://127.0.0.1:{port}", sender=SENDER, own_name="127.0.0.1")) == 2
    for letter in (first, second):
        row = await row_of(letter)
        assert row["status"] == "waiting"
        assert row["last_error"] == "the mail server broke off: SMTPServerDisconnected"


async def test_a_server_that_never_answers_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events_service.outbox.transports.COMMAND_SECONDS", 0.2)
    ended = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    (letter,) = await posted()
    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await send_all(Smtp(f"smtp://127.0.0.1:{port}", sender=SENDER, own_name="127.0.0.1")) == 1
        ended.set()
    row = await row_of(letter)
    assert (row["status"], row["attempts"]) == ("waiting", 1)
    assert row["last_error"] == "no connection to the mail server: SMTPConnectTimeoutError"


async def test_three_days_of_a_dead_server_end_in_giving_up() -> None:
    (letter,) = await posted()
    down = Smtp(f"smtp://127.0.0.1:{free_port()}", sender=SENDER, own_name="127.0.0.1")
    now, tries = SOON, []
    while (row := await row_of(letter))["status"] == "waiting":
        now = max(now, row["next_attempt_at"])
        assert await sending.send_due(RENDERERS, down, now=now) == 1
        tries.append(now)
    assert row["status"] == "given_up"
    assert tries[-1] == row["created_at"] + timedelta(days=3)
    assert len(tries) == 29
    assert await sending.send_due(RENDERERS, down, now=now + timedelta(days=1)) == 0


async def test_an_hour_of_a_dead_slow_and_refusing_server_loses_none_of_five_hundred_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("events_service.outbox.transports.COMMAND_SECONDS", 0.05)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"421 too busy\r\n")
        await writer.drain()
        writer.close()

    await post_many(500)
    failed = 0
    async with (
        await asyncio.start_server(say_nothing, "127.0.0.1", 0) as slow,
        await asyncio.start_server(refuse, "127.0.0.1", 0) as refusing,
    ):
        ports = [free_port(), *[server.sockets[0].getsockname()[1] for server in (slow, refusing)]]
        away = [Smtp(f"smtp://127.0.0.1:{port}", sender=SENDER, own_name="127.0.0.1") for port in ports]
        for minute in range(60):
            failed += await send_all(away[minute % 3], now=SOON + timedelta(minutes=minute))
    assert failed == 4 * 500
    monkeypatch.undo()
    with mail_server() as server:
        assert await send_all(server.transport, now=SOON + timedelta(hours=3)) == 500
    assert Counter(one.recipient for one in server.delivered) == {f"guest{n}@malmo.example": 1 for n in range(500)}


async def test_a_renderer_that_fails_costs_a_try_and_tells_its_error_by_type_alone() -> None:
    def failing(letter: PostedLetter) -> Rendered:
        raise KeyError("the secret name of Åsa")

    broken, fine, unknown = await posted(new_letter(kind="broken"), new_letter(), new_letter(kind="unknown"))
    with mail_server() as server:
        assert await sending.send_due(RENDERERS | {"broken": failing}, server.transport, now=SOON) == 3
    row = await row_of(broken)
    assert (row["status"], row["attempts"], row["last_error"]) == ("waiting", 1, "not rendered: KeyError")
    assert (await row_of(fine))["status"] == "sent"
    assert (await row_of(unknown))["last_error"] == "not rendered: no renderer for unknown"


async def test_an_envelope_that_would_hold_a_command_never_reaches_the_server() -> None:
    def injecting(letter: PostedLetter) -> Rendered:
        good = rendered(letter)
        bad = "asa@malmo.example>\r\nRCPT TO:<all@malmo.example"
        return Rendered(good.sender, bad, good.message, good.subject, good.text, good.html)

    (letter,) = await posted()
    with mail_server() as server:
        await sending.send_due({"confirmation": injecting}, server.transport, now=SOON)
    assert server.delivered == []
    row = await row_of(letter)
    assert row["status"] == "given_up"
    assert row["last_error"] == "not sent: the envelope would hold more than one address"


async def test_an_address_beyond_ascii_is_given_up_where_the_server_cannot_take_it() -> None:
    (letter,) = await posted(new_letter("åsa@malmo.example"))

    def with_plain_headers(letter: PostedLetter) -> Rendered:
        return Rendered(SENDER, letter.recipient, b"Subject: Hi\r\n\r\nHi\r\n", "Hi", "Hi", "Hi")

    with mail_server() as server:
        await sending.send_due({"confirmation": with_plain_headers}, server.transport, now=SOON)
    row = await row_of(letter)
    assert (row["status"], row["last_error"]) == ("given_up", "the mail server cannot take this kind of address")


async def test_two_workers_at_once_deliver_each_letter_once(database: Settings) -> None:
    await post_many(120)
    with mail_server() as server:
        handled = await asyncio.gather(*[send_all(server.transport) for _ in range(4)])
    assert sum(handled) == 120
    assert Counter(one.recipient for one in server.delivered) == {f"guest{n}@malmo.example": 1 for n in range(120)}
    if database_floor.is_postgres():
        assert len({one.session for one in server.delivered}) > 1


async def test_what_one_worker_leased_another_does_not_see_until_the_lease_runs_out() -> None:
    (letter,) = await posted()
    held = await leases.take(now=SOON, most=10)
    assert [one.id for one in held.letters] == [letter]
    assert (await leases.take(now=SOON + timedelta(seconds=119), most=10)).letters == ()
    again = await leases.take(now=SOON + timedelta(seconds=120), most=10)
    assert [one.id for one in again.letters] == [letter]


async def test_what_a_late_holder_writes_has_no_effect() -> None:
    (letter,) = await posted()
    late = await leases.take(now=SOON, most=10)
    present = await leases.take(now=SOON + rules.LEASE_LASTS, most=10)
    await leases.settle_sent(late, late.letters[0], now=SOON)
    await leases.let_go(late, late.letters)
    row = await row_of(letter)
    assert (row["status"], row["lease"], row["sends"]) == ("waiting", present.name, 0)


async def test_a_delivery_that_could_not_be_noted_is_repeated_under_the_same_message_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = await posted(new_letter("a@malmo.example"), new_letter("b@malmo.example"))

    async def away(*given: object, **more: object) -> None:
        raise Unavailable()

    with mail_server() as server:
        with monkeypatch.context() as broken, pytest.raises(Unavailable):
            broken.setattr(leases, "settle_sent", away)
            await sending.send_due(RENDERERS, server.transport, now=SOON)
        assert await send_all(server.transport, now=SOON + timedelta(seconds=1)) == 1
        assert await send_all(server.transport, now=SOON + rules.LEASE_LASTS) == 1
    assert [one.recipient[0] for one in server.delivered] == ["a", "b", "a"]
    assert server.delivered[0].content == server.delivered[2].content
    assert [(await row_of(one))["status"] for one in (first, second)] == ["sent", "sent"]


async def test_letters_beyond_ascii_reach_a_server_that_takes_them() -> None:
    def in_utf8(letter: PostedLetter) -> Rendered:
        return Rendered(SENDER, letter.recipient, "Subject: Hi\r\n\r\nÅsa\r\n".encode(), "Hi", "Åsa", "Åsa")

    await posted(new_letter("åsa@malmo.example"), new_letter())
    with mail_server(controller={"enable_SMTPUTF8": True}) as server:
        assert await sending.send_due({"confirmation": in_utf8}, server.transport, now=SOON) == 2
    assert [one.recipient for one in server.delivered] == ["åsa@malmo.example", "asa@malmo.example"]
    assert {one.content for one in server.delivered} == {"Subject: Hi\r\n\r\nÅsa\r\n".encode()}


async def test_a_letter_too_large_for_the_server_is_given_up_alone() -> None:
    def large(letter: PostedLetter) -> Rendered:
        return Rendered(SENDER, letter.recipient, b"Subject: Hi\r\n\r\n" + b"x" * 70 + b"\r\n" * 900, "Hi", "x", "x")

    too_large, fine = await posted(new_letter(kind="large"), new_letter())
    with mail_server(controller={"data_size_limit": 1000}) as server:
        await sending.send_due(RENDERERS | {"large": large}, server.transport, now=SOON)
    assert (await row_of(too_large))["status"] == "given_up"
    assert (await row_of(fine))["status"] == "sent"


async def test_letters_that_were_not_tried_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = await post_many(3)
    monkeypatch.setattr(sending, "LAST_START", timedelta(seconds=0.05))
    with mail_server(pause=0.1) as server:
        assert await sending.send_due(RENDERERS, server.transport, now=SOON) == 1
        assert [(await row_of(one))["lease"] for one in letters] == [None, None, None]
        assert [(await row_of(one))["attempts"] for one in letters] == [1, 0, 0]
        assert await send_all(server.transport) == 2


async def test_a_worker_that_is_stopped_lets_go_of_what_it_had_not_begun() -> None:
    letters = await post_many(3)
    with mail_server(pause=5) as server:
        worker = asyncio.create_task(sending.send_due(RENDERERS, server.transport, now=SOON))
        assert await asyncio.to_thread(server.is_taking.wait, 10)
        worker.cancel()
        with pytest.raises(asyncio.CancelledError):
            await worker
    held = [(await row_of(one))["lease"] is not None for one in letters]
    assert held == [True, False, False]


async def test_the_lease_of_a_killed_worker_runs_out_and_another_delivers(database: Settings) -> None:
    letters = await post_many(3)
    await database_floor.disconnect()
    environment = {
        "EVENTS_DATABASE_URL": database.database_url,
        "EVENTS_DATA_DIR": str(database.data_dir),
        "EVENTS_SECRET_KEY": database.secret_key,
        "PATH": os.environ["PATH"],
    }
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.outbox.dying_worker", SOON.isoformat(),
        cwd=Path(__file__).parents[2], env=environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert worker.stdout is not None
    assert await asyncio.wait_for(worker.stdout.readline(), timeout=60) == b"delivering\n"
    worker.send_signal(signal.SIGKILL)
    assert await worker.wait() == -signal.SIGKILL
    database_floor.connect(database)
    with mail_server() as server:
        assert await send_all(server.transport, now=SOON + timedelta(seconds=60)) == 0
        assert await send_all(server.transport, now=SOON + rules.LEASE_LASTS) == 3
    assert [f"<{one}@127.0.0.1>".encode() in server.delivered[n].content for n, one in enumerate(letters)] == [True] * 3
