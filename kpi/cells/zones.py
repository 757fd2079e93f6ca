"""Zones as an export names them: an IANA name, or a fixed offset such as `UTC-05:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kpi.cells.base import literal
from kpi.errors import BadValue

_OFFSET = re.compile(r"^(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?$", re.IGNORECASE)


@dataclass(frozen=True)
class Zone:
    """A zone that turns local SQL timestamps into UTC ones."""

    name: str
    offset: int | None = None

    def to_utc(self, local: str) -> str:
        """SQL: a local timestamp as UTC. In the hour a clock repeats, the second; in the hour it skips, one hour later."""
        if self.offset is not None:
            return f"({local} - to_seconds({self.offset}))" if self.offset else local
        return f"timezone('UTC', timezone({literal(self.name)}, {local}))"

    def to_local(self, instant: str) -> str:
        """SQL: a UTC timestamp as local time."""
        if self.offset is not None:
            return f"({instant} + to_seconds({self.offset}))" if self.offset else instant
        return f"timezone({literal(self.name)}, timezone('UTC', {instant}))"


def zone_of(text: str) -> Zone | None:
    """The zone a text names (`America/New_York`, `UTC`, `UTC-05:00`), or None when it names none."""
    text = text.strip()
    if text.upper() in ("UTC", "GMT", "Z", "ETC/UTC"):
        return Zone("UTC", 0)
    match = _OFFSET.match(text)
    if match:
        seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
        return Zone(text, -seconds if match[1] == "-" else seconds)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){1,2}", text):
        return None
    try:
        return Zone(ZoneInfo(text).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def require_zone(text: str) -> Zone:
    """The zone a person named.

    Raises
    ------
    BadValue
        When there is no such zone.
    """
    zone = zone_of(text)
    if zone is None:
        raise BadValue(f"{text!r} is not a time zone.", "Use an IANA name such as 'America/New_York', or 'UTC'.")
    return zone
