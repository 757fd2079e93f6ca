"""What a reader takes away, verified by its owner; and the link itself. The link is made, and its file taken, in real browsers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kpi import cli, store
from kpi.store import links
from tests.browser.shared import DATES, World
from tests.browser.test_sharing import admitted, heading, link_made, taken

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_owner_verifies_the_link_and_what_its_reader_took_away(
    visit, server, settle, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(world.home, server.home, dirs_exist_ok=True)
    monkeypatch.setenv("KPI_HOME", str(server.home))
    links.revoke_all(world.key)  # those of other tests
    export = tmp_path / "export"
    export.mkdir()
    for name, path in store.files(world.key).items():
        shutil.copy(path, export / name)
    owner = visit(f"/what_if?data={world.key}&{urlencode(DATES)}&where=team%3DBilling")
    heading(owner, "What if?")
    settle(owner)
    address = link_made(owner, settle)
    page = visit(address.removeprefix(server.url))
    admitted(page)
    settle(page)
    report = tmp_path / "report.html"
    assert world.leaks(taken(page, "html", report)) == []

    def verified(given: object) -> tuple[int, dict, str]:
        capsys.readouterr()
        code = cli.main(["verify", str(given), str(export)])
        out, err = capsys.readouterr()
        return code, json.loads(out or "{}"), err

    for given in (report, address):
        code, told, said = verified(given)
        assert code == 0 and told["equal"] and told["same_data"] and told["numbers"], said
        assert told["link"]["title"] == "What Billing could do" and told["fingerprint"]["now"].startswith(
            store.open_dataset(world.key).fingerprint
        )
    tickets = export / "tickets.csv"
    lines = tickets.read_text("utf-8").splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines) if not (",Billing," in line and number % 2)]
    assert len(kept) < len(lines)
    tickets.write_text("".join(kept), "utf-8")
    for given in (report, address):
        code, told, said = verified(given)
        assert code == 1 and not told["equal"] and "The data are others" in said and "differ" in said
