"""Text that a spreadsheet could take for a formula, made harmless by an apostrophe in front; and taken off again. Pure."""

_SUSPECT = ("=", "+", "-", "@", "\t", "\r", "\n")


def defused(text: str) -> str:
    """The text, behind an apostrophe where its first character could begin a formula."""
    return f"'{text}" if text.startswith(_SUSPECT) else text


def undefused(text: str) -> str:
    """The text as it was before; what was never defused stays as it is."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_SUSPECT) else text
