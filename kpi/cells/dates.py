"""The grammar of written dates: from a shape (`99/9/9999 99:99 PM`) to an exact `strptime` format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

ENGLISH = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_MONTHS = {
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "de short": "jan feb mär apr mai jun jul aug sep okt nov dez",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fr short": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "es short": "ene feb mar abr may jun jul ago sept oct nov dic",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pt short": "jan fev mar abr mai jun jul ago set out nov dez",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "it short": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "nl short": "jan feb mrt apr mei jun jul aug sep okt nov dec",
}
MONTHS = {word: number for words in _MONTHS.values() for number, word in enumerate(words.split(), start=1)}
MONTHS |= {name.casefold(): n for n, name in enumerate(ENGLISH, start=1)}
MONTHS |= {name[:3].casefold(): n for n, name in enumerate(ENGLISH, start=1)}
"""Month words of the interface languages exports are seen in; none of them means two different months."""

_HOUR = 3600
ABBREVIATIONS = {
    "EST": -5 * _HOUR, "EDT": -4 * _HOUR, "CST": -6 * _HOUR, "CDT": -5 * _HOUR,
    "MST": -7 * _HOUR, "MDT": -6 * _HOUR, "PST": -8 * _HOUR, "PDT": -7 * _HOUR,
    "AKST": -9 * _HOUR, "AKDT": -8 * _HOUR, "HST": -10 * _HOUR, "BRT": -3 * _HOUR,
    "WET": 0, "WEST": _HOUR, "BST": _HOUR, "CET": _HOUR, "CEST": 2 * _HOUR, "EET": 2 * _HOUR, "EEST": 3 * _HOUR,
    "MSK": 3 * _HOUR, "SGT": 8 * _HOUR, "JST": 9 * _HOUR, "AEST": 10 * _HOUR, "AEDT": 11 * _HOUR,
    "NZST": 12 * _HOUR, "NZDT": 13 * _HOUR,
}  # fmt: skip
"""Zone abbreviations, in seconds east of UTC, with the meaning they have beside help-desk dates (CST = US Central, BST =
British Summer Time). Those with several common meanings (IST, AST) are left out: their cells stay unread, with the reason."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(
    r"""(?:(?P<weekday>[A-Za-z]{3,9})(?P<after>,?\ ))?
    (?: (?P<ymd>9{4}(?P<s1>[-/.])9{1,2}(?P=s1)9{1,2})
      | (?P<order>9{1,2}(?P<s2>[-/.])9{1,2}(?P=s2)(?P<year>9{4}|9{2}))
      | (?P<dmony>9{1,2}(?P<d1>\.?[-/\ ]|\.)(?P<m1>[^\W\d_]{3,12}\.?)(?P<d2>,?[-/\ .])(?P<y1>9{4}|9{2}))
      | (?P<mondy>(?P<m2>[^\W\d_]{3,12}\.?)\ 9{1,2}(?P<d3>,?\ )9{4})
    )""",
    re.VERBOSE,
)
_TIME = re.compile(
    r"""(?P<gap>\ at\ |,\ |T|\ +)9{1,2}:9{2}(?P<second>:9{2}(?P<fraction>[.,]9{1,9})?)?
    (?P<half>(?P<blank>[\ \u202f]?)(?P<word>[AaPp](?:\.[Mm]\.|[Mm])))?""",
    re.VERBOSE,
)
_ZONE = re.compile(r"(?P<blank> ?)(?P<zone>Z|UTC|GMT|[+-]9{2}(?::?9{2})?|[A-Z]{3,4})")
_NUMBERS = (
    (re.compile(r"9{10}(\.9+)?"), "unix"),
    (re.compile(r"9{13}(\.9+)?"), "unix_ms"),
    (re.compile(r"9{16}"), "unix_us"),
    (re.compile(r"9{5}(\.9+)?"), "excel"),
)
_COMPACT = {"99999999": "%Y%m%d", "99999999999999": "%Y%m%d%H%M%S", "99999999T999999Z": "%Y%m%dT%H%M%SZ"}


