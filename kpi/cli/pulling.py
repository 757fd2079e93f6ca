"""`kpi pull`: tickets through the API of a help desk, as files that every other command reads."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from kpi.cli.shared import CLEAR, one_line, write_json
from kpi.errors import BadValue

_SAY_EVERY = 15.0
"""Seconds between two lines of progress where there is no terminal to write over."""


def pulling(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "tool", choices=["zendesk", "freshdesk", "intercom"], help="whose API; its key is in the environment (docs/pull.md)"
    )
    command.add_argument(
        "--subdomain", metavar="NAME", help="of Zendesk and Freshdesk: the first part of the address, acme in acme.zendesk.com"
    )
    command.add_argument("--region", choices=["us", "eu", "au"], help="of Intercom (default us)")
    command.add_argument("--since", metavar="DATE", help="only what changed since (UTC); the default is everything, and then what is new")
    command.add_argument("--messages", action="store_true", help="also who wrote when, and what changed; takes longer")
    command.add_argument("--address", metavar="URL", help="another address of the API: https, or http on this machine")
    command.add_argument("-o", "--output", metavar="FOLDER", help="where the files go")
    command.add_argument("--name", help="instead of a folder: a connection of this name, which the app offers")


def pull(options: argparse.Namespace) -> None:
    """Pull, write the files, and say what came. After Ctrl+C the same command goes on from the last page."""
    from kpi import pull as pulls  # noqa: PLC0415  --help must not wait for it

    api = pulls.APIS[options.tool]
    account = _account(options, bool(api.accounts))
    since, folder = _day(options.since), _folder(options)
    said = [0.0]

    def told(sentence: str) -> None:
        if sys.stderr.isatty():
            print(f"{CLEAR}{one_line(sentence)}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - said[0] > _SAY_EVERY:
            said[0] = time.monotonic()
            print(one_line(sentence), file=sys.stderr, flush=True)

    try:
        pulled = pulls.pull(api, account, since=since, messages=options.messages, address=options.address or "", told=told)
    except KeyboardInterrupt:
        print(f"{CLEAR * sys.stderr.isatty()}What came so far is kept; the same command goes on from there.", file=sys.stderr)
        raise
    files = pulls.write(api, account, folder)
    if not files:
        raise BadValue(f"{api.label} gives no tickets.", "Check what the key may see, and --since.")
    if options.name:
        _declare(options.name, f"{api.label} {account}", folder)
    print(CLEAR * sys.stderr.isatty(), end="", file=sys.stderr)
    for note in pulled.notes:
        print(one_line(note), file=sys.stderr)
    write_json({"account": f"{api.label} {account}", "new": pulled.fresh, "held": pulled.held, "files": [str(path) for path in files]})


def _account(options: argparse.Namespace, is_regional: bool) -> str:
    given, other = (options.region or "us", options.subdomain) if is_regional else (options.subdomain, options.region)
    if other:
        raise BadValue(
            f"--{'subdomain' if is_regional else 'region'} is nothing {options.tool} has.",
            f"`kpi pull {options.tool} --help` shows what it takes.",
        )
    if not given:
        raise BadValue("--subdomain is missing.", f"Give the first part of the address, acme in acme.{options.tool}.com.")
    return str(given).lower()


def _day(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError:
        raise BadValue(f"--since cannot be {text!r}.", "Write a date like 2024-01-01.") from None


def _folder(options: argparse.Namespace) -> Path:
    """Where the files go; said before anything is asked."""
    if bool(options.output) == bool(options.name):
        raise BadValue(
            "It was not said where the files go." if not options.output else "-o and --name are two places.",
            "Give -o FOLDER or --name NAME.",
        )
    if options.output:
        folder = Path(options.output)
        if folder.exists() and not folder.is_dir():
            raise BadValue(f"{folder.name!r} is a file.", "Name a folder.")
        return folder
    from kpi.home import user_folder  # noqa: PLC0415
    from kpi.pull import checked_name  # noqa: PLC0415

    return user_folder() / "pulled" / checked_name(options.name)


def _declare(name: str, label: str, folder: Path) -> None:
    """A connection to the folder, beside the others; one of this name that is there stays as it is."""
    from kpi.connect.declaration import folder as declarations  # noqa: PLC0415

    place = declarations() / f"{name}.toml"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        path = str(folder.resolve()).replace("\\", "\\\\").replace('"', '\\"')
        place.write_text(f'label = "{label}"\nkind = "folder"\nplace = "{path}"\n', "utf-8")
