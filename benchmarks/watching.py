"""Screens that show the live picture while something else is measured."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def screens(many: int, *, port: int, path: str, token: str) -> Iterator[None]:
    """So many open streams whose readers take what they are told. Raises `AssertionError` where one is not told anything."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    lines = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(many)]
    readers = [threading.Thread(target=_read, args=(line,), daemon=True) for line in lines]
    try:
        for line in lines:
            line.sendall(request)
            assert b" 200 " in line.recv(4096), "a screen was refused"
            line.settimeout(None)
        for reader in readers:
            reader.start()
        yield
    finally:
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def _read(line: socket.socket) -> None:
    try:
        while line.recv(65536):
            pass
    except OSError:
        return