@dataclass(frozen=True)
class Form:
    """How texts of one shape are read: a format for each order of day and month, and where their zone is written.

    `zone` is "" (none), "utc" (a literal), "offset" (`%z`) or a key of `ABBREVIATIONS`; `number` names a plain-number clock.
    """

    dmy: str = ""
    mdy: str = ""
    zone: str = ""
    number: str = ""
    has_time: bool = True
    replace: dict[str, str] = field(default_factory=dict)

    @property
    def needs_order(self) -> bool:
        return self.dmy != self.mdy

    def pattern(self, order: str) -> str:
        return self.dmy if order == "dmy" else self.mdy


@lru_cache(maxsize=4096)
def read_shape(shape: str) -> Form | None:
    """The form of a shape (a date text with every digit a 9), or None when no date is written like that."""
    number = next((name for pattern, name in _NUMBERS if pattern.fullmatch(shape)), "")
    if number:
        return Form(number=number)
    if shape in _COMPACT:
        fmt = _COMPACT[shape]
        return Form(fmt, fmt, zone="utc" if fmt.endswith("Z") else "", has_time="%H" in fmt)
    date = _DATE.match(shape)
    replace: dict[str, str] = {}
    orders = _date_formats(date, replace) if date else None
    if date is None or orders is None:
        return None
    rest = shape[date.end() :]
    clock, has_time = "", False
    time = _TIME.match(rest)
    if time:
        clock, has_time, rest = _time_format(time, replace), True, rest[time.end() :]
    zone = ""
    if rest:
        tail = _ZONE.fullmatch(rest)
        zone = _zone_kind(tail["zone"]) if tail and has_time else ""
        if tail is None or not zone:
            return None
        clock += _zone_format(tail)
    dmy, mdy = (f"{o}{clock}" for o in orders)
    return Form(dmy, mdy, zone=zone, has_time=has_time, replace=replace)


def _date_formats(date: re.Match[str], replace: dict[str, str]) -> tuple[str, str] | None:
    lead = ""
    if date["weekday"]:
        day = date["weekday"].casefold()
        if not any(day in (w, w[:3]) for w in _WEEKDAYS):
            return None
        lead = ("%a" if len(day) == 3 else "%A") + date["after"]
    if date["ymd"]:
        s = date["s1"]
        return (f"{lead}%Y{s}%m{s}%d",) * 2
    if date["order"]:
        s, year = date["s2"], "%Y" if len(date["year"]) == 4 else "%y"
        return f"{lead}%d{s}%m{s}{year}", f"{lead}%m{s}%d{s}{year}"
    word = date["m1"] or date["m2"]
    number = MONTHS.get(word.rstrip(".").casefold())
    if number is None:
        return None
    name = ENGLISH[number - 1]
    plain = word.casefold()
    month = "%B" if plain == name.casefold() and len(name) > 3 else "%b"
    if plain not in (name.casefold(), name[:3].casefold()):
        replace[word] = name[:3]
    if date["dmony"]:
        year = "%Y" if len(date["y1"]) == 4 else "%y"
        return (f"{lead}%d{date['d1']}{month}{date['d2']}{year}",) * 2
    return (f"{lead}{month} %d{date['d3']}%Y",) * 2


def _time_format(time: re.Match[str], replace: dict[str, str]) -> str:
    clock = "%I:%M" if time["half"] else "%H:%M"
    if time["second"]:
        clock += ":%S"
    if time["fraction"]:
        clock += time["fraction"][0] + ("%f" if len(time["fraction"]) <= 7 else "%n")
    if time["half"]:
        if "." in time["word"]:
            replace[time["word"]] = time["word"].replace(".", "")
        clock += time["blank"] + "%p"
    return time["gap"].replace("  ", " ") + clock


def _zone_kind(zone: str) -> str:
    if zone in ("Z", "UTC", "GMT"):
        return "utc"
    if zone[0] in "+-":
        return "offset"
    return zone if zone in ABBREVIATIONS else ""


def _zone_format(tail: re.Match[str]) -> str:
    return tail["blank"] + ("%z" if tail["zone"][0] in "+-" else tail["zone"])
