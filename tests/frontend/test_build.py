"""The front end's build: it builds what the pages ask for, does nothing twice, and needs no host but the registry's."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import hatch_build  # noqa: E402  (it lies beside the package, for hatchling)

ASKED_FOR = re.compile(r"asset\('([^']+)'\)")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the sources that shares the fetched packages, so that building it disturbs nobody."""
    hatch_build.build(ROOT)
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "frontend", root / "frontend", symlinks=True)
    (root / "frontend/node_modules/.built").unlink()
    shutil.copy(ROOT / "hatch_build.py", root)
    hatch_build.build(root)
    yield root
    shutil.rmtree(root)


def manifest(root: Path) -> dict[str, str]:
    names: dict[str, str] = json.loads((root / "events_service/static/manifest.json").read_text())
    return names


def built_files(root: Path) -> dict[str, tuple[int, bytes]]:
    static = root / "events_service/static"
    files = (file for file in static.rglob("*") if file.is_file())
    return {str(file.relative_to(static)): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def test_every_file_is_named_in_the_manifest_and_every_name_exists(checkout: Path) -> None:
    assert sorted(built_files(checkout)) == sorted([*manifest(checkout).values(), "manifest.json"])


def test_every_asset_the_templates_ask_for_is_built(checkout: Path) -> None:
    templates = (ROOT / "templates").rglob("*.html")
    asked = {name for template in templates for name in ASKED_FOR.findall(template.read_text())}
    assert "css/site.css" in asked
    assert asked - manifest(checkout).keys() == set()


def test_names_carry_a_hash_of_the_content(checkout: Path) -> None:
    unhashed = [name for name in manifest(checkout).values() if not re.search(r"-[0-9A-Z]{8}\.\w+$", name)]
    assert unhashed == []


def test_styles_and_scripts_name_no_other_host(checkout: Path) -> None:
    static = checkout / "events_service/static"
    style = (static / manifest(checkout)["css/site.css"]).read_text()
    assert re.findall(r"url\(\"?(?:https?:)?//[^)]*\)", style) == []
    assert set(re.findall(r"url\(\"?\.\./(fonts/[^)\"]+)", style)) <= set(manifest(checkout).values())


def test_a_second_build_changes_nothing(checkout: Path) -> None:
    before = built_files(checkout)
    assert hatch_build.build(checkout) is False
    assert built_files(checkout) == before


def test_a_lost_file_is_built_again(checkout: Path) -> None:
    lost = checkout / "events_service/static" / manifest(checkout)["js/door.js"]
    lost.unlink()
    assert hatch_build.build(checkout) is True
    assert lost.is_file()


def test_a_changed_source_replaces_its_file_alone(checkout: Path) -> None:
    before = manifest(checkout)
    source = checkout / "frontend/css/tokens.css"
    source.write_text(source.read_text() + ":root { --proof: 1px; }\n")
    assert hatch_build.build(checkout) is True
    after = manifest(checkout)
    assert [name for name in after if after[name] != before[name]] == ["css/site.css"]
    assert not (checkout / "events_service/static" / before["css/site.css"]).exists()


def test_a_broken_source_fails_by_name_and_keeps_the_last_build(checkout: Path) -> None:
    before = built_files(checkout)
    source = checkout / "frontend/js/my.js"
    whole = source.read_text()
    source.write_text("import { nothing } from './nowhere.js';\n")
    with pytest.raises(hatch_build.BuildFailed, match=re.escape("build.mjs")):
        hatch_build.build(checkout)
    source.write_text(whole)
    assert built_files(checkout) == before


def test_the_lock_names_no_host_and_pins_every_package() -> None:
    text = (ROOT / "frontend/package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []
    wanted = json.loads((ROOT / "frontend/package.json").read_text())
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_fonts_are_loaded_for_the_nordic_letters(checkout: Path) -> None:
    css = (checkout / "frontend/css/fonts.css").read_text()
    ranges = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", css)
    spans = [range(int(first, 16), int(last or first, 16) + 1) for first, last in ranges]
    assert [letter for letter in "ÅÄÖÆØÞÐåäöæøþðŠž–’" if not any(ord(letter) in span for span in spans)] == []
