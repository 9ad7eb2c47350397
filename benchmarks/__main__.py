"""Measure the service on SQLite and on PostgreSQL and print a table; nothing else is written or left behind."""

import argparse
import os
import platform
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

from benchmarks.load import Job, LoadGenerator
from benchmarks.measuring import CONNECTIONS, FULL, QUICK, Course, Line, Pace, Scene
from benchmarks.programme import Programme
from benchmarks.serving import bare_handler, peak_megabytes, started
from benchmarks.summit import SLUG, Summit
from benchmarks.watching import screens
from events_service.database.sqlite import journal_mode
from events_service.door.rosters import OVERLAP
from tests.services import NotHad
from tests.services.postgres import find_server
from tests.services.product import Product

WARM_UP = 300
MANY_WORKERS = 2
READING_AT_ONCE = (8,)
PLACES = 5_000
BATCH, BADGES, ON_ROSTER = 1_000, 1_000, 10_000
SCREENS = 10
SCANS_MEANWHILE, SCANNING_SECONDS = 2_000, 6.0
ADMITTED = b'"verdict":"admitted","reason":null,"message":"Welcome","replayed":false'
REPLAYED = b'"verdict":"admitted","reason":null,"message":"Welcome","replayed":true'
HEADINGS = ("", "conn", "req/s", "p50 ms", "p99 ms", "bare/s", "p50 ms", "p99 ms", "ratio")
COLUMNS = "{:<22}{:>5}{:>9}{:>9}{:>9}{:>11}{:>9}{:>9}{:>8}"


class Bench:
    """One database: the service on it is started anew for what comes before, at and beside the door."""

    def __init__(self, generator: LoadGenerator, database_url: str, folder: Path, pace: Pace) -> None:
        """Nothing runs yet. The database is empty and ours; the folder as well."""
        self._generator, self._url, self._folder, self._pace = generator, database_url, folder, pace

    def run(self, title: str) -> None:
        """Measure and print, first with one process, then on PostgreSQL the busiest two scenes with more."""
        print(f"\n{title}, 1 worker")
        with self._serving(workers=1, letters=False) as (product, course, seconds):
            ready = seconds
            summit = Summit(product)
            course.warm_up(*_registering(summit, BADGES))
            self._say(f"{BADGES:,} badges as PDF", product, summit.badges_pdf(), b"%PDF")
            memory = peak_megabytes(product)
        with self._serving(workers=1, letters=True) as (product, course, _):
            summit.product = product
            _print(course.measure(_registration(summit)), first=True)
            memory = max(memory, peak_megabytes(product))
            feeds = summit.feeds()
        with self._serving(workers=1, letters=False) as (product, course, seconds):
            summit.product = product
            self._at_the_door(summit, course)
            self._read(summit, course, feeds)
            memory = max(memory, peak_megabytes(product))
        print(
            f"ready after {ready:.2f} s, with a filled database {seconds:.2f} s; a worker's peak memory {memory:.0f} MB"
        )
        with self._serving(workers=1, letters=True) as (product, course, _):
            summit.product = product
            self._programme(summit, course)
        if not self._url.startswith("sqlite:"):
            print(f"\n{title}, {MANY_WORKERS} workers")
            self._with_more_workers(summit)

    def _at_the_door(self, summit: Summit, course: Course) -> None:
        busiest = self._pace.needed(CONNECTIONS[-1:])
        needed = BATCH + 4 * WARM_UP + 2 * SCANS_MEANWHILE + self._pace.needed(CONNECTIONS) + 2 * busiest
        summit.open_door(first_scans=needed)
        fresh = Scene("fresh scan", 200, ADMITTED, prepare=summit.scans)
        warm = summit.scans(WARM_UP)
        course.warm_up(fresh, warm)
        _print(course.measure(fresh))
        watched = Scene("fresh, 10 screens", 200, ADMITTED, prepare=summit.scans)
        live = f"/api/v1/events/{SLUG}/attendance/stream"
        with screens(SCREENS, port=summit.product.port, path=live, token=summit.owner):
            _print(course.measure(watched, CONNECTIONS[-1:]))
        _print(course.measure(Scene("repeated scan", 200, REPLAYED, again=warm)))
        self._say(f"a batch of {BATCH:,} scans", summit.product, summit.batch(BATCH), b'"conflicts":[]')
        course.warm_up(*_registering(summit, ON_ROSTER - summit.registered))
        whole, _, unchanged = summit.rosters()
        _print(course.measure(Scene("whole roster", 200, b'"full":true', again=[whole]), READING_AT_ONCE))
        _print(course.measure(Scene("roster, 304", 304, b"", again=[unchanged]), READING_AT_ONCE))
        # A difference tells the last minute again: first the one in which everybody was registered must be over.
        time.sleep(OVERLAP.total_seconds())
        course.warm_up(fresh, summit.scans(WARM_UP))
        _, difference, _ = summit.rosters()
        course.warm_up(fresh, summit.scans(WARM_UP))
        _print(course.measure(Scene("roster, difference", 200, b'"full":false', again=[difference]), READING_AT_ONCE))

    def _say(self, what: str, product: Product, request: bytes, marker: bytes) -> None:
        """What is sent once, and how long its answer took."""
        took = self._generator.run(Job(product.port, 1, [request], 200, marker, seconds=60))
        print(f"{what}: {took.p50:,.0f} ms", flush=True)

    def _read(self, summit: Summit, course: Course, feeds: list[str]) -> None:
        for scene in (
            Scene("own feed, 200", 200, b"END:VCALENDAR", again=[summit.fresh(path) for path in feeds]),
            Scene("own feed, 304", 304, b"", again=[summit.conditional(path) for path in feeds]),
            Scene("event page", 200, b"</html>", again=[summit.fresh(f"/events/{SLUG}")]),
        ):
            course.warm_up(scene, list(islice(scene.again, WARM_UP)))
            _print(course.measure(scene))

    def _programme(self, summit: Summit, course: Course) -> None:
        programme = Programme(summit.product, summit.owner)
        print(
            f"an agenda of 674 sessions: imported in {programme.import_seconds:.2f} s, "
            f"released in {programme.release_seconds:.2f} s"
        )
        for scene in programme.scenes():
            course.warm_up(scene, list(islice(cycle(scene.again), 20)))
            _print(course.measure(scene, READING_AT_ONCE))
        people = programme.give_places(SLUG, PLACES)

        def scanning() -> Job:
            return Job(summit.product.port, 1, summit.scans(SCANS_MEANWHILE), 200, ADMITTED, SCANNING_SECONDS)

        before = self._generator.run(scanning())
        told, beside = programme.meanwhile(self._generator, scanning())
        print(
            f"{people:,} people with places, 25 sessions moved: released in {told.release_seconds:.2f} s, "
            f"{told.letters:,} letters posted at {told.per_second:,.0f}/s; a scan meanwhile "
            f"{beside.p50:.1f} ms (p99 {beside.p99:.1f}), before {before.p50:.1f} (p99 {before.p99:.1f})"
        )

    def _with_more_workers(self, summit: Summit) -> None:
        busiest = CONNECTIONS[-1:]
        with self._serving(workers=MANY_WORKERS, letters=False) as (product, course, _):
            summit.product = product
            fresh = Scene("fresh scan", 200, ADMITTED, prepare=summit.scans)
            course.warm_up(fresh, summit.scans(WARM_UP))
            _print(course.measure(fresh, busiest), first=True)
            course.warm_up(*_registering(summit, WARM_UP))
            _print(course.measure(_registration(summit), busiest))

    @contextmanager
    def _serving(self, *, workers: int, letters: bool) -> Iterator[tuple[Product, Course, float]]:
        beside = "on" if letters else "off"
        product = Product(self._folder, self._url, workers=str(workers), work_outbox=beside)
        if not self._url.startswith("sqlite:"):
            product.command("migrate")
        with bare_handler(workers) as bare_port, started(product) as seconds:
            yield product, Course(self._generator, product.port, bare_port, self._pace), seconds


