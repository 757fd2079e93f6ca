"""Comments of a scope and the themes in them: worked by hand, and against the sample company's own file."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import Scope, sample
from kpi.engine import from_frames
from kpi.errors import UnknownName
from kpi.feedback import MESSAGES, Theme, counted, grain, has_any, heard, matched, ours, weekly
from kpi.feedback import heard as listen
from kpi.feedback.weekly import ANY_FALSE
from kpi.scope import Period

THEMES = (
    Theme("late", "Late", (("en", ("late", "slow")), ("de", ("langsam",)))),
    Theme("money", "Money", (("en", ("refund",)),)),
)
ROWS = [  # ticket, kind, score, low, high, comment, language of the ticket
    ("1", "csat", 1, 1, 5, "So slow and LATE", "en"),
    ("2", "csat", 2, 1, 5, "Slow. Refund please, call +49 151 2345678", "en"),
    ("3", "csat", 3, 1, 5, "A bit late", "en"),
    ("4", "csat", 5, 1, 5, "Great", "en"),
    ("5", "csat", 5, 1, 5, "refund came, thanks", "en"),
    ("6", "csat", 1, 1, 5, "langsam", "German"),
    ("7", "nps", 6, 0, 10, "late again", "en"),
    ("8", "nps", 7, 0, 10, "fine", "en"),
    ("9", "nps", 9, 0, 10, "good", "en"),
    ("10", "ces", 3, 1, 7, "hard work", "en"),
    ("11", "csat", None, 1, 5, "no score but slow", "en"),
    ("12", "csat", 9, 1, 5, "slow, out of scale", "en"),
    ("13", "csat", 1, 1, 5, "遅い", "ja"),
    ("14", "csat", 1, 1, 5, "   ", "en"),
    ("15", "csat", 1, 1, 5, "late, but spam", "en"),
]


def dataset() -> kpi.Dataset:
    tickets = pd.DataFrame(
        {
            "ticket_id": [row[0] for row in ROWS],
            "created_at": pd.Timestamp("2026-03-01"),
            "status": ["spam" if row[0] == "15" else "solved" for row in ROWS],
            "language": [row[6] for row in ROWS],
            "channel": ["chat" if int(row[0]) < 4 else "email" for row in ROWS],
        }
    )
    surveys = pd.DataFrame(
        {
            "ticket_id": [row[0] for row in ROWS],
            "kind": [row[1] for row in ROWS],
            "score": [row[2] for row in ROWS],
            "scale_low": [row[3] for row in ROWS],
            "scale_high": [row[4] for row in ROWS],
            "answered_at": [pd.Timestamp("2026-03-02 23:30") + pd.Timedelta(days=n) for n in range(len(ROWS))],
            "comment": [row[5] for row in ROWS],
        }
    )
    return from_frames({"tickets": tickets, "surveys": surveys})


@pytest.fixture(scope="module")
def small() -> kpi.Dataset:
    return dataset()


def test_who_is_heard(small: kpi.Dataset) -> None:
    found = heard(Scope(), small)
    assert found.frame["ticket_id"].tolist() == [str(n) for n in range(13, 0, -1)], "newest first; a blank comment and spam are none"
    side = dict(zip(found.frame["ticket_id"], found.frame["side"], strict=True))
    assert side == {
        "1": "low", "2": "low", "3": "middle", "4": "high", "5": "high", "6": "low", "7": "low", "8": "middle", "9": "high", "10": "low",
        "11": "", "12": "", "13": "low",
    }  # fmt: skip
    assert found.languages == {"en": 11, "de": 1, "ja": 1}
    assert "Slow. Refund please, call [phone number]" in found.texts and not any("151" in text for text in found.texts)
    assert dict(zip(found.frame["ticket_id"], found.frame["score"], strict=True))["7"] == "6 of 10"
    assert heard(Scope(params={"statuses": "all"}), small).n == 14


def test_counts_by_hand(small: kpi.Dataset) -> None:
    found = heard(Scope(), small)
    counts = counted(found, THEMES, matched(found, THEMES))
    late, money = counts.of("late"), counts.of("money")
    assert late is not None and money is not None and counts.of("x") is None
    # late: 1, 2, 3, 7, 11, 12 in English and 6 in German, of 11 + 1; scored 1, 2, 3, 6, 7 of which 3 is in the middle
    assert (late.n, late.of, late.low_scores, late.scored) == (7, 12, 4, 5)
    # money: 2 and 5 of the English ones: there are no German words for it
    assert (money.n, money.of, money.low_scores, money.scored) == (2, 11, 1, 2)
    assert (counts.n, counts.low_scores, counts.scored, counts.none, counts.unspoken) == (13, 6, 11, 4, 1)
    assert late.share == pytest.approx(100 * 7 / 12)
    z = 1.959963984540054
    centre, half = (7 / 12 + z * z / 24) / (1 + z * z / 12), z / (1 + z * z / 12) * math.sqrt(7 * 5 / 12**3 + z * z / (4 * 144))
    assert late.limits == pytest.approx((100 * (centre - half), 100 * (centre + half)))
    assert late.low_share is None, "five scores are counted, no share"
    assert late.low_said == "4 of 5 scores are low" and money.said.startswith("2 of 11 comments, 18.2")
    assert counts.text.startswith("“Late” is in the most comments: 7 of 12, 58.3")
    assert "1 comment more are in languages" in counts.caveat or "1 comment" in counts.caveat


def test_dates_are_local_and_languages_are_kept_apart(small: kpi.Dataset) -> None:
    found = heard(Scope(zone="Asia/Tokyo"), small)
    assert found.within(dt.date(2026, 3, 3), dt.date(2026, 3, 3)).frame["ticket_id"].tolist() == ["1"], "23:30 UTC is the next day in Tokyo"
    assert heard(Scope(zone="Asia/Tokyo", start="2026-03-03", end="2026-03-04"), small).frame["ticket_id"].tolist() == ["2", "1"]
    assert found.spoken_in("de").frame["ticket_id"].tolist() == ["6"]
    assert (
        counted(found.spoken_in("ja"), THEMES, matched(found, THEMES)).text == "1 comment, all in languages the themes have no words for."
    )


def test_filters_and_columns_that_do_not_exist(small: kpi.Dataset) -> None:
    assert heard(Scope(where={"channel": "chat"}), small).frame["ticket_id"].tolist() == ["3", "2", "1"]
    assert heard(Scope(where={"channel": "'; DROP TABLE tickets; --"}), small).n == 0
    with pytest.raises(UnknownName):
        heard(Scope(where={"nope": "x"}), small)


def test_the_bound_is_kept_and_said(small: kpi.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    room = sys.modules["kpi.feedback.heard"]
    monkeypatch.setattr(room, "MOST", 5)
    found = heard(Scope(), small)
    assert found.frame["ticket_id"].tolist() == ["13", "12", "11", "10", "9"] and found.total == 13
    assert "Of 13 comments the most recent 5 are read." in found.notes
    monkeypatch.setattr(room, "MOST_LETTERS", 20)
    assert heard(Scope(), small).frame["ticket_id"].tolist() == ["13", "12"], "2 and 18 letters"


def test_messages_stand_in_where_there_is_no_comment_at_all() -> None:
    tickets = pd.DataFrame({"ticket_id": ["1", "2"], "created_at": pd.Timestamp("2026-03-01"), "status": "open"})
    messages = pd.DataFrame(
        {
            "ticket_id": ["1", "1", "2", "1"],
            "sent_at": pd.to_datetime(["2026-03-01 10:00", "2026-03-01 09:00", "2026-03-01 09:00", "2026-03-01 08:00"]),
            "author_role": ["requester", "requester", "agent", "system"],
            "is_public": True,
            "text": ["second", "The parcel is late", "late answer", "late bot"],
        }
    )
    surveys = pd.DataFrame({"ticket_id": ["1"], "kind": "csat", "score": 1, "answered_at": pd.Timestamp("2026-03-02")})
    data = from_frames({"tickets": tickets, "messages": messages, "surveys": surveys})
    assert has_any(data) == MESSAGES
    found = heard(Scope(), data)
    assert found.texts == ("The parcel is late",) and found.frame["side"].tolist() == ["low"] and found.spoken == ("en",)
    assert "no survey comments" in found.notes[0] and found.noun == "first messages"
    nothing = from_frames({"tickets": tickets})
    assert has_any(nothing) == "" and heard(Scope(), nothing).n == 0
    assert counted(heard(Scope(), nothing), THEMES, matched(heard(Scope(), nothing), THEMES)).text == "No comments in these dates."


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, kpi.Dataset]:
    place = tmp_path_factory.mktemp("company")
    sample.write(place, tickets=3_000, seed=5)
    return place, kpi.read(place / "tickets.csv", place / "surveys.csv")


PLANTED = {  # sentence of the sample company in the five languages -> the themes somebody who reads it would say
    "slow": "Waited far too long for a reply.|Slow, slow, slow.|Nobody answered until the next day.|It took ages to hear back, sorry.|Viel zu lange auf "
    "Antwort gewartet.|Erst am nächsten Tag eine Antwort.|Trop d'attente avant une réponse.|Réponse seulement le lendemain.|Esperé demasiado por una "
    "respuesta.|Respondieron al día siguiente.|Esperei demais por uma resposta.|Só responderam no dia seguinte.",
    "bug": "The bug is still there.",
}  # fmt: skip


def test_shares_of_the_sample_are_those_of_its_file(company: tuple[Path, kpi.Dataset]) -> None:
    """Counted with pandas in the file that was written: sentences by hand, scores by their numbers, tickets that count."""
    place, data = company
    tickets, surveys = (pd.read_csv(place / f"{name}.csv", dtype=str) for name in ("tickets", "surveys"))
    counts_not = set(tickets.loc[tickets["status"].isin(["deleted", "spam", "merged"]), "ticket_id"])
    told = surveys[surveys["comment"].notna() & ~surveys["ticket_id"].isin(counts_not)]
    assert len(told) > 60 and not told["ticket_id"].duplicated().any()
    found = heard(Scope(), data)
    counts = counted(found, ours(), matched(found, ours()))
    assert (counts.n, counts.unspoken, counts.none) == (len(told), 0, 0)
    assert counts.low_scores == int((told["score"].astype(float) <= 2).sum())
    for name, sentences in PLANTED.items():
        mine = told[told["comment"].isin(sentences.split("|"))]
        row = counts.of(name)
        assert row is not None and (row.n, row.of) == (len(mine), len(told))
        assert row.low_scores == int((mine["score"].astype(float) <= 2).sum())
    language = dict(zip(tickets["ticket_id"], tickets["language"], strict=True))
    assert found.languages == told["ticket_id"].map(language).value_counts().to_dict()


# --- weeks ---------------------------------------------------------------------------------------------------------------------------


def weeks(n: int) -> list[Period]:
    first = dt.date(2026, 1, 5)
    days = [first + dt.timedelta(weeks=k) for k in range(n)]
    at = [dt.datetime.combine(day, dt.time()) for day in days]
    return [Period(day, instant, instant + dt.timedelta(days=7), k < n - 1) for k, (day, instant) in enumerate(zip(days, at, strict=True))]


def series(hits: list[list[int]], sizes: list[int]) -> tuple[listen, ...]:  # type: ignore[valid-type]
    """Weekly of themes t0, t1 … with so many comments each week; the words are t0, t1 …."""
    themes = tuple(Theme(f"t{k}", f"T{k}", (("en", (f"theme{k}",)),)) for k in range(len(hits)))
    rows = []
    for week, size in enumerate(sizes):
        at = pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=week, days=2)
        for place in range(size):
            rows.append((at, " ".join(["comment", *(f"theme{k}" for k in range(len(hits)) if place < hits[k][week])])))
    texts = tuple(dict.fromkeys(text for _, text in rows))
    known = {text: n for n, text in enumerate(texts)}
    frame = pd.DataFrame(
        {"at": [at for at, _ in rows], "language": "en", "side": "", "ticket_id": "", "which": [known[text] for _, text in rows]}
    )
    from kpi.feedback import Heard

    found = Heard(frame, texts, ("en",) * len(texts), len(rows), "comments", "UTC")
    assert grain(found, weeks(len(sizes)))
    return weekly(found, themes, matched(found, themes), weeks(len(sizes)), "week")


def test_weeks_are_counted_and_the_unfinished_one_is_not_judged() -> None:
    (one,) = series([[10] * 20 + [60]], [100] * 21)
    assert one.frame["n"].tolist() == [10] * 20 + [60] and one.frame["of"].tolist() == [100] * 21
    assert one.frame["value"].tolist() == [10.0] * 20 + [60.0] and not one.frame["is_out"].any() and one.looks == 20
    assert one.centre == pytest.approx(10) and not one.is_provisional
    assert math.isnan(one.frame["low"].iloc[-1])


def test_a_week_far_out_is_told_and_limits_are_laneys() -> None:
    rng = np.random.default_rng(1)
    hits = rng.binomial(100, 0.2, 30).tolist()
    hits[20] = 60
    one, two = series([hits, rng.binomial(100, 0.2, 30).tolist()], [100] * 30)
    assert one.frame.index[one.frame["is_out"]].tolist() == [20] and not two.frame["is_out"].any()
    assert "stood out of its usual" in one.text and "25 May 2026 (60.0" in one.text and "within its usual" in two.text
    assert one.chart == "Laney p'" and "58 weeks of all themes were judged together" in one.caveat
    from kpi.stats import lag1, laney_p

    shares = np.array(hits[:-1]) / 100
    expected = laney_p(hits[:-1], [100] * 29, max(0.0, lag1(shares)))
    assert one.frame["low"].iloc[:-1].to_numpy() == pytest.approx(100 * np.asarray(expected.low))


def test_gates_of_weeks() -> None:
    (few,) = series([[10] * 12], [100] * 12)  # eleven complete ones
    assert few.chart == "" and few.text.endswith("too few complete weeks with comments to tell what is usual.")
    (some,) = series([[9, 11] * 7], [100] * 14)
    assert some.chart and some.is_provisional and "provisional" in some.caveat
    (rare,) = series([[0, 1] * 10], [40] * 20)
    assert rare.chart == "exact binomial"
    (never,) = series([[0] * 20], [40] * 20)
    assert never.text == "“T0” is in no comment of these weeks."
    (thin,) = series([[1] * 20 + [5]], [12] * 15 + [9] * 5 + [12])
    assert thin.frame["value"].iloc[15:20].isna().all() and thin.looks == 15


@pytest.mark.simulation
def test_null_weeks_are_rarely_named() -> None:
    """Ten themes over a year; weeks differ by more than luck (a standard deviation of a tenth of the share), nothing happens."""
    runs, named = 100, 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        sizes = rng.poisson(90, 52).tolist()
        hits = [
            [int(rng.binomial(n, np.clip(p * (1 + 0.1 * rng.standard_normal()), 0, 1))) for n in sizes] for p in np.linspace(0.01, 0.4, 10)
        ]
        named += any(one.frame["is_out"].any() for one in series(hits, sizes))
    assert named / runs <= ANY_FALSE + 2.6 * math.sqrt(ANY_FALSE * (1 - ANY_FALSE) / runs)
