"""Whether the work was right the first time, and kept its promises."""

from __future__ import annotations

import ibis

from kpi.catalogue.tables import quality_reviews, tickets
from kpi.forms import Choice, Mean, Share
from kpi.metric import AS_OF, FCR_VARIANTS, PARAMS, Metric

FAMILY = "quality"
_SOLVED = ("tickets.solved_at", "tickets.closed_at", "tickets.status", "changes.status & tickets.created_at")
_SOLVED_WHEN = ("tickets.solved_at", "tickets.closed_at", "changes.status & tickets.created_at")
"""A status alone says that a ticket is solved, but not when: no window is over, no promise kept."""
_REPLIES = ("messages.sent_at", "tickets.agent_replies")
_SOLVED_REPLIES = tuple(f"{reply} & {solved}" for reply in _REPLIES for solved in _SOLVED)
_WINDOW = PARAMS["fcr_window"].seconds
_FIRST = tickets.first_solved_at
_EVER_SOLVED = tickets.first_solved_at.notnull() | tickets.is_solved.fill_null(False)


def _and(*needs: str) -> str:
    """Several needs as one, each column named once."""
    return " & ".join(dict.fromkeys(" & ".join(needs).split(" & ")))


def _after(instant: ibis.Expr, seconds: ibis.Expr) -> ibis.Expr:
    return instant + (seconds * 1e6).cast("int64").as_interval("us")


def _no_repeat(window: ibis.Expr) -> ibis.Expr:
    return ~(tickets.next_created_at <= _after(_FIRST, window)).fill_null(False)


def _mature(window: ibis.Expr) -> ibis.Expr:
    """Solved long enough ago for the window to be over."""
    return _FIRST.notnull() & (_after(_FIRST, window) <= AS_OF)


_KEPT = ibis.cases(
    (tickets.reopens.isnull(), None),
    (tickets.reopens == 0, True),
    (tickets.first_reopened_at.isnull(), False),
    else_=tickets.first_reopened_at > _after(_FIRST, _WINDOW),
)
"""Not reopened within the window; a reopen nobody dated counts as one."""

_YOUNG = {"young": (_FIRST.notnull() & ~_mature(_WINDOW), "solved too recently for the window to be over, not counted yet")}


def _share_of_solved(hit: ibis.Expr, at: ibis.Expr = tickets.solved_at) -> Share:
    return Share(hit, tickets.is_solved, at, tickets)


FCR = Choice(
    "first_contact_resolution",
    {
        "A": _share_of_solved(tickets.agent_replies == 1),
        "B": _share_of_solved(tickets.requester_replies == 0),
        "C": _share_of_solved((tickets.closes <= 1) & (tickets.resolutions == 1) & (tickets.participants == 1)),
        "D": Share(_KEPT, _mature(_WINDOW), _FIRST, tickets, asides=_YOUNG),
        "A+D": Share((tickets.agent_replies == 1) & _KEPT, _mature(_WINDOW), _FIRST, tickets, asides=_YOUNG),
        "E": Share(_no_repeat(_WINDOW), _mature(_WINDOW) & tickets.requester.notnull(), _FIRST, tickets, asides=_YOUNG),
        "F": Share(
            tickets.is_first_contact_resolved,
            tickets.is_first_contact_resolved.notnull(),
            ibis.coalesce(_FIRST, tickets.created_at),
            tickets,
        ),
        "G": _share_of_solved(tickets.full_resolution_seconds <= 900),
    },
    FCR_VARIANTS,
    {
        **{
            code: tuple(_and(know, solved) for know in know_by for solved in solved_by)
            for code, know_by, solved_by in (
                ("A", _REPLIES, _SOLVED),
                ("B", ("messages.sent_at", "tickets.requester_replies"), _SOLVED),
                ("C", ("messages.sent_at & changes.status",), _SOLVED),
                ("D", ("changes.status", "tickets.reopens"), _SOLVED_WHEN),
                (
                    "A+D",
                    (*(f"{reply} & changes.status" for reply in _REPLIES), *(f"{reply} & tickets.reopens" for reply in _REPLIES)),
                    _SOLVED_WHEN,
                ),
                ("E", ("tickets.requester & tickets.created_at",), _SOLVED_WHEN),
                ("G", ("tickets.created_at",), _SOLVED_WHEN),
            )
        },
        "F": ("tickets.is_first_contact_resolved",),
    },
)

