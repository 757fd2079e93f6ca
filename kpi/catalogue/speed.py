"""How long people wait, and how long the work takes. Durations belong to the period in which their clock ended."""

from __future__ import annotations

import ibis

from kpi.catalogue.tables import replies, tickets
from kpi.forms import Choice, Duration, Form, Share, both_clocks
from kpi.metric import PARAMS, Metric

FAMILY = "speed"
_REPLY_NEEDS = ("tickets.created_at & messages.sent_at", "tickets.created_at & tickets.first_reply_at", "tickets.first_reply_seconds")
_SOLVE_NEEDS = (
    "tickets.created_at & tickets.solved_at",
    "tickets.created_at & tickets.closed_at",
    "tickets.created_at & changes.status",
    "tickets.full_resolution_seconds",
)
_FIRST_SOLVE_NEEDS = (*_SOLVE_NEEDS[:3], "tickets.created_at & tickets.first_solved_at", "tickets.first_resolution_seconds")
_STATUS_NEEDS = "tickets.created_at & changes.status"
_SOLVED_KNOWN = ("tickets.status", "tickets.solved_at", "tickets.closed_at", "tickets.full_resolution_seconds")
_END = tickets.solved_at


def _in_status(name: str, label: str, statuses: str, better: str) -> Metric:
    seconds = tickets[f"{name}_seconds"]
    return Metric(
        name=f"{name}_time",
        label=label,
        family=FAMILY,
        about=f"Time a solved ticket spent in {statuses}.",
        formula=f"sum of the ticket's stretches in {statuses}; unknown while it is unsolved",
        unit="s",
        better=better,
        form=Duration(tickets, name, _END, tickets.is_solved & seconds.notnull()),
        by="last solve",
        reference="Zendesk ticket metrics; equals dbt_zendesk to the second",
        needs=(_STATUS_NEEDS, *(f"tickets.{name}_seconds & {solved}" for solved in _SOLVED_KNOWN)),
        params=("clock", "statistic"),
    )


def _within(param: str, base: str, running: str, ended: ibis.Expr) -> Choice:
    """Share of clocks that ended in time. Running clocks past the threshold count as late; those still inside it do not count yet."""
    limit = PARAMS[param].seconds

    def form(ending: str, finished_only: bool) -> Form:
        took, age = tickets[f"{base}_{ending}"], tickets[f"{running}_{ending}"]
        if finished_only:
            return Share(took <= limit, took.notnull(), ended, tickets)
        late = (age > limit).fill_null(False)
        due = tickets.created_at + (limit * 1e6).cast("int64").as_interval("us")
        return Share(
            ibis.cases((took.notnull(), took <= limit), (late, False)),
            took.notnull() | late,
            ibis.coalesce(ended, due),
            tickets,
            asides={
                "late": (took.isnull() & late, "still open past the threshold, counted as late"),
                "running": (took.isnull() & age.notnull() & ~late, "still open within the threshold, not counted yet"),
            },
        )

    return Choice(
        "clocks",
        {
            "all": both_clocks(lambda ending: form(ending, finished_only=False)),
            "finished": both_clocks(lambda ending: form(ending, finished_only=True)),
        },
    )


