"""The second factor's codes: those of an authenticator app (TOTP, RFC 6238) and the recovery codes that stand in for them.

An app's code has six digits and belongs to a step of 30 seconds, counted from 1970 (SHA-1, as every app takes it).
"""

import secrets
from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError

APP_DIGITS = 6
# Clocks of phones differ from ours, and a code takes a while to type: the steps before and after this one count too.
STEPS_AROUND = 1
RECOVERY_CODES = 10
# Digits alone, so that one field with a phone's number keys takes either code; fifteen are 50 bits.
RECOVERY_DIGITS = 15
RECOVERY_GROUP = 5


def new_secret() -> str:
    """160 random bits, as RFC 4226 (section 4) recommends: 32 characters of base32."""
    return pyotp.random_base32()


def app_address(secret: str, *, email: str, organisation: str) -> str:
    """The `otpauth:` address that an authenticator app reads from a picture; it shows the two names beside its codes."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=organisation)


def step_of(code: str, *, secret: str, now: datetime) -> int | None:
    """The step, among the present one and its neighbours, whose code this is; None for a wrong one."""
    if not _is_number(code, digits=APP_DIGITS):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=STEPS_AROUND)
    except OTPVerificationError:
        return None


def code_text(typed: str) -> str:
    """A code of either kind as it is kept: without the spaces and hyphens that it may be shown and typed with."""
    return "".join(typed.replace("-", " ").split())


def is_recovery_code(code: str) -> bool:
    """Whether it is as long as a recovery code; nobody has looked yet whether it is one."""
    return _is_number(code, digits=RECOVERY_DIGITS)


def new_recovery_codes() -> list[str]:
    """Ten of them, in digits alone."""
    return [f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}" for _ in range(RECOVERY_CODES)]


def in_groups(text: str, size: int) -> str:
    """The text with a space after every so many characters, easier to copy by hand."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def _is_number(text: str, *, digits: int) -> bool:
    return len(text) == digits and text.isascii() and text.isdecimal()
