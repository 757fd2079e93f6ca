"""A report in which every text means harm, a small sample company, and a browser without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import kpi
from kpi import Dataset, Result, Scope, sample
from kpi.report import Chart, Heading, Note, Proof, Report, Sentence, Table, Tile, Tiles, Title, escaped, proof_of

HARM = """</script><script>window.harmed=1</script><img src=x onerror="window.harmed=1"> --> &amp; "quoted" | ``` $x$ =1+1 \u2028 ]]>"""
LETTERS = "Поддержка, Ελληνικά, čeština"
SPEC = {
    "mark": {"type": "line", "point": True},
    "data": {"name": "d"},
    "height": 200,
    "encoding": {
        "x": {"field": "period", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": None},
        "y": {"field": "value", "type": "quantitative"},
        "color": {"field": "who", "type": "nominal", "title": HARM},
        "tooltip": {"field": "who", "type": "nominal"},
    },
}


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "period": ["2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26"],
            "value": [10.0, 9.0, None, 100.5],
            "who": ["=1+1", HARM, "@SUM(A1)", "+cmd|' /C calc'!A0"],
        }
    )


def hostile() -> Report:
    """Blocks of every kind, harm in every text."""
    plain = escaped(HARM)
    tiles = (
        Tile(
            "CSAT",
            "83.4 %",
            "81.9–84.8 %",
            "2,012 of 2,412",
            "+2.1 pts",
            "beyond noise",
            "good",
            "target: behind",
            "bad",
            (1.0, 2.0, 4.0, 3.0),
        ),
        Tile(HARM, HARM, note=HARM, about=HARM),
        Tile("NPS", "–", lacks=HARM),
    )
    return Report(
        (
            Title(f"How is {plain}?"),
            Note(f"3–30 Oct 2026 · {plain}"),
            Sentence(
                f"**CSAT rose, {plain}.** [Click](javascript:alert(1)) [{plain}](https://example.org/a) :red[:material/info: {LETTERS}]"
            ),
            Heading(plain),
            Tiles(tiles),
            Chart(SPEC, {"d": frame()}, f"A chart of {HARM}", frame().rename(columns={"who": HARM}), HARM),
            Table(frame().rename(columns={"who": HARM}), HARM, HARM),
            Sentence(f"- one {plain}\n- two"),
        ),
        Proof("1.0 (commit abc)", "f" * 64),
        HARM,
        "javascript:alert(1)",
    )


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a small sample company."""
    place = tmp_path_factory.mktemp("company")
    sample.write(place, tickets=2_000)
    return place


@pytest.fixture(scope="session")
def data(company: Path) -> Dataset:
    return kpi.read(*sorted(path for path in company.glob("*.csv") if path.stem != "events"))


@pytest.fixture(scope="session")
def results(data: Dataset) -> tuple[Result, Result]:
    """A page's worth: numbers beside the period before, and a split by week."""
    now = kpi.measure(
        ["csat", "first_reply_time", "tickets_created"], Scope(start="2026-08-01", end="2026-08-28", compare="previous"), data
    )
    weeks = Scope("week", split=["channel"], start="2026-07-06", end="2026-08-02", where={"channel": ["email", "chat"]})
    return now, kpi.measure(["first_reply_time", "csat"], weeks, data)


@pytest.fixture(scope="session")
def report(results: tuple[Result, Result], data: Dataset) -> Report:
    """An ordinary report of the sample."""
    now, past = results
    return Report((Title("How support is doing"), Sentence(f"**{escaped(now.text.splitlines()[0])}**")), proof_of([now, past]), "sample")


@pytest.fixture
def browser(chromium: Any) -> Any:
    """Chromium; each test cuts its pages off from any network."""
    return chromium
