"""Sending a form as a browser does: looked at first, with the hidden fields it carries."""

import html
import re
from collections.abc import Mapping
from typing import Any

import httpx


async def send(
    client: httpx.AsyncClient, path: str, data: Mapping[str, Any], *, action: str = "", **more: Any
) -> httpx.Response:
    """Look at the page at `path` and post its form, filled in with `data`, to `action`, or to the page itself."""
    shown = await client.get(path, params={"category": data["category"]} if "category" in data else None)
    return await client.post(action or path, data=hidden_in(shown.text, action or path) | data, **more)


def hidden_in(page: str, action: str) -> dict[str, str]:
    """The hidden fields of that page's form with this action; none where it is not there."""
    start = page.find(f'<form class="form" method="post" action="{action}"')
    form = page[start : page.find("</form>", start)] if start >= 0 else ""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in found}
