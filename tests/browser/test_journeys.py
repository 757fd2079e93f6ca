"""What a person does, in a real browser: uploads an export, reads three numbers, reloads, shares the address, looks in the dark."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def says(page, text: str) -> None:
    """Wait until the page says it: Streamlit loads the parts of a page one by one."""
    page.locator("[data-testid=stMain]").get_by_text(text).first.wait_for(timeout=30_000)


def test_an_audit_log_becomes_three_known_numbers(visit, server, settle, datasets: Path) -> None:
    """141,712 rows are 24,918 tickets; the three numbers are those the data set's own description gives."""
    page = visit()
    page.locator("input[type=file]").set_input_files(datasets / "servicenow_incidents_uci" / "incident_event_log.zip")
    page.get_by_text("SLA attainment", exact=True).wait_for(timeout=90_000)
    settle(page)
    for said in ("63.42 %", "15,803 of 24,918", "1.10 %", "275 of 24,918", "25 h 45 min", "29 Feb 2016 – 18 Feb 2017"):
        says(page, said)
    page.get_by_text("What was understood of the files").click()
    page.get_by_text("141,712 rows became 24,918 tickets").wait_for()

    metrics = urllib.request.urlopen(f"{server.url}/_stcore/metrics").read().decode()
    assert "st_session_state" in metrics, "the server tells what it holds in memory"
    assert "UploadedFileManager" not in metrics, "and the upload is not part of it any more"

    address = page.url
    page.reload()
    settle(page)
    says(page, "25 h 45 min")  # a reload keeps the data
    says(visit(address.removeprefix(server.url)), "25 h 45 min")  # so does another browser with the same address


def test_other_peoples_text_stays_text(visit, server, settle, tmp_path: Path) -> None:
    """A picture address in a cell or a file's name would phone home if it were read as Markdown (`visit` watches for that)."""
    evil = "![x](https://picture.example/p.png)<img src=https://tag.example/p.png>"
    path = tmp_path / "![x](https:,,name.example,p.png).csv"
    path.write_text(f"ticket_id,created_at,status,priority\n1,2026-03-02T08:00:00Z,solved,low\n2,{evil},{evil},{evil}\n", "utf-8")
    page = visit()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("Tickets created").wait_for(timeout=30_000)
    page.get_by_role("link", name="Data & quality").click()
    page.get_by_text("Can the data be trusted?").wait_for()
    settle(page)
    says(page, "![x](")  # the name is shown as it is
    assert page.locator("[data-testid=stMain] img").count() == 0


def test_the_sample_in_the_dark_and_on_a_phone(visit, settle, tmp_path: Path) -> None:
    page = visit("/?data=sample", width=390, dark=True)
    page.get_by_text("First reply").first.wait_for(timeout=60_000)
    settle(page)
    for path in ("/", "/data", "/definitions"):
        if path != "/":
            page = visit(f"{path}?data=sample", width=390, dark=True)
        assert page.get_by_text("Sample data: a made-up company").is_visible(), "made-up data are never without their ribbon"
        widths = page.evaluate("[document.documentElement.scrollWidth, document.querySelector('[data-testid=stMain]').scrollWidth]")
        assert max(widths) <= 390, f"{path} is wider than the phone: {widths}"
        background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
        assert background == "rgb(20, 23, 28)", "the dark theme's own paper"
        page.screenshot(path=tmp_path / f"phone{path.replace('/', '-')}.png")
