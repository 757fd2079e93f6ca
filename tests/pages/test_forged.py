"""Messages of the WebSocket on their way in. Oracle: what Streamlit's own parser reads of what went in and of what comes out."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.parts.forged import KnownControls, without_forged
from tests.browser.reader import said

CLICK = said(f"$$ID-{'0' * 32}-share", True)
FORGED = [said(f"$$WIDGET_ID-{'0' * 32}-share_make", True), said("mine", "x"), said("", 1.0), said("$$STREAMLIT_INTERNAL_KEY_X", True)]


def message(*states: Any) -> BackMsg:
    made = BackMsg()
    made.rerun_script.query_string, made.rerun_script.page_script_hash = "link=x", "0123"
    made.rerun_script.widget_states.widgets.extend(states)
    return made


def test_forged_states_go_and_all_else_stays(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        cleaned = BackMsg.FromString(without_forged(message(*FORGED[:2], CLICK, *FORGED[2:]).SerializeToString()))
    assert cleaned == message(CLICK)
    (line,) = caplog.records
    assert line.getMessage().startswith("4 states of controls") and line.exc_info is None


@pytest.mark.parametrize(
    "sent", [message(CLICK).SerializeToString(), message().SerializeToString(), BackMsg(stop_script=True).SerializeToString(), b"\xff\xff"]
)
def test_what_is_not_forged_is_not_touched(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert without_forged(sent) == sent and not caplog.records


def test_only_what_comes_over_a_websocket_is_read() -> None:
    sent = message(FORGED[0]).SerializeToString()
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.extend([await receive(), await receive()])

    pieces = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": sent}] * 2)

    async def receive() -> Any:
        return next(pieces)

    def run(kind: str) -> None:
        asyncio.run(KnownControls(app)({"type": kind}, receive, None))  # type: ignore[arg-type]  # nothing is sent

    with ThreadPoolExecutor(1) as pool:  # a thread of its own: a browser's loop may be running in this one
        for kind in ("websocket", "http"):
            pool.submit(run, kind).result()
    assert heard[0] == heard[2] and heard[3]["bytes"] == sent
    assert BackMsg.FromString(heard[1]["bytes"]) == message()
