"""Running the door's own scripts outside a browser, with the Node that builds them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import hatch_build  # noqa: E402  (it lies beside the package, for hatchling)

SCRIPTS = ROOT / "frontend/js/door"
SECONDS = 240


def on_a_phone(program: str, given: Any) -> Any:
    """What a small program makes of `given`; it may import the door's scripts from `door/…`."""
    text = f"""
        import {{ readFileSync }} from "node:fs";
        const given = JSON.parse(readFileSync(0, "utf8"));
        {program.replace('"door/', f'"{SCRIPTS.as_uri()}/')}
        process.stdout.write(JSON.stringify(made));
    """
    return json.loads(_node("--input-type=module", "--eval", text, given=json.dumps(given).encode()))


def desk_script() -> bytes:
    """The desk and its store as one module, to be used on a page without anything else of the door."""
    entry = "".join(f'export * from "./{name}.js";' for name in ("desk", "store"))
    bundler = ROOT / "frontend/node_modules/esbuild/bin/esbuild"
    options = ("--bundle", "--format=esm", "--target=es2022", "--log-level=error")
    return _node(str(bundler), *options, given=entry.encode())


def _node(*arguments: str, given: bytes) -> bytes:
    """What Node writes when it is run among the door's scripts."""
    hatch_build.build(ROOT)
    folder = hatch_build.node_folder()
    node = folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node"
    done = subprocess.run(
        [str(node), *arguments], cwd=SCRIPTS, input=given, capture_output=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout
