"""What is measured, as processes: the service itself and the bare handler, and the memory they took."""

import resource
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.product import Product, free_port

READY_SECONDS = 20


@contextmanager
def started(product: Product) -> Iterator[float]:
    """The service while it runs; gives the seconds from the start of its command to `/health/ready`."""
    began = time.perf_counter()
    product.start()
    seconds = time.perf_counter() - began
    try:
        yield seconds
    finally:
        product.stop()


@contextmanager
def bare_handler(workers: int) -> Iterator[int]:
    """The bare handler while it runs; gives its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bare", str(port), str(workers)])
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=15)


def peak_megabytes(product: Product) -> float:
    """The most memory that one serving process of it ever held. Where there is no /proc: any process we started and that ended."""
    if not Path("/proc/self/status").exists():
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return most / (1024 * 1024 if sys.platform == "darwin" else 1024)
    # The first one only looks after the others.
    serving = [pid for pid in product.process_ids()[1:] if not _is_beside(pid)]
    return max(_high_water(pid) for pid in serving) / 1024


def _is_beside(pid: int) -> bool:
    """Whether it is the process that sends letters, not one that serves."""
    return b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def _high_water(pid: int) -> int:
    """In kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
    raise AssertionError(f"{url} does not answer")
