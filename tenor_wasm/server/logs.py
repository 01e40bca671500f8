"""Logs as JSON, one object a line: when, what, how it ended. No header, no query, no body is ever in them."""

from __future__ import annotations

import json
import logging
import sys
from typing import IO

from tenor_wasm.errors import Json
from tenor_wasm.executor.sources import system_clock

LOGGER = logging.getLogger("tenor_wasm.server")

PATH_LENGTH = 200
"""Signs of a path that a line shows."""


class _Lines(logging.Formatter):
    """A record as a line of JSON; what is in the attribute ``members`` stands beside the event."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Json] = {
            "time": system_clock(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "members", {})
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def log_to(stream: IO[str] = sys.stderr, level: int = logging.INFO) -> None:
    """Write the logs of the server, and those of what it stands on, to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines())
    for name in ("tenor_wasm.server", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)


def log(event: str, *, level: int = logging.INFO, fault: BaseException | None = None, **members: Json) -> None:
    """Write one line; members without a value are left out."""
    present = {name: value for name, value in members.items() if value is not None}
    LOGGER.log(level, event, extra={"members": present}, exc_info=fault)
