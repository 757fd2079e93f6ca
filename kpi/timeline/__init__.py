"""One ticket, told: what happened to it, and which of its time a metric counts.

`events` lists what happened; `counted` says what a metric takes from it and why. What `counted` adds up from the events is the very
value the metric has for that ticket (`kpi.rows`); a test holds the two together over the whole catalogue.
"""

from kpi.timeline.counting import Counted, counted
from kpi.timeline.events import events, statuses
from kpi.timeline.open_hours import open_hours
from kpi.timeline.story import Story, read
from kpi.timeline.told import TALES, Tale

__all__ = ["TALES", "Counted", "Story", "Tale", "counted", "events", "open_hours", "read", "statuses"]
