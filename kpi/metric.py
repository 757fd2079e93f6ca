"""What a metric is: one declaration over measured tables. No data is touched here; Ibis expressions wait for an engine.

A metric has a *form* (`kpi.forms`) that says which sums must travel together and how they become a value with an interval. Thresholds are
placeholders (`Param`), filled from the Scope when the query is compiled; so are the clock and the statistic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis

from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.tables import AGENT_TIME, COSTS, CUSTOMERS, SURVEYS, TICKETS, Table

if TYPE_CHECKING:
    from kpi.forms import Form

IBIS_TYPES = {
    "text": "string",
    "instant": "timestamp(6)",
    "count": "int64",
    "number": "float64",
    "flag": "boolean",
    "list": "array<string>",
}
_ALSO = {
    "is_solved": "boolean",
    "is_counted": "boolean",
    "is_answered": "boolean",
    "is_clock_running": "boolean",
    "closes": "int64",
    "participants": "int64",
    "first_reopened_at": "timestamp(6)",
    "first_assigned_at": "timestamp(6)",
    "next_created_at": "timestamp(6)",
    "ended_at": "timestamp(6)",
    "work_resolution_seconds": "float64",
    "work_resolution_business_seconds": "float64",
    "queue_time_seconds": "float64",
    "age_seconds": "float64",
    "age_business_seconds": "float64",
    "unanswered_seconds": "float64",
    "unanswered_business_seconds": "float64",
}
_SPAN = {"span_started_at": "timestamp(6)", "span_ended_at": "timestamp(6)"}
_INSTANT = {"instant": "timestamp(6)", "instant_epoch": "float64", "until": "timestamp(6)"}


def _columns(table: Table) -> dict[str, str]:
    return {c.name: IBIS_TYPES[c.type] for c in table.columns}


_TICKET = {**_columns(TICKETS), **_ALSO}
_BESIDE = {c: IBIS_TYPES[TICKETS.by_name[c].type] for c in TICKETS.splits if c != "status"}
_NEAR = {"ticket_id": "string", "created_at": "timestamp(6)", "requester": "string", "status": "string", **_BESIDE, "is_counted": "boolean"}

MEASURED: dict[str, dict[str, str]] = {
    "tickets": _TICKET,
    "replies": {
        **_NEAR,
        "ordinal": "int64",
        "replied_at": "timestamp(6)",
        "replier": "string",
        "reply_wait_seconds": "float64",
        "reply_wait_business_seconds": "float64",
    },
    "open_spans": {**_NEAR, **_SPAN, "span_status": "string", "created_epoch": "float64"},
    "solved_spans": {**_NEAR, **_SPAN},
    "surveys": {
        **_columns(SURVEYS),
        **_BESIDE,
        "position": "float64",
        "is_valid": "boolean",
        "is_latest": "boolean",
        "is_offered": "boolean",
        "is_answered_survey": "boolean",
        "is_time_assumed": "boolean",
        "rated_at": "timestamp(6)",
        "asked_at": "timestamp(6)",
        "is_counted": "boolean",
    },
    "quality_reviews": {
        **_BESIDE,
        "review_id": "string",
        "ticket_id": "string",
        "review_kind": "string",
        "review_score": "float64",
        "reviewed_at": "timestamp(6)",
        "is_counted": "boolean",
    },
    "agent_time": {**_columns(AGENT_TIME), "is_counted": "boolean"},
    "cost_days": {
        "spent_on": "timestamp(6)",
        "amount": "float64",
        **dict.fromkeys(("currency", "basis", *COSTS.splits), "string"),
        "is_counted": "boolean",
    },
    "customers": {**_columns(CUSTOMERS), **_SPAN, "is_counted": "boolean"},
}
"""The tables `kpi.lifecycle` leaves behind, with the columns metrics may name."""


CREATED = {"created_weekday": "isodow", "created_hour": "hour"}
"""Columns nobody stores: the weekday (1 Monday to 7 Sunday) and hour (0 to 23) a ticket was created at, by the clock of the reporting zone.

