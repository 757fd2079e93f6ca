"""What a browser says over the WebSocket, before Streamlit hears it: states of controls that no page can have are taken out.

A control's id is made by Streamlit and begins with `$$ID-`. A state under any other name is nobody's click; Streamlit would keep it, stumble over it when
the next control is drawn, and write a traceback for it.
"""

from __future__ import annotations

import logging

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # protobuf ships no types
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

log = logging.getLogger("deskmeter")
OURS = "$$ID-"
"""How every id begins that Streamlit 1.67 gives to a control."""


class KnownControls:
    """Takes them out of every message of a WebSocket, and says so in one line of the log. Plain ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def cleaned() -> Message:
            message = await receive()
            sent = message.get("bytes")
            return {**message, "bytes": without_forged(sent)} if message["type"] == "websocket.receive" and sent else message

        await self.app(scope, cleaned if scope["type"] == "websocket" else receive, send)


def without_forged(sent: bytes) -> bytes:
    """A message without the states of controls there cannot be; as it came where it has none, or is no message at all."""
    message = BackMsg()
    try:
        message.ParseFromString(sent)
    except DecodeError:
        return sent  # Streamlit says what it thinks of it
    if not message.HasField("rerun_script"):
        return sent
    states = message.rerun_script.widget_states.widgets
    kept = [state for state in states if state.id.startswith(OURS)]
    if len(kept) == len(states):
        return sent
    log.warning("%d states of controls that no page has were left out of a message", len(states) - len(kept))
    del states[:]
    states.extend(kept)
    cleaned: bytes = message.SerializeToString()
    return cleaned
