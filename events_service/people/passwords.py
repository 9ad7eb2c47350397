"""What a password must be, and how it is kept."""

import unicodedata

from events_service.errors import FieldError

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
FEWEST_DIFFERENT_CHARACTERS = 5
# Longer words fall to the same guess with a year or a few digits behind them, so digits at the end are not counted.
COMMON_PASSWORDS = frozenset(
    {
        "password",
        "passwordpassword",
        "passw0rd",
        "mypassword",
        "letmein",
        "letmeinplease",
        "welcome",
        "welcomehome",
        "iloveyou",
        "iloveyouforever",
        "qwerty",
        "qwertyuiop",
        "qwertyuiopasdf",
        "qwertyqwerty",
        "asdfghjkl",
        "asdfghjklzxcvbnm",
        "zxcvbnm",
        "administrator",
        "adminadmin",
        "admin",
        "changeme",
        "changemenow",
        "secret",
        "secretsecret",
        "supersecret",
        "trustno",
        "football",
        "superman",
        "sunshine",
        "princess",
        "monkey",
        "dragon",
        "master",
        "starwars",
        "whatever",
        "computer",
        "internet",
        "keyboard",
        "abcdefghijkl",
        "abcdefghijklmn",
        "default",
        "temporary",
        "organiser",
        "organizer",
        "adgangskode",
        "velkommen",
        "kodeord",
        "losenord",
        "lösenord",
        "välkommen",
        "passord",
        "salasana",
        "tervetuloa",
        "lykilord",
        "lykilorð",
        "velkomin",
        "correcthorsebatterystaple",
    }
)
_SEQUENCES = ("01234567890123456789", "98765432109876543210", "qwertyuiopasdfghjklzxcvbnm")


def password_text(typed: str) -> str:
    """The password in one Unicode form (NFKC), so that it is the same from every keyboard."""
    return unicodedata.normalize("NFKC", typed)


def password_fault(password: str, *, email: str, field: str = "password") -> FieldError | None:
    """What is wrong with a new password for that account, with what to do about it; None when it will do."""
    text = password_text(password)
    plain = text.casefold()
    if len(text) < SHORTEST_PASSWORD:
        return FieldError(
            field, "password_too_short", f"Use at least {SHORTEST_PASSWORD} characters. Four unrelated words do well."
        )
    if len(text) > LONGEST_PASSWORD:
        return FieldError(field, "password_too_long", f"Use at most {LONGEST_PASSWORD} characters.")
    if plain in _words_of(email):
        return FieldError(field, "password_is_address", "Choose something else than your mail address.")
    if _is_common(plain):
        return FieldError(
            field, "password_too_common", "This is among the first that are guessed. Use four unrelated words."
        )
    return None


def _words_of(email: str) -> set[str]:
    plain = email.casefold()
    return {plain, plain.partition("@")[0], plain.partition("@")[2]}


def _is_common(plain: str) -> bool:
    return (
        plain in COMMON_PASSWORDS
        or plain.rstrip("0123456789!.?") in COMMON_PASSWORDS
        or len(set(plain)) < FEWEST_DIFFERENT_CHARACTERS
        or any(plain in sequence for sequence in _SEQUENCES)
    )
