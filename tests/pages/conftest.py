"""Pages in process, and four kinds of data to show on them: the sample, a tiny file, a dirty one, one that lacks columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi import sample, store

FRAME = str(Path(__file__).parents[2] / "pages" / "frame.py")
TINY = {
    "tickets.csv": b"""ticket_id,created_at,solved_at,status,channel
1,2026-03-02T08:00:00Z,2026-03-02T10:00:00Z,solved,email
2,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,solved,chat
3,2026-03-03T09:00:00Z,2026-03-04T09:00:00Z,solved,email
4,2026-03-04T09:00:00Z,,open,email
""",
    "surveys.csv": b"""ticket_id,kind,score,scale_low,scale_high,is_higher_better,answered_at
1,csat,5,1,5,true,2026-03-02T11:00:00Z
2,csat,4,1,5,true,2026-03-02T14:00:00Z
3,csat,1,1,5,true,2026-03-04T10:00:00Z
""",
}
"""Worked by hand: 4 created, 3 solved, 1 open; resolution 2 h, 4 h and 24 h; CSAT 2 of 3."""
HARM = "![x](https://evil.example/p.png) <script>alert(1)</script> **bold** $x^2$ :red[x]"
DIRTY = {
    "tickets.csv": (
        "ticket_id,created_at,first_reply_at,solved_at,status,channel,team,topic\n"
        "1,2026-03-02T08:00:00Z,2026-03-02T07:00:00Z,2026-03-02T10:00:00Z,solved,email,North,=1+1\n"
        f"2,2026-03-02T09:00:00Z,2026-03-02T09:30:00Z,2026-03-01T13:00:00Z,solved,{HARM},North,{HARM}\n"
        "3,yesterday,,2026-03-04T09:00:00Z,solved,email,@SUM(A1),x\n"
        "4,2026-03-04T09:00:00Z,,,spam,email,North,x\n"
        "5,2026-03-04T09:00:00Z,,,weird,,,\n"
        "5,2026-03-04T10:00:00Z,,,open,chat,South,y\n"
        "6,2099-01-01T00:00:00Z,,,open,chat,South,y\n"
        "7,2026-03-05T09:00:00Z,2026-03-05T10:00:00Z,2026-03-05T11:00:00Z,solved,chat,South,y\n"
        ",2026-03-05T09:00:00Z,,,open,chat,South,y\n"
    ).encode()
}
"""A reply and a solve before the creation, an unread date, spam, an unknown status, one id twice, a future ticket, no id, text that means harm."""
LACKING = {
    "tickets.csv": b"ticket_id,created_at,channel\n1,2026-03-02T08:00:00Z,email\n2,2026-03-03T08:00:00Z,chat\n3,2026-03-04T08:00:00Z,chat\n"
}
"""Nothing was ever solved, replied to or rated as far as anybody can tell."""


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The keys of the four, imported once into a home of the test run."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("KPI_HOME", str(home))
        place = tmp_path_factory.mktemp("sample")
        sample.write(place, tickets=2_000)
        files = {path.name: path for path in sorted(place.glob("*.csv")) if path.stem != "events"}
        keys = {"home": str(home), "sample": store.keep(files)}
        (store.folder(keys["sample"]) / "calendar.toml").write_bytes((place / "calendar.toml").read_bytes())
        keys |= {name: store.keep(given) for name, given in (("tiny", TINY), ("dirty", DIRTY), ("lacking", LACKING))}
        for name in ("sample", "tiny", "dirty", "lacking"):
            store.import_now(keys[name])
        return keys


@pytest.fixture
def sample_key(kept: dict[str, str]) -> str:
    """A small sample company with its calendar, as if somebody had uploaded it."""
    return kept["sample"]


@pytest.fixture
def tiny_key(kept: dict[str, str]) -> str:
    return kept["tiny"]


@pytest.fixture
def dirty_key(kept: dict[str, str]) -> str:
    return kept["dirty"]


@pytest.fixture
def lacking_key(kept: dict[str, str]) -> str:
    return kept["lacking"]


@pytest.fixture
def app(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """`app(key, "tickets.py", metric="csat")`: a page with the data of a key (None: without data), already run."""
    monkeypatch.setenv("KPI_HOME", kept["home"])
    monkeypatch.setattr("pages.parts.slow.MOMENT", 60.0)  # a page in process is run once: it waits for its slow steps

    def opened(key: str | None, page: str = "overview.py", **query: str | list[str]) -> AppTest:
        at = AppTest.from_file(FRAME, default_timeout=60)
        asked = ({"data": key} if key else {}) | query
        for name, value in asked.items():
            at.query_params[name] = value
        if page != "overview.py":
            at.switch_page(page)  # a visit that begins there, as by an address
        return at.run()

    return opened
