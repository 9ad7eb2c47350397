"""The floors of the house: imports go down only."""

from pathlib import Path

from importlinter.cli import lint_imports

CONTRACT = Path(__file__).parent.parent.parent / "pyproject.toml"


def test_imports_go_down_only_and_siblings_do_not_see_each_other() -> None:
    assert lint_imports(config_filename=str(CONTRACT), no_cache=True) == 0
