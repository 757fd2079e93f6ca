"""The matching form of a header, by hand, on headers real exports have."""

from __future__ import annotations

import pytest

from kpi.files import header


@pytest.mark.parametrize(
    ("raw", "name", "note"),
    [
        ("Conversation started at (America/New_York)", "conversation started at", "America/New_York"),
        ("First response time, only within office hours (seconds)", "first response time, only within office hours", "seconds"),
        ("First response time (in hrs)", "first response time", "in hrs"),
        ("Ticket Category [list]", "ticket category", "list"),
        ("Custom field ([CHART] Date of First Response)", "custom field", "[CHART] Date of First Response"),
        ("Inside Service Level (Yes /No)", "inside service level", "Yes /No"),
        ("Time (UTC) [dec]", "time", "UTC; dec"),
        ("\ufeff  Ticket \u00a0 ID ", "ticket id", ""),
        ("How satisfied\r\nare you?", "how satisfied are you?", ""),
        ("STRASSE", "strasse", ""),
        ("Straße", "strasse", ""),
        ("#", "#", ""),
        ("(none)", "(none)", ""),
        ("a) b)", "a) b)", ""),
        ("", "", ""),
    ],
)
def test_matching_form(raw: str, name: str, note: str) -> None:
    found = header(raw, 7)
    assert (found.raw, found.name, found.note, found.column) == (raw, name, note, "c7")
