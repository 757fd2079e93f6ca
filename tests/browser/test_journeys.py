"""What a person does, in a real browser: brings an export, reads a number, goes to its tickets, turns back, shares the address."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def server(standing):
    """All of them visit one server."""
    return standing


def main(page):
    return page.locator("[data-testid=stMain]")


def says(page, text: str | re.Pattern[str]) -> None:
    """Wait until the page says it: Streamlit loads the parts of a page one by one."""
    main(page).get_by_text(text).first.wait_for(timeout=60_000)


def told(text: str) -> str:
    """As a person compares two texts: a space is a space."""
    return " ".join(text.split())


def choose(page, settle, bar: str, option: str) -> None:
    """Open a part of the scope bar, choose, and close it."""
    page.locator(f".st-key-{bar} button:visible").click()
    page.locator("[data-testid=stPopoverBody]").get_by_text(option).first.click()
    settle(page)
    page.keyboard.press("Escape")
    page.locator("[data-testid=stPopoverBody]").wait_for(state="hidden")


def follow(page, settle, name: str, heading: str) -> None:
    page.get_by_role("link", name=name, exact=True).locator("visible=true").first.click()
    page.get_by_role("heading", level=1).get_by_text(heading).wait_for()
    settle(page)


def tile(page, metric: str) -> str:
    """What a tile says, once all of it is there."""
    box = page.locator(f".st-key-tile_{metric}")
    for part in (box.locator("a:visible"), box.get_by_test_id("stMetricValue"), box.get_by_test_id("stMetricDelta")):
        part.wait_for(timeout=60_000)
    return told(box.inner_text())


def looks(page) -> dict[str, str]:
    """The address, and what of it can be read on the page."""
    url = urlsplit(page.url)
    caption = main(page).locator("[data-testid=stCaptionContainer]").get_by_text(" · ").first
    return {"path": url.path, "query": url.query, "title": told(page.locator("h1").inner_text()), "said": told(caption.inner_text())}


def is_of_its_address(look: dict[str, str]) -> bool:
    days = [parse_qs(look["query"])[name][0] for name in ("from", "to")]
    return all(str(int(day[8:])) in look["said"] for day in days)


def stands(page, settle) -> dict[str, str]:
    """How a page looks once it says the dates of its address: on a busy machine it may begin to run a while after what was chosen."""
    for _ in range(40):
        if is_of_its_address(looks(page)):
            break
        page.wait_for_timeout(500)
        settle(page)
    return looks(page)


def test_an_upload_shows_what_the_command_line_computes(visit, server, settle, small_company: Path) -> None:
    """The same files, the same dates: the tiles have the digits of `kpi compute`; the upload itself is not kept in memory."""
    files = [small_company / "data" / "sample" / name for name in ("tickets.csv", "surveys.csv")]
    page = visit()
    page.locator("input[type=file]").set_input_files(files)
    tile(page, "csat")
    settle(page)
    address = page.url
    metrics = ("csat", "first_reply_time", "full_resolution_time", "sla_attainment", "reopen_rate", "tickets_created")
    tiles = {name: tile(page, name) for name in metrics}

    asked = parse_qs(urlsplit(address).query)
    command = [
        sys.executable,
        "-c",
        "from kpi.cli import entry; entry()",
        "compute",
        *map(str, files),
        "--format",
        "table",
        "--metric",
        *metrics,
    ]
    command += [f"--{name}={asked[name][0]}" for name in ("from", "to", "compare", "zone")]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == len(metrics)
    for (name, said), line in zip(tiles.items(), map(told, lines), strict=True):
        value, limits, n = re.search(r": (.+?)(?: \((.+?); (.+?)\))?\. Before: ", line).groups()
        both = f"{name}: the tile says {said!r}, the command line {line!r}"
        assert f"chevron_right {value} " in said, both
        if limits:
            assert said.endswith(f"{limits} · {n}"), both
        assert re.search(r"; change (\S+)", line).group(1) in said, both
    assert sum(" of " in said for said in tiles.values()) >= 3, "tiles that say what they stand on"

    memory = urllib.request.urlopen(f"{server.url}/_stcore/metrics").read().decode()
    assert "st_session_state" in memory, "the server tells what it holds in memory"
    assert "UploadedFileManager" not in memory, "and the upload is not part of it any more"

    page.reload()  # a reload keeps the data; so does another browser with the same address
    for again in (page, visit(address.removeprefix(server.url))):
        assert tile(again, "csat") == tiles["csat"]


def test_other_peoples_text_stays_text(visit, server, settle, tmp_path: Path) -> None:
    """A picture address in a cell or a file's name would phone home if it were read as Markdown (`visit` watches for that)."""
    evil = "![x](https://picture.example/p.png)<img src=https://tag.example/p.png>"
    path = tmp_path / "![x](https:,,name.example,p.png).csv"
    path.write_text(f"ticket_id,created_at,status,priority\n1,2026-03-02T08:00:00Z,solved,low\n2,{evil},{evil},{evil}\n", "utf-8")
    page = visit()
    page.locator("input[type=file]").set_input_files(path)
    says(page, "Tickets created")
    for name, heading in (("Data & quality", "Can the data be trusted?"), ("Tickets", "Which tickets are they?")):
        follow(page, settle, name, heading)
        says(page, "![x](")  # the file's name is shown as it is
        assert main(page).locator("img").count() == 0


