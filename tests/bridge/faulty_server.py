"""A static server that does what bad servers do: other statuses, other bodies, other types, too little, too late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".wasm": "application/wasm",
}
STRICT_POLICY = "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


class Answer(NamedTuple):
    """What is sent for a file; ``pause`` is set where the second half must never come."""

    status: int
    type: str
    body: bytes
    stalls: bool = False


Fault = Callable[[Answer], Answer]


def missing(answer: Answer) -> Answer:
    return answer._replace(status=404, type="text/plain", body=b"there is no such file")


def failing(answer: Answer) -> Answer:
    return answer._replace(status=503, type="text/plain", body=b"come back later")


def html(answer: Answer) -> Answer:
    return answer._replace(type="text/html", body=b"<!doctype html><title>Please log in</title>")


def html_by_another_name(answer: Answer) -> Answer:
    return answer._replace(body=b"<!doctype html><title>Please log in</title>")


def cut_short(answer: Answer) -> Answer:
    return answer._replace(body=answer.body[: len(answer.body) // 2])


def altered(answer: Answer) -> Answer:
    """One byte in the middle is another one; the size stays."""
    body = bytearray(answer.body)
    body[len(body) // 2] ^= 1
    return answer._replace(body=bytes(body))


def stalling(answer: Answer) -> Answer:
    return answer._replace(stalls=True)


def without_type(answer: Answer) -> Answer:
    return answer._replace(type="application/octet-stream")


class FaultyServer:
    """Serves folders by name; ``faults`` says for which paths it does so badly."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders
        self.faults: dict[str, Fault] = {}
        self._ended = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.answer(self)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Send what is asked for, as well or badly as it was told."""
        path = request.path.split("?")[0].lstrip("/")
        folder, _, name = path.partition("/")
        file = self.folders.get(folder, Path()) / name
        found = Answer(404, "text/plain", b"there is no such file")
        if folder in self.folders and ".." not in name and file.is_file():
            found = Answer(200, TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())
        if path in self.faults:
            found = self.faults[path](found)
        request.send_response(found.status)
        request.send_header("content-type", found.type)
        request.send_header("content-length", str(len(found.body)))
        request.send_header("content-security-policy", STRICT_POLICY)
        request.send_header("cache-control", "no-store")
        request.end_headers()
        try:
            request.wfile.write(found.body[: len(found.body) // 2] if found.stalls else found.body)
            if found.stalls:
                request.wfile.flush()
                self._ended.wait()
        except OSError:
            pass  # the browser has lost interest

    def stop(self) -> None:
        """From now on nobody answers at the address."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def faulty_server(folders: dict[str, Path]) -> Iterator[FaultyServer]:
    """A server for the time of a test."""
    server = FaultyServer(folders)
    try:
        yield server
    finally:
        server.stop()
