"""Instances over HTTP: the executor's methods as routes (Starlette), for the extra ``server``.

Rules of this room:

- ``routes`` is the one table of what can be asked; the router and the OpenAPI document are both made from it.
- A handler is a plain function from a ``Call`` to a JSON value. It runs in a thread; everything about HTTP (keys,
  limits, times, logs, metrics, errors) happens around it, in one place.
- No secret and nothing that a caller wrote gets into a log line, but for the path.
- A process keeps nothing between requests but counters: several may serve one store.

>>> from tenor_wasm.server import create_app, read_subject
"""

from tenor_wasm.server.app import create_app
from tenor_wasm.server.hosting import Hosts, Subject, host, read_subject
from tenor_wasm.server.keys import KeyFile
from tenor_wasm.server.logs import log_to
from tenor_wasm.server.run import Listening, listen
from tenor_wasm.server.settings import Settings

__all__ = [
    "Hosts",
    "KeyFile",
    "Listening",
    "Settings",
    "Subject",
    "create_app",
    "host",
    "listen",
    "log_to",
    "read_subject",
]
