"""Servers of the tests' own on loopback, and plain requests to them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tenor_wasm.executor.storage import Storage
from tenor_wasm.server import KeyFile, Settings, Subject, create_app, host, listen
from tests.executor.shops import BUNDLE

Json = Any

QUICK = Settings(rate=0, idle_seconds=1, drain_seconds=5, threads=8)
SHOP = Subject({**BUNDLE, "id": "shop"})


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Json:
        return json.loads(self.text)

    @property
    def code(self) -> Json:
        """The code of the error that it is."""
        return self.json["error"]["code"]


@contextmanager
def serving(
    storage: Storage,
    subjects: Iterable[Subject] = (SHOP,),
    settings: Settings = QUICK,
    keys: KeyFile | None = None,
    **options: Any,
) -> Iterator[str]:
    """The address of a server that answers as long as the block lasts."""
    hosts = host(subjects, storage, organisation=settings.organisation, **options)
    listening = listen(create_app(hosts, settings, keys), settings, port=0, keys=keys is not None)
    thread = threading.Thread(target=listening.run)
    thread.start()
    try:
        yield listening.address
    finally:
        listening.server.should_exit = True
        thread.join()


NO_HEADERS: Mapping[str, str] = {}


def ask(
    url: str, path: str, body: Json = None, headers: Mapping[str, str] = NO_HEADERS, method: str | None = None
) -> Reply:  # it is only read
    """Send one request on a connection of its own; with a body it is a POST of JSON, of text as it stands."""
    parts = urlsplit(url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    sent = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
    named = {"Content-Type": "application/json"} if body is not None else {}
    try:
        connection.request(method or ("GET" if body is None else "POST"), path, sent, {**named, **headers})
        response = connection.getresponse()
        text = response.read().decode()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
    finally:
        connection.close()
