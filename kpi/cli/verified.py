"""`kpi verify`: a report, or a frozen link, held against data.

A link is looked up in the book of the server that made it (KPI_HOME, or KPI_DATABASE), by the hash of its token; nothing is asked over a network.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from kpi.cli.reports import open_folders
from kpi.cli.shared import dataset, one_line, write_json
from kpi.errors import BadValue, KpiError

if TYPE_CHECKING:
    from kpi.engine import Dataset
    from kpi.hours import Calendar
    from kpi.report import Proof
    from kpi.report.verify import Verdict
    from kpi.store.links import Link
    from kpi.store.origin import Origin

DIFFERS = 1
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
HERE = "Run it where the link was made, with KPI_HOME (or KPI_DATABASE) of that server."


def verify(options: argparse.Namespace) -> int:
    """Measure the numbers of a report or a link again. 0: all are equal; 1: some differ; 2: it cannot be told."""
    if not options.files:
        raise BadValue("No report was given.", "Name the report (or a link's address), then the files it was made from.")
    first = options.files.pop(0)
    token = token_of(first)
    return _file(first, options) if token is None else _link(token, options)


def token_of(given: str) -> str | None:
    """The token of a link's address, or a token itself; None for the name of a file. BadValue for an address that has none."""
    if Path(given).exists():
        return None
    if TOKEN.fullmatch(given):
        return given
    if "://" not in given and not given.startswith("?"):
        return None
    found = parse_qs(urlsplit(given).query).get("link", [""])[-1]
    if "." in found:
        raise BadValue("This is the address of your own look at a link, and no link.", "Name the address that readers were sent.")
    if not found:
        raise BadValue("This address names no link.", "A link's address has ?link=… in it.")
    return found


def _file(name: str, options: argparse.Namespace) -> int:
    """A file against the data named after it."""
    from kpi.engine import Seen  # noqa: PLC0415  reading loads the database; --help must not wait for it
    from kpi.report.verify import carried  # noqa: PLC0415
    from kpi.report.verify import verify as held_against  # noqa: PLC0415
    from kpi.store import calendars  # noqa: PLC0415

    proof = carried(name)
    open_folders(options)
    if not options.files:
        raise BadValue("No data were given.", "Name the report, then the files it was made from.")
    calendar = _calendar(options)
    whole = _read(options, proof.zone, proof.date_orders)
    if proof.view is None or whole.fingerprint == proof.fingerprint or options.names:
        return _told(held_against(proof, whole, calendar))
    found = _origin(proof)
    if found is not None:
        hours = _hours(found.link) if found.link else calendars(found.key)
        return _told(held_against(proof, whole.as_seen(found.seen), calendar, hours), found.link)
    told = held_against(proof, whole.as_seen(Seen(since=proof.view.since, until=proof.view.until)), calendar)
    if not told.is_equal:  # what the part leaves out is not known, so nobody can tell why
        raise BadValue("The file shows a part of the data, and which part is only known to the server it comes from.", HERE)
    return _told(told)


def _origin(proof: Proof) -> Origin | None:
    """The part of the data a file shows, as this server knows it again."""
    from kpi.store.origin import origin  # noqa: PLC0415

    return origin(proof.fingerprint, proof.view.since, proof.view.until) if proof.view else None


def _link(token: str, options: argparse.Namespace) -> int:
    """What a frozen link pinned against the data named after it, or against those it keeps."""
    from kpi import store  # noqa: PLC0415
    from kpi.report.proof import parsed  # noqa: PLC0415
    from kpi.report.verify import verify as held_against  # noqa: PLC0415
    from kpi.store import database  # noqa: PLC0415

    link = store.links.look(token) if database.is_there() else None
    if link is None:
        raise BadValue("This link is not one of this server's, or it was cleared away.", HERE)
    kept = store.links.kept(link)
    if not link.is_frozen:
        raise BadValue(
            "This link is live: it follows the data, and holds no number of its own.",
            "Verify a file its reader downloaded, or freeze a link.",
        )
    if link.revoked_at:
        raise BadValue(
            f"This link was revoked on {link.revoked_at:%Y-%m-%d}, and what it kept is gone.", "A file made from it can be verified."
        )
    if store.links.PROOF not in kept:
        raise BadValue("No numbers were kept with this link.", "Verify a file its reader downloaded.")
    proof = parsed(json.dumps(kept[store.links.PROOF]), "the link")
    opened = store.shared(link)
    data, said = opened.dataset, store.options(link.data_key)
    open_folders(options)
    calendar = _calendar(options)
    if options.files:
        data = _read(options, said.zone, said.date_orders, said.mappings).as_seen(data.seen)
    return _told(held_against(proof, data, calendar, opened.hours), link)


def _hours(link: Link) -> Mapping[str, Calendar]:
    """The working hours a link may count by; none where its data are gone."""
    from kpi.store import shared  # noqa: PLC0415

    try:
        return shared(link).hours
    except KpiError:
        return {}


def _read(options: argparse.Namespace, zone: str, date_orders: Mapping[str, str], mappings: Mapping[str, str] | None = None) -> Dataset:
    """The data named, read as those of the report were unless the options say otherwise."""
    options.zone = options.zone or zone or None
    options.date_order = options.date_order or [f"{column}={order}" for column, order in date_orders.items()]
    data: Dataset = dataset(options, mappings)
    return data


def _calendar(options: argparse.Namespace) -> Calendar | None:
    from kpi.hours import read_calendar  # noqa: PLC0415

    return read_calendar(options.calendar) if options.calendar else None


def _told(told: Verdict, link: Link | None = None) -> int:
    """The verdict as JSON and in words, and the exit code it means."""
    proof = told.proof
    about: dict[str, Any] = {}
    if link is not None:
        frozen = f"{link.made_at.isoformat()}Z" if link.is_frozen else None
        about["link"] = {"title": link.told.title, "frozen": frozen, "state": link.state()}
    write_json(
        {
            "equal": told.is_equal,
            "numbers": told.checked,
            "same_data": told.same_data,
            "same_code": told.same_code,
            "fingerprint": {"then": proof.fingerprint, "now": told.fingerprint},
            "version": {"then": proof.version, "now": told.version},
            **about,
            "differences": [
                {"metric": one.metric, "period": one.period, "group": list(one.group), "then": one.then, "now": one.now}
                for one in told.differences
            ],
        }
    )
    shown = [f"What the link “{link.told.title}” shows{f', frozen on {link.made_at:%Y-%m-%d}' if link.is_frozen else ''}."] if link else []
    print("\n".join(one_line(line) for line in [*shown, *told.text.split("\n")]), file=sys.stderr)
    return 0 if told.is_equal else DIFFERS


def verifying(command: argparse.ArgumentParser) -> None:
    """The options of `kpi verify`."""
    command.add_argument("--calendar", metavar="FILE", help="the working hours it was made with, a TOML file")
