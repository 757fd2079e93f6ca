"""Quality reviews: what is rated low, which reviewers score harder, and what failed a critical category. Kinds of review are kept apart."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from kpi import Scope, agents, units
from kpi.agents import Rated, Reviewer, Reviews
from kpi.charts.agents import dots
from pages.parts import agent_asked, drawn, left_out, links, recorded, slow
from pages.parts.mine import Mine
from pages.parts.words import plain

MOST_REVIEWERS, MOST_FAILED = 40, 20


def draw(mine: Mine, scope: Scope) -> None:
    if "quality_score" in (lacks := mine.dataset.lacking(scope.ask)) and lacks["quality_score"]:
        recorded.say("**These data hold no quality reviews:** needs scores of reviews with the ends of their scale.")
        return
    kind = links.own("kind")
    everybody = reviewed(mine, scope, kind, "")
    if kind not in ("", everybody.kind):
        left_out.part("kind", kind)
    if not everybody.n:
        recorded.say(f"**{plain(everybody.text)}**")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="review_choices"):
        _kinds(everybody)
        who = _agent(everybody)
    found = reviewed(mine, scope, everybody.kind, who) if who else everybody
    recorded.say(f"**{plain(found.text)}**")
    if len(found.kinds) > 1:
        recorded.quiet(plain("All kinds: " + " ".join(one.text for one in found.kinds)))
    if found.n:
        _categories(found)
        _reviewers(found)
        _failed(found)


def reviewed(mine: Mine, scope: Scope, kind: str, who: str) -> Reviews:
    """`kpi.agents.reviews`, remembered."""
    asked = scope.but(by="all", split=(), compare=None)
    key = ("reviews", mine.dataset.fingerprint, kind, who, agent_asked.asked_key(asked))
    return slow.step(key, "Reading the quality reviews", lambda: agents.reviews(asked, mine.dataset, kind, who), keep=60)


def _kinds(found: Reviews) -> None:
    if len(found.kinds) < 2:
        return
    names = [one.name for one in sorted(found.kinds, key=lambda one: -one.n)][:6]
    names = names if found.kind in names else [*names, found.kind]
    st.session_state["review_kind"] = found.kind
    st.pills(
        "Kind of review",
        names,
        format_func=lambda name: plain(agent_asked.short(name)),
        key="review_kind",
        on_change=lambda: links.put(kind=st.session_state["review_kind"] or ""),
        required=True,
    )


def _agent(found: Reviews) -> str:
    """One agent of the address whose reviews are shown alone, else ""."""
    asked = links.one_of("agent", found.people)
    st.session_state["review_agent"] = asked or None
    st.selectbox(
        "Agent",
        found.people,
        index=None,
        key="review_agent",
        placeholder="Everybody",
        on_change=lambda: links.put(agent=st.session_state["review_agent"] or ""),
        width=260,
    )
    return asked


def _categories(found: Reviews) -> None:
    recorded.heading("By category")
    some = sorted(found.categories, key=lambda one: one.name.casefold())
    rows = pd.DataFrame(
        [_row(one.name, one.mean, one.low, one.high, one.n, "small" if one.n < agents.SMALL else "alike", one.text) for one in some]
    )
    mean = next(one.mean for one in found.kinds if one.name == found.kind)
    drawn.draw(
        dots("%", len(rows)),
        {"d": rows.dropna(subset=["estimate"]), "o": pd.DataFrame({"value": [mean], "label": [f"all of it {units.say(mean, '%')}"]})},
        key="review_categories",
        alt=f"Scores by category. {found.text}",
        table=_category_table(some),
        file_name="quality-by-category",
    )
    recorded.quiet(
        "Scores from 0 to 100 % of each scale, with 95 % intervals; right: how many ratings. A failed critical category makes its review 0."
    )


def _category_table(some: list[Rated]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Category": [one.name for one in some],
            "Score": [units.say(one.mean, "%") for one in some],
            "Interval": [units.say_interval(one.low, one.high, "%") for one in some],
            "Ratings": [one.n for one in some],
            "Weight": [units.say(one.weight, "ratio") for one in some],
            "Critical": ["yes" if one.is_critical else "" for one in some],
            "Failed": [one.failed if one.is_critical else None for one in some],
        }
    )


def _reviewers(found: Reviews) -> None:
    recorded.heading("By reviewer")
    recorded.say(f"**{plain(found.reviewers_text)}**")
    told = [one for one in found.reviewers if one.effect is not None]
    if not told:
        return
    some = sorted(sorted(told, key=lambda one: (one.verdict == "alike", -one.n))[:MOST_REVIEWERS], key=lambda one: one.name.casefold())
    rows = pd.DataFrame(
        [_row(one.name, one.effect, one.low, one.high, one.n, "small" if one.n < agents.SMALL else "alike", _said(one)) for one in some]
    )
    drawn.draw(
        dots("points", len(rows)),
        {"d": rows, "o": pd.DataFrame({"value": [0.0], "label": ["as others score"]})},
        key="review_reviewers",
        alt=found.reviewers_text,
        table=pd.DataFrame(
            {
                "Reviewer": [one.name for one in found.reviewers],
                "Reviews": [one.n for one in found.reviewers],
                "Mean score": [units.say(one.mean, "%") for one in found.reviewers],
                "Against others, same people": [units.say_change(one.effect, "%") for one in found.reviewers],
                "Interval": [units.say_change_interval(one.low, one.high, "%") for one in found.reviewers],
                "So they": [_word(one) for one in found.reviewers],
            }
        ),
        file_name="quality-by-reviewer",
    )
    recorded.quiet(
        "Points above or below what other reviewers give the same people, pulled towards none as far as few reviews deserve; by name."
    )


def _word(one: Reviewer) -> str:
    words = {
        "stricter": "score harder",
        "milder": "score milder",
        "alike": "cannot be told apart",
        "few": "too few, or nobody to set beside",
    }
    return words[one.verdict]


def _said(one: Reviewer) -> str:
    limits = units.say_change_interval(one.low, one.high, "%")
    return f"{one.name}: {units.say_change(one.effect, '%')} ({limits}), n = {units.say(one.n, 'count')}; {_word(one)}"


def _row(name: str, estimate: float | None, low: float | None, high: float | None, n: int, verdict: str, said: str) -> dict[str, Any]:
    return {
        "name": agent_asked.short(name),
        "estimate": estimate,
        "low": low,
        "high": high,
        "value": None,
        "n": n,
        "verdict": verdict,
        "said": said,
    }


def _failed(found: Reviews) -> None:
    if not found.failed:
        return
    recorded.heading("Failed a critical category")
    recorded.table(
        pd.DataFrame(found.failed[:MOST_FAILED], columns=["Review", "Ticket", "Agent", "Category"]),
        key="review_failed",
        alt="Reviews that failed a critical category",
        name="quality-failed",
        height="content",
    )
    more = f"The first {MOST_FAILED} of {len(found.failed)}. " if len(found.failed) > MOST_FAILED else ""
    recorded.quiet(f"{more}Read the ticket before you judge: one review is one person's view of one ticket.")
    tickets = [ticket for _, ticket, _, _ in found.failed[:MOST_FAILED] if ticket]
    with st.container(horizontal=True, gap="small", key="review_tickets"):
        for ticket in dict.fromkeys(tickets[:6]):
            links.to(
                "tickets.py",
                label=plain(f"Open {agent_asked.short(ticket)}"),
                icon=":material/table_rows:",
                query_params=links.query(metric="quality_score", ticket=ticket),
                width="content",
            )
