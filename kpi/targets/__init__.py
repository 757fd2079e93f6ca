"""Targets: which number is to go where by when, kept in targets.toml (docs/targets.md), and held against the data."""

from kpi.targets.amounts import Change, amount, change
from kpi.targets.balance import Counter
from kpi.targets.counters import COUNTERS
from kpi.targets.file import Problem, Targets, of_table, read, table_of, to_toml
from kpi.targets.judgement import STATUSES, Judgement, judge
from kpi.targets.outlook import Outlook
from kpi.targets.smallest import Smallest
from kpi.targets.target import Target, check
from kpi.targets.weeks import Level, Scale, Weeks, is_pooled, level, several, weekly

__all__ = [
    "COUNTERS",
    "STATUSES",
    "Change",
    "Counter",
    "Judgement",
    "Level",
    "Outlook",
    "Problem",
    "Scale",
    "Smallest",
    "Target",
    "Targets",
    "Weeks",
    "amount",
    "change",
    "check",
    "is_pooled",
    "judge",
    "level",
    "of_table",
    "read",
    "several",
    "table_of",
    "to_toml",
    "weekly",
]