The right side is the field of SQL's EXTRACT. Every table with `created_at` may be filtered and split by them.
"""

RESERVED = frozenset(
    {
        *CREATED,
        *(column for columns in MEASURED.values() for column in columns),
        *_INSTANT,
        *"has_status_events has_message_events has_assignment_events wait_started_at".split(),
        *"metric period group bucket value low high n top bottom unit is_complete notes reason".split(),
        *"before before_n change change_low change_high is_beyond_noise".split(),
    }
)
"""Names that mean something in measured tables or in results: a column an export brings along may not take one."""


def columns_of(table: str, extras: Iterable[str]) -> dict[str, str]:
    """Measured table -> its columns with Ibis types; `extras` are the columns an export brought along."""
    own = {} if table in ("agent_time", "cost_days", "customers") else dict.fromkeys(extras, "string")
    return {**own, **MEASURED[table]}


NONE = "(none)"
"""The group of rows whose value is not known: named, never lost."""
MANY = ("tags",)
"""List columns: a row counts in each of its groups, so the groups do not add up to the whole."""


def condition(name: str, column: str, words: Sequence[str]) -> str:
    """A filter as SQL that DuckDB and PostgreSQL read: rows whose column has one of the words ("(none)" for unknown); a list column, any of them.

    `name` is the column as SQL; the words are quoted.
    """
    none, *known = ("'" + word.replace("'", "''") + "'" for word in (NONE, *(word for word in words if word != NONE)))
    if column in MANY:
        hits = [f"{word} = ANY({name})" for word in known]
        hits += [f"{name} IS NULL OR COALESCE(array_length({name}, 1), 0) = 0 OR {none} = ANY({name})"] if NONE in words else []
    else:
        text = f"CAST({name} AS VARCHAR)"
        hits = [f"{text} IN ({', '.join(known)})"] if known else []
        hits += [f"{text} IS NULL OR {text} = {none}"] if NONE in words else []
    return f"({' OR '.join(hits)})"


LOCAL_DATES = frozenset({"spent_on"})
"""Time columns that are dates of the reporting zone already."""


def measured(name: str) -> Any:
    """The unbound table metrics are written on: a mistyped column fails on import."""
    return ibis.table(MEASURED[name], name=name)


def at_instants(name: str) -> Any:
    """A table of spans seen at instants: a row per span alive at `instant`; `until` is where the period of that instant ends."""
    return ibis.table({**MEASURED[name], **_INSTANT}, name=f"{name}_at")


@dataclass(frozen=True)
class Param:
    """A threshold or choice that a Scope may set (`--param NAME=VALUE`).

    `kind` is "duration" (written 20s, 15m, 4h, 7d; a bare number is in `unit`) or "choice" (one of `choices`, code -> words).
    """

    name: str
    about: str
    default: str
    kind: str = "duration"
    unit: str = "s"
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)
    seconds: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", ibis.param("float64"))

    def read(self, text: str) -> str | float:
        """A text from outside as the choice's code or as seconds; BadValue says what is wrong."""
        if self.kind == "choice":
            found = {c.casefold(): c for c in self.choices}.get(text.strip().casefold())
            if found is None:
                raise BadValue(f"{self.name} cannot be {text!r}.", f"It may be {', '.join(self.choices)}.")
            return found
        return seconds_of(text, self.unit, self.name)


_UNIT_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def seconds_of(text: str, unit: str = "s", name: str = "the duration") -> float:
    """ "4h" -> 14400.0; a bare number is in `unit`."""
    plain = text.strip().lower().replace(" ", "")
    number = plain.rstrip("smhdwin")
    suffix = plain[len(number) :] or unit
    try:
        value = float(number) * _UNIT_SECONDS[suffix]
    except (ValueError, KeyError):
        raise BadValue(f"{name} cannot be {text!r}.", "Write a number and a unit: 20s, 15m, 4h, 7d.") from None
    if not 0 <= value < 1e10:
        raise BadValue(f"{name} cannot be {text!r}.", "It must be between 0 and 300 years.")
    return value


FCR_VARIANTS = {
    "A": "solved with exactly one agent reply",
    "B": "solved without a further customer message",
    "C": "closed once, with one participating agent",
    "D": "not reopened within the window after the first solve",
    "A+D": "exactly one agent reply and not reopened within the window",
    "E": "no other ticket by the same requester within the window",
    "F": "first contact resolution as the tool or the customer says",
    "G": "solved within 15 minutes of creation",
}

