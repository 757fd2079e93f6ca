"""Asking an API, politely and on guard: its limits are kept, its faults outwaited, and neither it nor anybody on the way is trusted.

Only HTTPS (plain HTTP to this machine itself), no redirects, no address out of an answer, answers of bounded size; the key is in a header
and in no sentence, log or file.
"""

from __future__ import annotations

import json
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from kpi.errors import BadValue
from kpi.pull.model import Ask, Broken, Page, PullError

MOST_BYTES = 64 * 2**20
"""Of one answer, unpacked. A page of a thousand tickets with their metrics has 5 to 10 MB."""
TRIES = 8
"""Faults of one page in a row (waits of 1, 2, 4 … 60 seconds: about two minutes) before we give up; what came so far is kept."""
MOST_WAIT = 3_700.0
"""Seconds one wait may be: limits are by the minute or the hour."""
MOST_PAUSES = 100
"""Times in a row a server may put us off."""
_HERE = {"localhost", "127.0.0.1", "::1"}


class Denied(PullError):
    """The key is wrong, or may not see this."""


class Absent(PullError):
    """There is nothing at this path."""


class Refused(PullError):
    """The server does not understand what it is asked: a cursor it has forgotten, a time it does not like."""


class _Key(AuthBase):
    """The Authorization header; said to requests as an `auth` so that it looks for no other (a .netrc)."""

    def __init__(self, header: str) -> None:
        self._header = header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request

    def __repr__(self) -> str:
        return "<key>"


def checked_address(address: str) -> str:
    """An address that may be asked, without its closing slash; BadValue where it may not."""
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not safe or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise BadValue("The address of the API must begin with https:// and hold neither a key nor a question mark.", "Check --address.")
    return address.rstrip("/")


class Web:
    """Asks one API. `told` hears why it waits and for how many seconds; clock and sleep may be others', for tests."""

    def __init__(
        self,
        label: str,
        address: str,
        header: str,
        *,
        headers: Mapping[str, str] | None = None,
        told: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.label, self.address = label, checked_address(address)
        self._key = _Key(header)
        self._told, self._clock, self._sleep = told, clock, sleep
        self._session = requests.Session()
        self._session.headers.update({"Accept": "application/json", "User-Agent": "Deskmeter", **(headers or {})})
        self._asked: dict[int, deque[float]] = {}

    def close(self) -> None:
        self._session.close()

    def get(self, ask: Ask, per_minute: int = 0, check: Callable[[Page], Any] = lambda _: None) -> Page:
        """A page. `check` raises Broken for one that is not whole; then it is asked again, like one that did not come.

        Raises
        ------
        Denied, Absent, Refused
            For 401 and 403, for 404, for 400 and 422.
        PullError
            When it redirects, when it sends more than may be, when it keeps failing.
        """
        faults = pauses = 0
        while True:
            self._pace(per_minute)
            try:
                status, headers, content = self._once(ask)
                if status == 200:
                    page = Page(_parsed(content), _has_next(headers), _date(headers))
                    check(page)
                    return page
                wait, why = self._after(status, headers), f"it answers {status}"
            except (requests.RequestException, Broken, OSError) as fault:
                status, wait = 0, None
                why = "its answer is cut off or damaged" if isinstance(fault, Broken) else "the connection breaks"
            pauses, faults = pauses + 1, faults + (status != 429)
            if faults >= TRIES or pauses >= MOST_PAUSES:
                raise PullError(
                    f"{self.label} fails again and again: {why}.", "What came so far is kept; the same command goes on from there."
                )
            self._wait(wait if wait is not None else min(2.0 ** (max(faults, pauses) - 1), 60.0) * random.uniform(1.0, 1.25), why)  # noqa: S311  no secret

    def _once(self, ask: Ask) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and content of one request."""
        method = "GET" if ask.body is None else "POST"
        with self._session.request(
            method,
            self.address + ask.path,
            params=dict(ask.params),
            json=ask.body,
            auth=self._key,
            timeout=(15, 120),
            allow_redirects=False,
            stream=True,
        ) as answer:
            content = bytearray()
            if answer.status_code == 200:
                for piece in answer.iter_content(2**16):
                    content += piece
                    if len(content) > MOST_BYTES:
                        raise PullError(
                            f"{self.label} sends a page of more than {MOST_BYTES // 2**20} MB.", "That is no page of an API we know."
                        )
            return answer.status_code, dict(answer.headers.lower_items()), bytes(content)

    def _after(self, status: int, headers: Mapping[str, str]) -> float | None:
        """The seconds a server asks to wait, None where it does not say; raises where waiting does not help."""
        if 300 <= status < 400:
            raise PullError(f"{self.label} leads to another address, and keys are not sent there.", "Check the account's name.")
        if status in (401, 403):
            raise Denied(f"{self.label} does not let us in ({status}).", "Check the key and what it may see.")
        if status in (404, 410):
            raise Absent(f"{self.label} knows no such account or list ({status}).", "Check the account's name.")
        if status in (400, 413, 414, 422):
            raise Refused(f"{self.label} does not accept what it is asked ({status}).", "Try again; if it stays so, tell us.")
        if status not in (408, 409, 425, 429) and status < 500:
            raise PullError(f"{self.label} answers {status}, which is not part of its description.", "Try again later.")
        return _asked_wait(headers)

    def _wait(self, seconds: float, why: str) -> None:
        if seconds > MOST_WAIT:
            raise PullError(
                f"{self.label} asks to wait {seconds / 60:,.0f} minutes.", "Start the same command again then: it goes on from where it is."
            )
        self._told(f"{self.label}: {why}, waiting {seconds:,.0f} s")
        self._sleep(seconds)

    def _pace(self, per_minute: int) -> None:
        """Wait until another request fits into a minute."""
        if not per_minute:
            return
        asked = self._asked.setdefault(per_minute, deque())
        while len(asked) >= per_minute and (left := asked[0] + 60 - self._clock()) > 0:
            self._told(f"{self.label} allows {per_minute} requests a minute, waiting {left:,.0f} s")
            self._sleep(left)
        while len(asked) >= per_minute:
            asked.popleft()
        asked.append(self._clock())


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Broken("no JSON") from None


def _date(headers: Mapping[str, str]) -> float | None:
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, TypeError):
        return None


def _has_next(headers: Mapping[str, str]) -> bool:
    return any("rel=" in part and "next" in part.split("rel=", 1)[1][:7] for part in headers.get("link", "").split(","))


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Retry-After (seconds, or a date), else X-RateLimit-Reset (Unix seconds): dates are held against the server's clock, not ours."""
    now, said = _date(headers), headers.get("retry-after", "").strip()
    if said.replace(".", "", 1).isdigit():
        return float(said) + 0.5
    if said and now is not None and (until := _date({"date": said})) is not None:
        return max(until - now, 0.0) + 0.5
    reset = headers.get("x-ratelimit-reset", "").strip()
    if reset.isdigit() and now is not None:
        return max(float(reset) - now, 0.0) + 1.0
    return None
