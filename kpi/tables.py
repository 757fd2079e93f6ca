"""The canonical model: eight tables, each column with its type, unit, words, and whether one may split by it.

Everything else is derived from these declarations: the canonical CSV format, the unbound tables metrics are written
on, import reports, the choice of splits, what is private, and the documentation.

Times are UTC instants; durations are seconds; null is unknown, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TYPES = ("text", "instant", "count", "number", "flag", "list")
"""text · instant (UTC, microseconds) · count (whole number) · number · flag (true/false) · list (of text)."""

DUCKDB_TYPES = {
    "text": "VARCHAR",
    "instant": "TIMESTAMP",
    "count": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "list": "VARCHAR[]",
}

STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted", "spam", "merged")
UNSOLVED = ("new", "open", "pending", "hold")
SOLVED = ("solved", "closed")
NOT_COUNTED = ("deleted", "spam", "merged")
ROLES = ("agent", "requester", "bot", "system")


@dataclass(frozen=True)
class Column:
    """One canonical column. `unit` is for people ("s", "currency"); `words` lists the values a closed vocabulary allows."""

    name: str
    type: str
    about: str
    unit: str = ""
    words: tuple[str, ...] = ()
    split: bool = False
    private: bool = False
    required: bool = False
    derived: bool = False


@dataclass(frozen=True)
class Table:
    """One canonical table: its grain ("ticket"), its key (rows with the same key are the same thing) and its columns."""

    name: str
    grain: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {c.name: c for c in self.columns})

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.split)


def _text(name: str, about: str, **facts: object) -> Column:
    return Column(name, "text", about, **facts)  # type: ignore[arg-type]


def _split(name: str, about: str, **facts: object) -> Column:
    return Column(name, "text", about, split=True, **facts)  # type: ignore[arg-type]


def _at(name: str, about: str, **facts: object) -> Column:
    return Column(name, "instant", about, unit="UTC", **facts)  # type: ignore[arg-type]


def _count(name: str, about: str, **facts: object) -> Column:
    return Column(name, "count", about, **facts)  # type: ignore[arg-type]


def _number(name: str, about: str, unit: str = "", **facts: object) -> Column:
    return Column(name, "number", about, unit=unit, **facts)  # type: ignore[arg-type]


def _seconds(name: str, about: str, **facts: object) -> Column:
    return Column(name, "number", about, unit="s", **facts)  # type: ignore[arg-type]


def _flag(name: str, about: str, **facts: object) -> Column:
    return Column(name, "flag", about, **facts)  # type: ignore[arg-type]


def _two_clocks(name: str, about: str) -> tuple[Column, Column]:
    """A duration by the calendar clock and by the business clock of the working calendar."""
    return (
        _seconds(f"{name}_seconds", f"{about}, all hours.", derived=True),
        _seconds(f"{name}_business_seconds", f"{about}, inside working hours.", derived=True),
    )


TICKETS = Table(
    "tickets",
    "ticket",
    "One customer issue a row.",
    key=("ticket_id",),
    columns=(
        _text("ticket_id", "The help desk's own number of the ticket.", required=True),
        _split("source", "The tool the row came from."),
        _at("created_at", "When the ticket was created."),
        _at("first_reply_at", "When a human agent first answered in public."),
        _at("work_started_at", "When an agent first began work on it."),
        _at("first_solved_at", "When it was first solved."),
        _at("solved_at", "When it was last solved."),
        _at("closed_at", "When it was closed for good."),
        _at("updated_at", "When anything about it last changed."),
        _at("due_at", "When the resolution was promised."),
        _split("status", "Where the ticket stands now.", words=STATUSES),
        _split("channel", "The way in: e-mail, phone, chat …"),
        _split("priority", "How urgent it is, in the help desk's own words."),
        _split("type", "Kind of ticket: question, incident, request …"),
        _split("product_area", "The product or part of it the ticket is about."),
        _split("topic", "What the ticket is about."),
        Column("tags", "list", "Labels; a ticket may carry several.", split=True),
        _split("team", "The group the ticket belongs to."),
        _split("agent", "The assignee."),
        _text("requester", "Who asked.", private=True),
        _text("submitter", "Who created the ticket, where that is not the requester.", private=True),
        _split("organization", "The requester's company."),
        _split("language", "The language of the ticket."),
        _split("country", "The requester's country."),
        _count("reopens", "How often it went from solved back to unsolved."),
        _count("agent_replies", "Public agent replies, without an agent's opening message."),
        _count("requester_replies", "The requester's public messages after the opening one."),
        _count("reassignments", "How often it changed hands after the first assignment."),
        _seconds("handle_seconds", "Agent time spent on it."),
        _seconds("queue_seconds", "Wait before an agent took it (calls and chats)."),
        _flag("is_abandoned", "The requester left before an agent answered (calls and chats)."),
        _flag("is_escalated", "It moved to a higher tier."),
        _flag("is_first_contact_resolved", "The tool itself says it was resolved at first contact."),
        _flag("is_sla_met", "The resolution promise was kept."),
        _flag("is_reply_sla_met", "The reply promise was kept."),
        _number("cost", "What the ticket cost.", unit="currency"),
        _text("url", "Where to open it in the help desk.", private=True),
        *_two_clocks("first_reply", "Created to first public human reply"),
        _count("reply_waits", "How many times the requester waited for a reply and got one.", derived=True),
        _seconds("total_reply_seconds", "The sum of all those waits.", derived=True),
        *_two_clocks("first_resolution", "Created to first solve"),
        *_two_clocks("full_resolution", "Created to last solve"),
        *_two_clocks("requester_wait", "Time in new, open and hold"),
        *_two_clocks("agent_work", "Time in new and open"),
        *_two_clocks("agent_wait", "Time in pending"),
        *_two_clocks("hold", "Time on hold"),
        _seconds("unassigned_seconds", "Created to first assignment.", derived=True),
        _count("resolutions", "How often it was solved (closed, where it never was).", derived=True),
        _count("agent_stations", "Assignments to an agent, returns included.", derived=True),
        _count("team_stations", "Assignments to a team, returns included.", derived=True),
        _flag("is_one_touch", "Solved or closed with exactly one reply.", derived=True),
        _number("csat_score", "The newest satisfaction answer, on its own scale.", derived=True),
    ),
)

MESSAGES = Table(
    "messages",
    "message",
    "One message of a conversation a row.",
    columns=(
        _text("ticket_id", "The ticket it belongs to.", required=True),
        _at("sent_at", "When it was sent.", required=True),
        _text("author", "Who wrote it.", private=True),
        _text("author_role", "What the author was when writing.", words=ROLES),
        _flag("is_public", "The requester can read it; false for a private note."),
        _split("channel", "The way it was sent."),
        _text("text", "Its words.", private=True),
    ),
)

CHANGES = Table(
    "changes",
    "change",
    "One change of one field of a ticket a row; the first status of a ticket is a row at its creation.",
    columns=(
        _text("ticket_id", "The ticket that changed.", required=True),
        _at("changed_at", "When it changed.", required=True),
        _text("field", "Which field: status, team, agent, priority, schedule …", required=True),
        _text("old", "The value before."),
        _text("new", "The value after."),
    ),
)

SURVEYS = Table(
    "surveys",
    "answer or invitation",
    "One survey answer, or invitation without an answer, a row.",
    columns=(
        _text("ticket_id", "The ticket it is about, where it is about one."),
        _text("requester", "Who was asked.", private=True),
        _text("kind", "csat, nps or ces.", words=("csat", "nps", "ces"), required=True),
        _number("score", "The answer, on its own scale; empty when unanswered."),
        _number("scale_low", "The lowest score of the scale."),
        _number("scale_high", "The highest score of the scale."),
        _flag("is_higher_better", "True unless a low score is the good end."),
        _at("offered_at", "When the survey was sent."),
        _at("answered_at", "When it was answered."),
        _text("comment", "The requester's words.", private=True),
        _split("agent", "Whom the answer is about."),
        _split("team", "The team it is about."),
        _split("channel", "The way it was asked."),
    ),
)

REVIEWS = Table(
    "reviews",
    "rating of a category in a quality review",
    "One rated category of one quality review a row.",
    columns=(
        _text("review_id", "The review the rating belongs to.", required=True),
        _text("ticket_id", "The ticket that was reviewed."),
        _text("reviewer", "Who reviewed.", private=True),
        _split("agent", "Whose work was reviewed."),
        _split("kind", "self, manager or peer.", words=("self", "manager", "peer")),
        _split("category", "What was rated: tone, solution, grammar …"),
        _number("score", "The rating; empty means not applicable."),
        _number("scale_low", "The lowest rating of the scale."),
        _number("scale_high", "The highest rating of the scale."),
        _number("weight", "The weight of the category in the review; empty counts as 1."),
        _flag("is_critical", "Below half of the scale the whole review scores 0."),
        _at("reviewed_at", "When it was reviewed."),
    ),
)

AGENT_TIME = Table(
    "agent_time",
    "agent and interval",
    "What an agent's paid time went into, one interval a row.",
    columns=(
        _split("agent", "The agent.", required=True),
        _split("team", "The agent's team."),
        _at("started_at", "When the interval began.", required=True),
        _seconds("paid_seconds", "Paid time."),
        _seconds("available_seconds", "Time waiting for work, ready to take it."),
        _seconds("handling_seconds", "Time handling tickets, calls and chats."),
        _seconds("other_seconds", "Paid time on anything else: breaks, training, meetings."),
        _number("hourly_cost", "Loaded cost of a paid hour.", unit="currency"),
    ),
)

COSTS = Table(
    "costs",
    "cost line",
    "What support cost over a span of time, one line a row.",
    columns=(
        _at("period_start", "Where the span begins.", required=True),
        _at("period_end", "Where the span ends (not included)."),
        _split("category", "salaries, benefits, equipment, software …"),
        _number("amount", "How much.", unit="currency", required=True),
        _text("currency", "In which currency."),
        _split("team", "The team it was spent on, where it is known."),
        _split("channel", "The channel it was spent on, where it is known."),
    ),
)

CUSTOMERS = Table(
    "customers",
    "customer",
    "One customer a row.",
    key=("requester",),
    columns=(
        _text("requester", "The customer, named as in tickets.", required=True, private=True),
        _at("became_customer_at", "When the customer came."),
        _at("left_at", "When the customer left; empty while still here."),
        _split("segment", "The group the customer belongs to."),
    ),
)

TABLES: dict[str, Table] = {t.name: t for t in (TICKETS, MESSAGES, CHANGES, SURVEYS, REVIEWS, AGENT_TIME, COSTS, CUSTOMERS)}

ROW_EXPORT = (
    *(c.name for c in TICKETS.columns if not c.derived),
    *(c.name for c in TICKETS.columns if c.derived and c.name not in ("agent_replies", "requester_replies", "reopens")),
)
"""The columns of the row-per-ticket export: every canonical column, then every computed one."""
