"""Every metric as it is told of one ticket: which stretch of its life counts, and what decides whether it counts. One row per metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kpi import units
from kpi.metric import Ask
from kpi.tables import NOT_COUNTED, UNSOLVED
from kpi.timeline.story import Story

Words = Callable[[Story, Ask], str]


@dataclass(frozen=True)
class Tale:
    """How a metric looks at one ticket.

    The stretch that counts runs from `start` to `end` (facts of the ticket; where `end` has not happened it runs until the instant one stands
    at, if `runs`), or over the stretches in `statuses`, or over every stretch up to `end` but those in `without`; `waits`: the waits for a
    reply. `stated` is the fact that holds seconds nobody can place in time. `says` are the words of the stretch; `decides` the words of what
    decides the value of a ticket that has no stretch, or is judged by it. `limit` names the parameter, `due` the fact, that ends it at latest.
    `about` says what the metric counts where that is no ticket.
    """

    says: str = ""
    decides: Words | None = None
    start: str = ""
    end: str = ""
    runs: bool = False
    statuses: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    waits: bool = False
    stated: str = ""
    limit: str = ""
    due: str = ""
    about: str = ""


def counted(n: Any, one: str, many: str) -> str:
    """ "1 reply", "2 replies", "no replies", "no known number of replies"."""
    if n is None:
        return f"no known number of {many}"
    return f"{units.say(n, 'count')} {one if n == 1 else many}" if n else f"no {many}"


def _replies(t: Story) -> str:
    return counted(t.facts["agent_replies"], "public agent reply", "public agent replies")


def _created(t: Story, ask: Ask) -> str:
    return f"created {t.when(t.facts['created_at'])}"


def _solved(t: Story, ask: Ask) -> str:
    if t.facts["is_solved"]:
        return f"{t.facts['status'] or 'solved'}, last solved {t.when(t.facts['solved_at'])}"
    return "reopened and not solved again" if t.facts["solved_at"] else "not solved"


def _closed(t: Story, ask: Ask) -> str:
    return f"closed {t.when(t.facts['closed_at'])}" if t.facts["closed_at"] else "not closed"


def _stock(t: Story, ask: Ask) -> str:
    return f"created {t.when(t.facts['created_at'])}; {t.facts['status'] or 'status unknown'} on {t.when(t.as_of)}"


def _by_agent(t: Story, ask: Ask) -> str:
    who = f"the ticket of {t.facts['agent']}" if t.facts["agent"] else "nobody's ticket"
    return f"{_solved(t, ask)}; {who}"


def _flow(t: Story, ask: Ask) -> str:
    return f"{_created(t, ask)}, which adds one; {_solved(t, ask)}{', which takes one away' if t.facts['is_solved'] else ''}"


def _touched(t: Story, ask: Ask) -> str:
    return f"{_solved(t, ask)}; {_replies(t)}"


def _answered(t: Story, ask: Ask) -> str:
    return f"first reply {t.when(t.facts['first_reply_at'])}" if t.facts["first_reply_at"] else "no public reply by a human agent"


def _reopened(t: Story, ask: Ask) -> str:
    times, first = t.facts["reopens"], t.facts["first_reopened_at"]
    solved = f"first solved {t.when(t.facts['first_solved_at'])}" if t.facts["first_solved_at"] else _solved(t, ask)
    if not times:
        return f"{solved}; {'not known whether reopened' if times is None else 'never reopened'}"
    often = "once" if times == 1 else f"{units.say(times, 'count')} times"
    since = "" if not first else f", {t.when(first)}" if times == 1 else f", first {t.when(first)}"
    return f"{solved}; reopened {often}{since}"


def _changed_hands(t: Story, ask: Ask) -> str:
    return f"{_solved(t, ask)}; {counted(t.facts['reassignments'], 'reassignment', 'reassignments')} after the first assignment"


def _flagged(fact: str, yes: str, no: str) -> Words:
    def say(t: Story, ask: Ask) -> str:
        known = t.facts[fact]
        return f"{_solved(t, ask)}; {'not known' if known is None else yes if known else no}"

    return say


def _next_issue(param: str) -> Words:
    def say(t: Story, ask: Ask) -> str:
        after, first = t.facts["next_created_at"], t.facts["first_solved_at"]
        solved = f"first solved {t.when(first)}" if first else _solved(t, ask)
        window = units.say(ask.seconds(param), "s")
        again = f"the same requester's next ticket came {t.when(after)}" if after else "no later ticket by the same requester"
        return f"{solved}; {again}; the window is {window}"

    return say


def _first_contact(t: Story, ask: Ask) -> str:
    variant = ask.choice("first_contact_resolution")
    asks = counted(t.facts["requester_replies"], "further message by the requester", "further messages by the requester")
    once = counted(t.facts["closes"], "close", "closes"), counted(t.facts["participants"], "agent", "agents")
    window = f"the window is {units.say(ask.seconds('fcr_window'), 's')}"
    says = {
        "A": lambda: _touched(t, ask),
        "B": lambda: f"{_solved(t, ask)}; {asks}",
        "C": lambda: f"{_solved(t, ask)}; {once[0]}, {once[1]} wrote",
        "D": lambda: f"{_reopened(t, ask)}; {window}",
        "A+D": lambda: f"{_replies(t)}; {_reopened(t, ask)}; {window}",
        "E": lambda: _next_issue("fcr_window")(t, ask),
        "F": lambda: _flagged("is_first_contact_resolved", "resolved at first contact, as recorded", "not at first contact, as recorded")(
            t, ask
        ),
        "G": lambda: f"{_solved(t, ask)}, {units.say(t.facts['full_resolution_seconds'], 's')} after the creation; the limit is 15 min",
    }
    return says[variant]()


def _within(limit: str) -> Words:
    return lambda t, ask: f"the limit is {units.say(ask.seconds(limit), 's', days=ask.clock != 'business')}"


def _promised(t: Story, ask: Ask) -> str:
    kept = t.facts["is_sla_met"]
    recorded = "no promise recorded" if kept is None else f"the help desk recorded it as {'kept' if kept else 'broken'}"
    due = f"promised for {t.when(t.facts['due_at'])}" if t.facts["due_at"] else recorded
    return f"{due}; {_solved(t, ask)}"


def _survey(kind: str, stretched: tuple[int, int] | None = None) -> Words:
    def say(t: Story, ask: Ask) -> str:
        own = [row for row in t.surveys if row["kind"] == kind and row["score"] is not None]
        if not own:
            return "asked, but not answered" if any(row["kind"] == kind for row in t.surveys) else "nobody was asked"
        latest = next((row for row in own if row["is_latest"]), own[-1])
        scale = f"{latest['scale_low']:g} to {latest['scale_high']:g}"
        newest = ", the newest answer" if len(own) > 1 else ""
        to = f", told as {stretched[0]} to {stretched[1]}" if stretched and stretched != (latest["scale_low"], latest["scale_high"]) else ""
        return f"answered {latest['score']:g} on a scale of {scale}{to}{newest}"

    return say


def _invited(t: Story, ask: Ask) -> str:
    if not t.surveys:
        return "nobody was asked"
    answered = sum(bool(row["is_answered_survey"]) for row in t.surveys)
    return f"{counted(len(t.surveys), 'survey', 'surveys')}, {answered} answered"


def _waited(t: Story, ask: Ask) -> str:
    return f"{counted(len(t.waits), 'wait', 'waits')} that ended with a reply"


def _reviewed(t: Story, ask: Ask) -> str:
    scores = [units.say(row["review_score"], "%") for row in t.reviews]
    if not scores:
        return "never reviewed"
    return "one review" if len(scores) == 1 else f"mean of {len(scores)} reviews ({', '.join(scores)})"


def _called(t: Story, ask: Ask) -> str:
    left, wait = t.facts["is_abandoned"], t.facts["queue_seconds"]
    if left is None:
        return "no call or chat that could be abandoned"
    after = "" if wait is None else f" after {units.say(wait, 's')}"
    return f"{'abandoned' if left else 'answered'}{after}"


def _service(t: Story, ask: Ask) -> str:
    return f"{_called(t, ask)}; the limit is {units.say(ask.seconds('service_level'), 's')}"


def _short(t: Story, ask: Ask) -> str:
    return f"{_called(t, ask)}; who leaves within {units.say(ask.seconds('short_abandon'), 's')} does not count"


def _in(statuses: tuple[str, ...], says: str) -> Tale:
    return Tale(says, statuses=statuses)


_UNTIL_SOLVE = "solved_at"
_COST = Tale(about="money: cost lines and paid hours belong to no single ticket")
_TIME = Tale(about="an agent's interval of paid time: it belongs to no single ticket")
_CUSTOMER = Tale(about="a customer, not a ticket")

TALES: dict[str, Tale] = {
    "tickets_created": Tale(decides=_created),
    "tickets_solved": Tale(decides=_solved),
    "tickets_active": Tale(decides=_stock),
    "tickets_pending": Tale(decides=_stock),
    "tickets_closed": Tale(decides=_closed),
    "backlog": Tale(decides=_stock),
    "backlog_age": Tale("since the creation", _stock, start="created_at", runs=True),
    "net_flow": Tale(decides=_flow),
    "days_of_backlog": Tale(decides=_stock),
    "tickets_per_agent": Tale(decides=_by_agent),
    "first_reply_time": Tale("from the creation to the first public human reply", start="created_at", end="first_reply_at"),
    "reply_time": Tale("from the oldest unanswered message to the reply", _waited, waits=True),
    "queue_time": Tale("from the arrival until an agent took it or the requester left", start="created_at", stated="queue_time_seconds"),
    "requester_wait_time": _in(("new", "open", "hold"), "in new, open and hold, until solved"),
    "agent_work_time": _in(("new", "open"), "in new and open, until solved"),
    "agent_wait_time": _in(("pending",), "in pending, until solved"),
    "hold_time": _in(("hold",), "on hold, until solved"),
    "unassigned_time": Tale("from the creation to the first assignment", start="created_at", end="first_assigned_at"),
    "first_resolution_time": Tale("from the creation to the first solve", start="created_at", end="first_solved_at"),
    "full_resolution_time": Tale("from the creation to the last solve", start="created_at", end=_UNTIL_SOLVE),
    "work_resolution_time": Tale(
        "from the creation to the last solve, without the time in pending", end=_UNTIL_SOLVE, without=("pending",)
    ),
    "resolved_within": Tale(
        "from the creation to the last solve", _within("resolved_within"), "created_at", _UNTIL_SOLVE, runs=True, limit="resolved_within"
    ),
    "first_reply_within": Tale(
        "from the creation to the first public human reply",
        _within("first_reply_within"),
        "created_at",
        "first_reply_at",
        runs=True,
        limit="first_reply_within",
    ),
    "resolution_rate": Tale(decides=_solved),
    "answer_rate": Tale(decides=_answered),
    "first_contact_resolution": Tale(decides=_first_contact),
    "one_touch": Tale(decides=_touched),
    "zero_touch": Tale(decides=_touched),
    "replies_per_resolution": Tale(decides=_touched),
    "reopen_rate": Tale(decides=_reopened),
    "escalation_rate": Tale(decides=_flagged("is_escalated", "moved to a higher tier", "not escalated")),
    "reassignment_rate": Tale(decides=_changed_hands),
    "next_issue_avoidance": Tale(decides=_next_issue("next_issue_avoidance")),
    "sla_attainment": Tale("from the creation to the last solve", _promised, "created_at", _UNTIL_SOLVE, runs=True, due="due_at"),
    "reply_sla_attainment": Tale("from the creation to the first public human reply", _answered, "created_at", "first_reply_at"),
    "quality_score": Tale(decides=_reviewed),
    "csat": Tale(decides=_survey("csat")),
    "csat_mean": Tale(decides=_survey("csat", (1, 5))),
    "dsat": Tale(decides=_survey("csat")),
    "nps": Tale(decides=_survey("nps")),
    "ces": Tale(decides=_survey("ces", (1, 7))),
    "survey_response_rate": Tale(decides=_invited),
    "service_level": Tale("in the queue", _service, "created_at", stated="queue_seconds", limit="service_level"),
    "speed_of_answer": Tale("in the queue until an agent answered", start="created_at", stated="queue_seconds"),
    "abandonment_rate": Tale("in the queue", _short, "created_at", stated="queue_seconds"),
    "handle_time": Tale("agent time spent on it, as recorded", stated="handle_seconds"),
    "occupancy": _TIME,
    "utilisation": _TIME,
    "cost_per_ticket": _COST,
    "cost_per_resolution": _COST,
    "tickets_per_agent_hour": Tale(decides=_solved),
    "retention_rate": _CUSTOMER,
    "churn_rate": _CUSTOMER,
    "contact_rate": Tale(decides=_created),
}

STATUS_WORDS = {
    "new": "new: with us",
    "open": "open: with us",
    "hold": "on hold: waiting for a third party",
    "pending": "pending: waiting for the customer",
    "solved": "solved",
    "closed": "closed",
    **dict.fromkeys(NOT_COUNTED, "not counted"),
}
assert set(UNSOLVED) <= set(STATUS_WORDS)  # noqa: S101  our own constants, checked on import
