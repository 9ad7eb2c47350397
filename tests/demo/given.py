"""What the demonstration's tests build on."""

from datetime import datetime

import pytest

from events_service import clock


def stop_clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """It is that moment, except where the demonstration tells of an earlier one."""
    monkeypatch.setattr(clock, "now", lambda: clock.told() or at)
