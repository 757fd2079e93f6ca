"""`kpi retain` and `kpi doctor`: delete what has been kept long enough, and look whether what is kept is whole."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from kpi.cli.shared import one_line, write_json
from kpi.cli.spaces import spacing, workspaces
from kpi.errors import BadValue

FAULTY = 1


def retain(options: argparse.Namespace) -> None:
    """Delete data that are older than said, and links that have ended; --dry-run only tells. JSON on stdout, sentences on stderr."""
    from kpi.store import retention  # noqa: PLC0415  the store loads the database; --help must not wait for it

    limits = {
        name: retention.limit(text, f"--{name.replace('_', '-')}")
        for name, text in (("older_than", options.older_than), ("unopened", options.unopened))
        if text
    }
    given = retention.Rule(**limits) if limits else retention.from_environment()
    if given is None:
        raise BadValue("It was not said how long data are kept.", "Say --older-than 90d or --unopened 90d, or set KPI_RETENTION.")
    done = retention.retain(given, is_dry=options.dry_run)
    write_json(
        {
            "dry_run": done.is_dry,
            "rule": given.text,
            "datasets": [{"data": one.title, "why": one.why, "links": list(one.links), "bytes": one.size} for one in done.gone],
            "ended_links": done.ended,
            "leftovers": done.leftovers,
            "kept": list(done.kept),
        }
    )
    print("\n".join(one_line(line) for line in done.text.split("\n")), file=sys.stderr)


def doctor(options: argparse.Namespace) -> int:
    """Look through the folder of a server, or a backup of it. 0: all is well; 1: something is lost, or open to others; 2: it cannot be looked at."""
    from kpi.home import user_folder  # noqa: PLC0415
    from kpi.store import database  # noqa: PLC0415
    from kpi.store.doctor import examined  # noqa: PLC0415

    here = user_folder()
    folder = Path(options.folder) if options.folder else here
    own_book = bool(options.folder) and (folder / database.FILE).is_file()
    found = examined(folder, "" if own_book else database.url())
    if options.json:
        told = [{"level": one.level, "check": one.check, "what": one.what, "hint": one.hint, "data": one.data} for one in found.findings]
        write_json({"well": found.is_well, "folder": str(folder), "faults": len(found.faults), "findings": told})
    else:
        print("\n".join(one_line(line) for line in found.text.split("\n")))
    return 0 if found.is_well else FAULTY


def keeping(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of who runs a server; `command` makes one of its name, what it runs, and what it is about."""
    examining(command("doctor", doctor, "Look whether the folder of a server, or a backup of it, is whole; exit code 1 where it is not."))
    retaining(command("retain", retain, "Delete data kept for longer than said, with their links, and clear away links that have ended."))
    spacing(command("workspaces", workspaces, "List the workspaces of a server, make one, give one another title, or delete an empty one."))


def examining(command: argparse.ArgumentParser) -> None:
    """The options of `kpi doctor`."""
    command.add_argument("folder", nargs="?", metavar="FOLDER", help="a copy of a server's folder (default: KPI_HOME itself)")
    command.add_argument("--json", action="store_true", help="as JSON")


def retaining(command: argparse.ArgumentParser) -> None:
    """The options of `kpi retain`."""
    command.add_argument("--older-than", metavar="90d", help="data that were brought so long ago: days, weeks (12w) or years (2y)")
    command.add_argument("--unopened", metavar="90d", help="data that nobody has opened for so long")
    command.add_argument("--dry-run", action="store_true", help="delete nothing, and say what would be")
