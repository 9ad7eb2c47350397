"""Letters folded to plain ones: what is searched and sorted across five alphabets."""

import unicodedata

_LETTERS_OF_THEIR_OWN = str.maketrans({"æ": "ae", "ø": "o", "ð": "d", "þ": "th"})


def search_key(text: str) -> str:
    """The text in small letters without accents and rings, Nordic letters by their nearest plain ones: `Tromsø` → `tromso`."""
    plain = unicodedata.normalize("NFD", text.casefold().translate(_LETTERS_OF_THEIR_OWN))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
