"""The scopes under which every metric must keep the laws: each grain, clock, statistic and variant at least once. Dates are days after the data begin."""

from typing import Any

SCOPES: dict[str, dict[str, Any]] = {
    "all": {},
    "month": {"by": "month"},
    "week by channel": {"by": "week", "split": ["channel"]},
    "tags": {"split": ["tags"]},
    "business p90": {"clock": "business", "statistic": "p90"},
    "mean by team": {"statistic": "mean", "split": ["team"]},
    "quarter p95, Sydney": {"by": "quarter", "statistic": "p95", "zone": "Australia/Sydney"},
    "day of a month": {"by": "day", "start": 6, "end": 37},
    "p75, by creation, finished clocks, A": {
        "statistic": "p75",
        "params": {"cohort": "created", "clocks": "finished", "first_contact_resolution": "A"},
    },
    "by creation and priority, E": {
        "by": "month",
        "split": ["priority"],
        "params": {"cohort": "created", "first_contact_resolution": "E"},
    },
    "every status, B": {"params": {"statuses": "all", "first_contact_resolution": "B"}},
    "C, by agent": {"params": {"first_contact_resolution": "C", "cluster": "agent"}},
    "D": {"by": "year", "params": {"first_contact_resolution": "D"}},
    "F": {"params": {"first_contact_resolution": "F"}},
    "G": {"params": {"first_contact_resolution": "G"}},
    "as of the past": {"as_of": 36.5},
}