METRICS = (
    Metric(
        name="first_reply_time",
        label="First reply",
        family=FAMILY,
        about="From the creation of a ticket to the first public reply by a human agent.",
        formula="first public agent reply − created",
        unit="s",
        better="lower",
        form=Duration(
            tickets,
            "first_reply",
            tickets.first_reply_at,
            tickets.is_answered,
            start=tickets.created_at,
            running="unanswered",
            missing="replied to without a usable time (before the creation, or not recorded), left out",
        ),
        by="first reply",
        reference="Zendesk first reply time",
        needs=_REPLY_NEEDS,
        params=("clock", "statistic", "cohort"),
    ),
    Metric(
        name="reply_time",
        label="Every reply",
        family=FAMILY,
        about="From the requester's oldest unanswered message to the next public reply; one wait per run of messages.",
        formula="reply − oldest unanswered requester message (creation, for the first)",
        unit="s",
        better="lower",
        form=Duration(replies, "reply_wait", replies.replied_at, replies.ticket_id.notnull()),
        by="reply",
        reference="Zendesk next reply time, dbt_zendesk",
        needs=("tickets.created_at & messages.sent_at",),
        params=("clock", "statistic"),
    ),
    Metric(
        name="queue_time",
        label="Time in queue",
        family=FAMILY,
        about="From the arrival of a contact until an agent takes it or the requester leaves.",
        formula="queue seconds, or work started − created",
        unit="s",
        better="lower",
        form=Duration(tickets, "queue_time", tickets.created_at, tickets.queue_time_seconds.notnull()),
        by="creation",
        reference="ICMI glossary: delay in queue",
        needs=("tickets.queue_seconds", "tickets.created_at & tickets.work_started_at"),
        params=("statistic",),
    ),
    _in_status("requester_wait", "Requester wait", "new, open and hold", "lower"),
    _in_status("agent_work", "Agent work", "new and open", "lower"),
    _in_status("agent_wait", "Agent wait", "pending", "neither"),
    _in_status("hold", "On hold", "hold", "lower"),
    Metric(
        name="unassigned_time",
        label="Unassigned",
        family=FAMILY,
        about="From the creation of a ticket to its first assignment to an agent.",
        formula="first assignment − created",
        unit="s",
        better="lower",
        form=Duration(tickets, "unassigned", tickets.first_assigned_at, tickets.unassigned_seconds.notnull()),
        by="first assignment",
        reference="Zendesk first assignment time",
        needs=("tickets.created_at & changes.agent", "tickets.unassigned_seconds"),
        params=("statistic",),
    ),
    Metric(
        name="first_resolution_time",
        label="First resolution",
        family=FAMILY,
        about="From the creation of a ticket to the first time it was solved.",
        formula="first solve − created (close, where never solved)",
        unit="s",
        better="lower",
        form=Duration(
            tickets,
            "first_resolution",
            tickets.first_solved_at,
            tickets.first_solved_at.notnull() | tickets.first_resolution_seconds.notnull(),
            start=tickets.created_at,
            running="age",
        ),
        by="first solve",
        reference="Zendesk first resolution time",
        needs=_FIRST_SOLVE_NEEDS,
        params=("clock", "statistic", "cohort"),
    ),
    Metric(
        name="full_resolution_time",
        label="Full resolution",
        family=FAMILY,
        about="From the creation of a ticket to the last time it was solved, reopenings included; unknown while it is unsolved.",
        formula="last solve − created (close, where never solved)",
        unit="s",
        better="lower",
        form=Duration(
            tickets,
            "full_resolution",
            _END,
            tickets.is_solved,
            start=tickets.created_at,
            running="age",
            missing="solved without a usable time (before the creation, or not recorded), left out",
        ),
        by="last solve",
        reference="Zendesk full resolution time",
        needs=_SOLVE_NEEDS,
        params=("clock", "statistic", "cohort"),
    ),
    Metric(
        name="work_resolution_time",
        label="Resolution without customer wait",
        family=FAMILY,
        about="Full resolution less the time the ticket waited for the customer.",
        formula="full resolution − time in pending",
        unit="s",
        better="lower",
        form=Duration(tickets, "work_resolution", _END, tickets.is_solved & tickets.work_resolution_seconds.notnull()),
        by="last solve",
        reference="ERPNext user resolution time",
        needs=(_STATUS_NEEDS, "tickets.full_resolution_seconds & tickets.agent_wait_seconds"),
        params=("clock", "statistic"),
    ),
    Metric(
        name="resolved_within",
        label="Solved in time",
        family=FAMILY,
        about="Share of tickets solved within the threshold; tickets open past it count as late.",
        formula="solved within the threshold ÷ (solved + open past the threshold)",
        unit="%",
        better="higher",
        form=_within("resolved_within", "full_resolution", "age", ibis.cases((tickets.is_solved, _END))),
        by="last solve, or the end of the threshold while open",
        reference="HDI",
        needs=_SOLVE_NEEDS,
        high=100.0,
        params=("resolved_within", "clocks", "clock"),
    ),
    Metric(
        name="first_reply_within",
        label="Replied in time",
        family=FAMILY,
        about="Share of tickets replied to within the threshold; tickets unanswered past it count as late.",
        formula="replied within the threshold ÷ (replied + unanswered past the threshold)",
        unit="%",
        better="higher",
        form=_within("first_reply_within", "first_reply", "unanswered", tickets.first_reply_at),
        by="first reply, or the end of the threshold while unanswered",
        reference="Zendesk first reply time brackets",
        needs=_REPLY_NEEDS,
        high=100.0,
        params=("first_reply_within", "clocks", "clock"),
    ),
)