PARAMS: dict[str, Param] = {
    p.name: p
    for p in (
        Param("first_reply_within", "Replied within this time counts as in time.", "24h", unit="h"),
        Param("resolved_within", "Solved within this time counts as in time.", "24h", unit="h"),
        Param("service_level", "Answered within this time counts as in time.", "20s"),
        Param("short_abandon", "Callers who leave sooner leave numerator and denominator.", "5s"),
        Param(
            "next_issue_avoidance",
            "No other ticket by the same requester within this time after the first solve.",
            "7d",
            unit="d",
        ),
        Param("fcr_window", "A reopen or repeat contact within this time means not resolved at first contact.", "7d", unit="d"),
        Param("first_contact_resolution", "Which definition of first contact resolution.", "A+D", "choice", choices=FCR_VARIANTS),
        Param(
            "clocks",
            "Whether an open ticket past its promise counts.",
            "all",
            "choice",
            choices={"all": "running clocks past their target count as breached", "finished": "finished clocks only"},
        ),
        Param(
            "statuses",
            "Whether deleted, spam and merged tickets count.",
            "counted",
            "choice",
            choices={"counted": "deleted, spam and merged tickets left out", "all": "every status kept"},
        ),
        Param(
            "cohort",
            "Which tickets a duration is about: those that ended in the period, or those created in it.",
            "ended",
            "choice",
            choices={
                "ended": "tickets whose clock ended in the period",
                "created": "tickets created in the period, open ones counted",
            },
        ),
        Param(
            "cluster",
            "Widen the intervals of shares for answers that hang together by agent.",
            "none",
            "choice",
            choices={"none": "every row counts as independent", "agent": "widened by the design effect of agents"},
        ),
    )
}

STATISTICS = {"median": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "mean": None}
CLOCKS = {"calendar": "all hours", "business": "working hours"}
AS_OF = ibis.param("timestamp(6)")
"""Placeholder for the instant one stands at."""


@dataclass(frozen=True)
class Ask:
    """The switches of a Scope that a form needs: clock, statistic (None = the metric's own) and parameters, read and complete."""

    clock: str = "calendar"
    statistic: str | None = None
    params: tuple[tuple[str, str | float], ...] = ()

    def choice(self, name: str) -> str:
        if name == "clock":
            return self.clock
        return str(dict(self.params).get(name, PARAMS[name].default))

    def seconds(self, name: str) -> float:
        param = PARAMS[name]
        value = dict(self.params).get(name)
        return float(value) if value is not None else float(param.read(param.default))


def read_params(given: Mapping[str, str]) -> tuple[tuple[str, str | float], ...]:
    """`--param` pairs, checked; UnknownName or BadValue in one sentence."""
    pairs = []
    for name, text in sorted(given.items()):
        if name not in PARAMS:
            raise UnknownName(f"There is no parameter {name!r}.", did_you_mean(name, PARAMS) or f"There are {', '.join(PARAMS)}.")
        pairs.append((name, PARAMS[name].read(str(text))))
    return tuple(pairs)


BETTER = ("higher", "lower", "neither")


@dataclass(frozen=True)
class Metric:
    """One KPI. `name` is snake case without a unit; `unit` is s, %, count, points, score, ratio or currency.

    `about` says what it is, `formula` how it is made, `reference` where the rule comes from; `needs` lists the canonical columns it can be made
    from, any one alternative being enough ("tickets.created_at & messages.sent_at"). `by` says whose time decides the period. `best` and
    `worst` are the ends of its range where it has them.
    """

    name: str
    label: str
    family: str
    about: str
    formula: str
    unit: str
    better: str
    form: Form
    by: str
    reference: str
    needs: tuple[str, ...]
    low: float | None = 0.0
    high: float | None = None
    params: tuple[str, ...] = ()

    def missing(self, filled: frozenset[str], ask: Ask | None = None) -> tuple[str, ...]:
        """The canonical columns still lacking for the nearest alternative of the variant asked for; empty when it can be measured."""
        by_variant = getattr(self.form, "needs", {})
        needs = by_variant.get((ask or Ask()).choice(self.form.by), self.needs) if by_variant else self.needs  # type: ignore[attr-defined]
        lacks = [tuple(c for c in alternative.split(" & ") if c not in filled) for alternative in needs]
        return min(lacks, key=len) if lacks else ()


def described(metric: Metric) -> dict[str, Any]:
    """A metric as `kpi metrics` and the API tell it."""
    own = [p for p in metric.params if p in PARAMS]
    return {
        "id": metric.name,
        "name": metric.name,
        "label": metric.label,
        "family": metric.family,
        "about": metric.about,
        "formula": metric.formula,
        "unit": metric.unit,
        "better": metric.better,
        "direction": {"higher": "higher is better", "lower": "lower is better", "neither": "neither is better"}[metric.better],
        "period": metric.by,
        "reference": metric.reference,
        "needs": list(metric.needs),
        "range": [metric.low, metric.high],
        "switches": [p for p in metric.params if p not in PARAMS],
        "params": [{"name": p, "about": PARAMS[p].about, "default": PARAMS[p].default, "choices": dict(PARAMS[p].choices)} for p in own],
    }