def _registration(summit: Summit) -> Scene:
    return Scene("registration", 201, b'"status":"confirmed"', prepare=summit.registrations)


def _registering(summit: Summit, many: int) -> tuple[Scene, list[bytes]]:
    return _registration(summit), summit.registrations(many)


def _print(lines: Iterator[Line], *, first: bool = False) -> None:
    if first:
        print(COLUMNS.format(*HEADINGS))
    for line in lines:
        figures = [
            text
            for one in (line.ours, line.bare)
            for text in (f"{one.per_second:,.0f}", f"{one.p50:.2f}", f"{one.p99:.2f}")
        ]
        print(COLUMNS.format(line.scene, line.connections, *figures, f"{line.ratio:.3f}"), flush=True)


def main() -> None:
    """The whole run: about ten minutes, with `--quick` about six."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="rougher figures in about six minutes")
    parser.add_argument("--only", choices=("sqlite", "postgres"), help="this database alone")
    given = parser.parse_args()
    pace, began = QUICK if given.quick else FULL, time.monotonic()
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}. Medians of {pace.rounds} rounds,"
    )
    print("each followed by one of the bare Litestar handler. Letters are sent beside the registrations only.")
    # Ended from outside, it takes its processes and databases with it all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    generator = LoadGenerator()
    try:
        if given.only != "postgres":
            _on_sqlite(generator, pace)
        if given.only != "sqlite":
            _on_postgres(generator, pace)
    finally:
        generator.close()
    print(f"\n{time.monotonic() - began:.0f} seconds in all")


def _on_sqlite(generator: LoadGenerator, pace: Pace) -> None:
    with tempfile.TemporaryDirectory(prefix="events-bench-") as folder:
        url = f"sqlite:///{folder}/bench.sqlite"
        Bench(generator, url, Path(folder), pace).run(f"SQLite {sqlite3.sqlite_version} ({journal_mode()})")


def _on_postgres(generator: LoadGenerator, pace: Pace) -> None:
    try:
        server, cluster = find_server()
    except NotHad as why:
        print(f"\nLeft out: PostgreSQL, {why}", file=sys.stderr)
        return
    try:
        url = server.create_database()
        with tempfile.TemporaryDirectory(prefix="events-bench-") as folder:
            Bench(generator, url, Path(folder), pace).run("PostgreSQL" + (" (fsync off)" if cluster else ""))
    finally:
        server.close()
        if cluster is not None:
            cluster.remove()


if __name__ == "__main__":
    main()
