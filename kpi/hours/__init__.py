"""Working hours: how many seconds of a span were business time, and when N business seconds are over.

The rules, all of them:

* **An instant is open when the clock on the wall, in the schedule's IANA zone, then reads a date and time inside one of
  that date's spans.** Spans are half-open: 09:00 is open, 17:00 of "09:00-17:00" is not.
* **Business time is elapsed time**: the real seconds of the open instants, to the microsecond. A "00:00-24:00" day lasts
  23, 24 or 25 hours. Where the clock jumps forward, times it skips never happen: a span that would open inside the gap
  opens at the jump, one wholly inside the gap (or on a date the zone skipped) lasts nothing. Where the clock is put
  back, times it reads twice count both times.
* **A span belongs to the date it starts on.** "22:00-06:00" on Monday runs to Tuesday 06:00, whatever Tuesday is.
* **A date's spans** are its override if it has one (also on a holiday; `[]` closes the date), else none on a holiday,
  else the hours of its weekday. So a holiday or override on Tuesday removes or replaces the spans that *start* on Tuesday,
  their tail on Wednesday included, and leaves the tail of Monday's night shift alone.
* **Spans that touch are one** ("…-24:00" and "00:00-…"); spans that overlap are refused, over midnight too.
* **Between**: an end before its start gives 0; an unknown instant (NaT) gives nan; no open second gives 0.0, a real value.
* **Due**: the earliest instant by which N seconds have been worked, so it may be a closing time; for N = 0 the first open
  instant at or after the start. Unknown start, unknown or negative N, or no such instant before 2200 (a schedule that
  never opens again): NaT.
* **Years 1900 to 2199** are kept. An instant outside (a 0001 or 9999 that stands for "never") is unknown: nan or NaT.

Public holidays come from the `holidays` package, which knows a bounded run of years for each country; a year it does not
know has none. Instants are UTC throughout, as `datetime64`; a zone serves only to find the open hours.
"""

from kpi.hours.calendar import Calendar
from kpi.hours.file import parse_calendar, read_calendar
from kpi.hours.schedule import DAYS, Schedule, Span
from kpi.hours.zones import known_zones, offset_changes

__all__ = ["DAYS", "Calendar", "Schedule", "Span", "known_zones", "offset_changes", "parse_calendar", "read_calendar"]
