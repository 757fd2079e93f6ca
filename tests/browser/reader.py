"""A reader without a browser: what Streamlit's front end says over the WebSocket, and what nobody's front end would."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect


@dataclass
class Reader:
    """One visit. `heard` is every byte the server has sent to it."""

    socket: ClientConnection
    heard: bytes = b""
    messages: list[ForwardMsg] = field(default_factory=list)

    def ask(self, query: str, page: str = "", page_hash: str = "", widgets: Sequence[WidgetState] = ()) -> list[ForwardMsg]:
        """Run the script once, with whatever a forger likes to say; what was sent for it. Steps at work in the background are waited for."""
        self._send(query, page, page_hash, widgets)
        self.messages, again, is_part = [], {}, False
        while True:
            content = self.socket.recv(timeout=120)
            self.heard += content
            message = ForwardMsg()
            message.ParseFromString(content)
            self.messages.append(message)
            kind = message.WhichOneof("type")
            if kind == "new_session" and not is_part:
                again = {}
            elif kind == "auto_rerun":
                again[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                is_part = False
            elif kind == "script_finished":
                if not again:
                    return self.messages
                part, interval = next(iter(again.items()))
                time.sleep(interval)
                is_part = True
                self._send(query, page, page_hash, widgets, part)

    def _send(self, query: str, page: str, page_hash: str, widgets: Sequence[WidgetState], part: str = "") -> None:
        back = BackMsg()
        asked = back.rerun_script
        asked.query_string, asked.page_name, asked.page_script_hash = query, page, page_hash
        asked.widget_states.widgets.extend(widgets)
        if part:
            asked.fragment_id, asked.is_auto_rerun = part, True
        self.socket.send(back.SerializeToString())

    def elements(self, kind: str) -> list:
        """What the last run drew of one kind ("heading", "metric", "text_input" …)."""
        new = [m.delta.new_element for m in self.messages if m.WhichOneof("type") == "delta"]
        return [getattr(one, kind) for one in new if one.WhichOneof("type") == kind]

    @property
    def title(self) -> str:
        """The page's title; "" for none."""
        return next((one.body for one in self.elements("heading") if one.tag == "h1"), "")

    @property
    def pages(self) -> list[str]:
        """The pages the menu has, by their names in the address."""
        return [page.url_pathname for m in self.messages if m.WhichOneof("type") == "navigation" for page in m.navigation.app_pages]

    @property
    def drawn(self) -> list[bytes]:
        """Everything the last run drew, without what differs between two visits."""
        return [m.delta.SerializeToString(deterministic=True) for m in self.messages if m.WhichOneof("type") == "delta"]


@contextmanager
def reading(url: str) -> Iterator[Reader]:
    address = url.replace("http", "ws") + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], max_size=None, origin=url) as socket:
        yield Reader(socket)


def said(number: str, value: str | bool | bytes | float) -> WidgetState:
    """A widget's state as a browser would send it; a bool is a press."""
    state = WidgetState(id=number)
    if isinstance(value, bool):
        state.trigger_value = value
    elif isinstance(value, str):
        state.string_value = value
    elif isinstance(value, bytes):
        state.json_value = value.decode()
    else:
        state.double_value = value
    return state