_SLA_KNOWN = tickets.is_sla_met.notnull()
_SOLVED_FOR_NOW = ibis.cases((tickets.is_solved, tickets.solved_at))
"""The last solve, unless the ticket was reopened after it."""
SLA = Choice(
    "clocks",
    {
        "all": Share(
            tickets.is_sla_met,
            _SLA_KNOWN,
            ibis.coalesce(_SOLVED_FOR_NOW, tickets.due_at, tickets.created_at),
            tickets,
            asides={"overdue": (_SLA_KNOWN & tickets.is_clock_running, "open past their promise, counted as breached")},
        ),
        "finished": Share(
            tickets.is_sla_met, _SLA_KNOWN & ~tickets.is_clock_running, ibis.coalesce(tickets.solved_at, tickets.created_at), tickets
        ),
    },
)

METRICS = (
    Metric(
        name="resolution_rate",
        label="Resolution rate",
        family=FAMILY,
        about="Share of the tickets created in the period that are solved by now.",
        formula="solved ÷ created, of the tickets created in the period",
        unit="%",
        better="higher",
        form=Share(tickets.is_solved, tickets.ticket_id.notnull(), tickets.created_at, tickets, unknown="without a known status, left out"),
        by="creation",
        reference="HDI; by creation cohort so that numerator and denominator are the same tickets",
        needs=_SOLVED,
        high=100.0,
    ),
    Metric(
        name="answer_rate",
        label="Answered",
        family=FAMILY,
        about="Share of the tickets created in the period that got a public human reply by now.",
        formula="answered ÷ created, of the tickets created in the period",
        unit="%",
        better="higher",
        form=Share(
            tickets.is_answered,
            tickets.ticket_id.notnull(),
            tickets.created_at,
            tickets,
            unknown="not known to be answered or not, left out",
        ),
        by="creation",
        reference="complement of Zendesk's 'unreplied tickets'",
        needs=("messages.sent_at", "tickets.first_reply_at", "tickets.first_reply_seconds", "tickets.agent_replies"),
        high=100.0,
    ),
    Metric(
        name="first_contact_resolution",
        label="First contact resolution",
        family=FAMILY,
        about="Share of solved tickets that needed one contact; the variant says which definition is meant.",
        formula="resolved at first contact ÷ solved tickets whose window is over",
        unit="%",
        better="higher",
        form=FCR,
        by="first solve (variants A, B, C and G: last solve)",
        reference="Help Scout, Zoho (A), Freshservice (B), Intercom (C), Medallia (F), Zammad (G)",
        needs=(*_SOLVED_REPLIES, "tickets.is_first_contact_resolved"),
        high=100.0,
        params=("first_contact_resolution", "fcr_window"),
    ),
    Metric(
        name="one_touch",
        label="One-touch",
        family=FAMILY,
        about="Share of solved tickets with exactly one public agent reply.",
        formula="solved with exactly 1 reply ÷ solved",
        unit="%",
        better="higher",
        form=_share_of_solved(tickets.agent_replies == 1),
        by="last solve",
        reference="Zendesk one-touch (exactly one, not fewer than two)",
        needs=_SOLVED_REPLIES,
        high=100.0,
    ),
    Metric(
        name="zero_touch",
        label="Zero-touch",
        family=FAMILY,
        about="Share of solved tickets that nobody replied to in public.",
        formula="solved with 0 replies ÷ solved",
        unit="%",
        better="neither",
        form=_share_of_solved(tickets.agent_replies == 0),
        by="last solve",
        reference="our own, beside Zendesk one-touch",
        needs=_SOLVED_REPLIES,
        high=100.0,
    ),
    Metric(
        name="replies_per_resolution",
        label="Replies per resolution",
        family=FAMILY,
        about="Public agent replies per solved ticket, an agent's opening message not counted.",
        formula="sum of replies ÷ solved tickets",
        unit="ratio",
        better="lower",
        form=Mean(tickets, tickets.agent_replies, tickets.solved_at, tickets.is_solved),
        by="last solve",
        reference="Zendesk agent replies",
        needs=_SOLVED_REPLIES,
    ),
    Metric(
        name="reopen_rate",
        label="Reopen rate",
        family=FAMILY,
        about="Share of tickets ever solved that were reopened at least once, solved again or not.",
        formula="tickets with at least one reopen ÷ tickets ever solved",
        unit="%",
        better="lower",
        form=Share(tickets.reopens > 0, _EVER_SOLVED, ibis.coalesce(_FIRST, tickets.solved_at), tickets),
        by="first solve",
        reference="Zendesk reopens (each solved to unsolved); dbt_zendesk misses a reopen not yet solved again",
        needs=("changes.status & tickets.created_at", *(f"tickets.reopens & {solved}" for solved in _SOLVED)),
        high=100.0,
    ),
    Metric(
        name="escalation_rate",
        label="Escalation rate",
        family=FAMILY,
        about="Share of solved tickets that moved to a higher tier.",
        formula="escalated ÷ solved",
        unit="%",
        better="lower",
        form=_share_of_solved(tickets.is_escalated),
        by="last solve",
        reference="HDI",
        needs=tuple(f"tickets.is_escalated & {solved}" for solved in _SOLVED),
        high=100.0,
    ),
    Metric(
        name="reassignment_rate",
        label="Reassignment rate",
        family=FAMILY,
        about="Share of solved tickets that changed hands after the first assignment.",
        formula="solved with at least one reassignment ÷ solved",
        unit="%",
        better="lower",
        form=_share_of_solved(tickets.reassignments > 0),
        by="last solve",
        reference="Zendesk: assignee stations above 1",
        needs=tuple(
            f"{know} & {solved}" for know in ("tickets.reassignments", "tickets.agent_stations", "changes.agent") for solved in _SOLVED
        ),
        high=100.0,
    ),
    Metric(
        name="next_issue_avoidance",
        label="Next-issue avoidance",
        family=FAMILY,
        about="Share of solved tickets after which the same requester opened no other within the window; merged ones count as contacts.",
        formula="no further ticket in (first solve, first solve + window] ÷ solved tickets whose window is over",
        unit="%",
        better="higher",
        form=Share(
            _no_repeat(PARAMS["next_issue_avoidance"].seconds),
            _mature(PARAMS["next_issue_avoidance"].seconds) & tickets.requester.notnull(),
            _FIRST,
            tickets,
        ),
        by="first solve",
        reference="Gartner",
        needs=tuple(_and("tickets.requester & tickets.created_at", solved) for solved in _SOLVED_WHEN),
        high=100.0,
        params=("next_issue_avoidance",),
    ),
    Metric(
        name="sla_attainment",
        label="SLA attainment",
        family=FAMILY,
        about="Share of resolution promises kept; an open ticket past its promise is a breach, one not yet due does not count.",
        formula="kept ÷ (kept + breached)",
        unit="%",
        better="higher",
        form=SLA,
        by="last solve, or the due time while open",
        reference="met when solved at or before the due time",
        needs=("tickets.is_sla_met", *(f"tickets.due_at & {solved}" for solved in _SOLVED_WHEN)),
        high=100.0,
        params=("clocks", "statuses"),
    ),
    Metric(
        name="reply_sla_attainment",
        label="Reply SLA attainment",
        family=FAMILY,
        about="Share of reply promises kept, as the help desk recorded it.",
        formula="kept ÷ (kept + breached)",
        unit="%",
        better="higher",
        form=Share(
            tickets.is_reply_sla_met, tickets.is_reply_sla_met.notnull(), ibis.coalesce(tickets.first_reply_at, tickets.created_at), tickets
        ),
        by="first reply",
        reference="as the help desk recorded it; what counts as a promise differs between tools",
        needs=("tickets.is_reply_sla_met",),
        high=100.0,
    ),
    Metric(
        name="quality_score",
        label="Quality score",
        family=FAMILY,
        about="Mean of the weighted scores of quality reviews; a failed critical category makes its review 0.",
        formula="mean of Σ(category × weight) ÷ Σ weight over rated categories",
        unit="%",
        better="higher",
        form=Mean(quality_reviews, quality_reviews.review_score, quality_reviews.reviewed_at, quality_reviews.review_id.notnull()),
        by="review",
        reference="Zendesk QA internal quality score (support.zendesk.com 7043701093786)",
        needs=("reviews.score & reviews.scale_low & reviews.scale_high",),
        high=100.0,
    ),
)