def test_a_slow_import_can_be_watched_stopped_and_started_again(visit, keep, settle) -> None:
    days = [f"2026-{1 + n % 9:02d}-{1 + n % 28:02d}T" for n in range(252)]  # so many rows that there is time to stop
    rows = (f"{n},{days[n % 252]}08:00:00Z,{days[n % 252]}09:00:00Z,{days[n % 252]}12:00:00Z,solved" for n in range(300_000))
    key = keep({"tickets.csv": "\n".join(["ticket_id,created_at,first_reply_at,solved_at,status", *rows]).encode()})
    page = visit(f"/?data={key}")
    says(page, "One moment")
    progress = page.get_by_role("progressbar")
    progress.wait_for()
    main(page).get_by_role("button", name="Stop").click()  # while a script runs Streamlit shows one of its own, above
    says(page, "The import was stopped.")
    assert progress.count() == 0
    page.get_by_text("Your own data").wait_for()  # one can also do something else

    page.get_by_role("button", name="Start again").click()
    progress.wait_for()
    page.get_by_text(re.compile("Reading tickets.csv|Working out replies|Writing it down")).first.wait_for(timeout=60_000)
    page.locator(".st-key-tile_tickets_created").wait_for(timeout=90_000)
    choose(page, settle, "period_bar", "All dates")
    page.locator(".st-key-tile_tickets_created").get_by_text("300,000", exact=True).wait_for()


def test_a_damaged_upload_is_one_sentence(visit, settle, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"PK\x03\x04 and then nothing that an archive would hold")
    page = visit()
    page.locator("input[type=file]").set_input_files(path)
    alerts = main(page).locator("[data-testid=stAlert]")
    alerts.first.wait_for()
    settle(page)
    assert alerts.count() == 1
    said = told(alerts.inner_text())
    assert "report.xlsx" in said and len(said) < 300 and "Error" not in said and "Traceback" not in said, said
    page.get_by_text("Your own data").wait_for()  # and the way to another file


def test_back_and_forward_show_what_the_address_says(visit, company, settle) -> None:
    """Each page is one step of Back, and comes back as it was left: its dates, its number, its address."""
    page = visit(f"/?data={company}&from=2026-10-05&to=2026-10-18")
    says(page, "5–18 Oct 2026")
    choose(page, settle, "period_bar", "Last 7 days")
    steps = [stands(page, settle)]
    page.locator(".st-key-tile_full_resolution_time a:visible").click()
    says(page, "What was counted")
    settle(page)
    steps.append(stands(page, settle))
    assert steps[-1]["title"].startswith("Full resolution") and "metric=full_resolution_time" in steps[-1]["query"]
    follow(page, settle, "Tickets", "Which tickets are they?")
    choose(page, settle, "period_bar", "Last 13 weeks")
    steps.append(stands(page, settle))
    follow(page, settle, "Overview", "How support is doing")
    steps.append(stands(page, settle))
    assert [step["path"] for step in steps] == ["/", "/number", "/tickets", "/"]
    assert steps[0]["said"] != steps[3]["said"], "the Overview of seven days, and that of thirteen weeks"
    assert all(is_of_its_address(step) for step in steps), "the sentence has the dates of the address"

    for move, way in ((page.go_back, reversed(steps[:-1])), (page.go_forward, steps[1:])):
        for number, step in enumerate(way):
            move()
            for _ in range(20):  # it may take a while, but then it stays
                page.wait_for_timeout(500)
                settle(page)
                if looks(page) == step:
                    break
            page.wait_for_timeout(500)
            settle(page)
            assert looks(page) == step, f"step {number + 1} of {move.__name__}"


def test_from_a_tile_to_its_tickets_and_to_a_file(visit, company, settle) -> None:
    page = visit(f"/?data={company}")
    n = int(re.search(r"n = ([\d,]+)$", tile(page, "full_resolution_time")).group(1).replace(",", ""))
    box = page.locator(".st-key-tile_full_resolution_time")
    value = told(box.get_by_test_id("stMetricValue").inner_text())
    box.locator("a:visible").click()
    page.get_by_role("heading", level=1).get_by_text("Full resolution").wait_for()
    assert told(page.locator("h1").inner_text()).endswith(value), "the number's page is about the number of the tile"
    follow(page, settle, "All of them, to search and sort", "What is behind Full resolution?")
    says(page, f"{n} tickets behind Full resolution")
    with page.expect_download() as download:
        page.locator(".st-key-rows_csv a:visible").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    assert n > 10 and len(rows) == n and len({row["ticket_id"] for row in rows}) == n
    assert re.fullmatch(r"full-resolution-time-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
