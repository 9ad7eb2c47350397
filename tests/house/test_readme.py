"""The README says what is true: every setting with its default, every command, and links that lead somewhere."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from events_service.cli import main
from events_service.cli.accounts import ROLES
from events_service.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
ROWS = dict(re.findall(r"^\| `EVENTS_(\w+)` \| (.+?) \| .+ \|$", README, re.MULTILINE))


def commands(group: click.Group, before: str = "") -> list[tuple[str, click.Command]]:
    """Every command with the words it is called by."""
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        words = f"{before}{name}"
        found += commands(command, f"{words} ") if isinstance(command, click.Group) else [(words, command)]
    return found


def visible_options(command: click.Command) -> list[str]:
    """The names of its options, as `--role`."""
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    return [name for option in options for name in option.opts]


def test_every_setting_has_its_line_and_no_line_is_of_none() -> None:
    assert list(ROWS) == [field.name.upper() for field in fields(Settings)]


def test_every_default_is_the_one_that_is_used(tmp_path: Path) -> None:
    """Where the README quotes a default as it would be written, that is what is used; else the words are checked here."""
    untouched = Settings.from_environ({"EVENTS_DATA_DIR": str(tmp_path)})
    in_words = {
        "DATA_DIR": ("`data`", tmp_path),
        "DATABASE_URL": ("`sqlite:///` + `events.sqlite` in the data folder", f"sqlite:///{tmp_path}/events.sqlite"),
        "BASE_URL": ("`http://` + host and port", "http://127.0.0.1:8000"),
        "SECRET_KEY": ("made once, kept in `secret.key` in the data folder", (tmp_path / "secret.key").read_text()),
        "MAIL_URL": ("`spool:` + `spool` in the data folder", f"spool:{tmp_path}/spool"),
        "REPLY_ADDRESS": ("the address in `EVENTS_MAIL_FROM`", "invites@localhost"),
        "WORKERS": ("the number of cores, 4 at most", 1),
        "TRUSTED_PROXIES": ("none", ()),
        "METRICS_TOKEN": ("none", ""),
        "INBOUND_LISTEN": ("none", ""),
        "INBOUND_IMAP_URL": ("none", ""),
    }
    for name, told in ROWS.items():
        used = getattr(untouched, name.lower())
        if name in in_words:
            assert (told, used) == in_words[name]
        else:
            assert told == f"`{'on' if used is True else used}`"


def test_without_a_folder_it_is_the_one_named_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environ({}).data_dir == tmp_path / "data"


@pytest.mark.parametrize(("cores", "used"), [(1, 1), (3, 3), (64, 4)])
def test_as_many_processes_serve_as_there_are_cores_up_to_four(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cores: int, used: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    given = {"EVENTS_DATA_DIR": str(tmp_path), "EVENTS_DATABASE_URL": "postgresql://127.0.0.1/events"}
    assert Settings.from_environ(given).workers == used


@pytest.mark.parametrize("name", [name for name, _ in commands(main)])
def test_every_command_is_told_of_with_its_options(name: str) -> None:
    line = next((line for line in README.splitlines() if line.startswith((f"| `{name} ", f"| `{name}`"))), "")
    assert [option for option in visible_options(dict(commands(main))[name]) if option not in line] == []
    assert line


def test_every_role_is_named() -> None:
    line = next(line for line in README.splitlines() if line.startswith("Roles: "))
    assert tuple(re.findall(r"`(\w+)`", line)) == ROLES


def test_every_link_within_the_project_leads_somewhere() -> None:
    links = re.findall(r'\]\((?!https?:)([^)#]+)\)|src="([^"]+)"', README)
    paths = [markdown or picture for markdown, picture in links]
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_pictures_are_small_and_all_shown() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").iterdir())
    assert [picture.name for picture in pictures if f'src="docs/pictures/{picture.name}"' not in README] == []
    assert max(picture.stat().st_size for picture in pictures) <= 250_000
