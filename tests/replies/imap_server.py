"""A small IMAP server (RFC 3501) with one folder, as much of it as a mailbox of answers needs."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """Who may in, the mails of INBOX (UID 1 and up), and the UIDs that are read."""

    user: str
    password: str
    mails: list[bytes]
    seen: set[int] = field(default_factory=set)


@asynccontextmanager
async def a_mailbox(box: Mailbox) -> AsyncIterator[int]:
    """The port where it is served."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, command = line.decode().rstrip("\r\n").partition(" ")
            for answer in _answers(box, command):
                writer.write(answer)
            word = command.split(" ")[0].upper()
            refused = word == "LOGIN" and not _lets_in(box, command)
            writer.write(f"{tag} {'NO refused' if refused else 'OK done'}\r\n".encode())
            await writer.drain()
            if word == "LOGOUT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


def _lets_in(box: Mailbox, command: str) -> bool:
    given = [re.sub(r"\\(.)", r"\1", one) for one in re.findall(r'"((?:[^"\\]|\\.)*)"', command)]
    return given == [box.user, box.password]


def _answers(box: Mailbox, command: str) -> list[bytes]:
    if command == "CAPABILITY":
        return [b"* CAPABILITY IMAP4rev1\r\n"]
    if command.startswith(("SELECT", "EXAMINE")):
        return [b"* %d EXISTS\r\n" % len(box.mails), b"* OK [UIDVALIDITY 1]\r\n"]
    if command.startswith("LOGOUT"):
        return [b"* BYE\r\n"]
    if command == "UID SEARCH UNSEEN UNDELETED":
        unread = [uid for uid in range(1, len(box.mails) + 1) if uid not in box.seen]
        return [f"* SEARCH {' '.join(map(str, unread))}".rstrip().encode() + b"\r\n"]
    if found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
        uid, data = int(found[1]), box.mails[int(found[1]) - 1][: int(found[2])]
        return [b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n" % (uid, uid, len(data)), data, b")\r\n"]
    if found := re.fullmatch(r"UID STORE (\d+) \+FLAGS \((\\Seen)\)", command):
        box.seen.add(int(found[1]))
        return [b"* %d FETCH (FLAGS (\\Seen))\r\n" % int(found[1])]
    return []
