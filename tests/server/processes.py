"""Servers as processes of their own: started as people start them, stopped, and killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.server.running import SHOP

ROOT = Path(__file__).resolve().parent.parent.parent


def write_shop(folder: Path) -> Path:
    """The contract of the tests as a file."""
    path = folder / "shop.json"
    path.write_text(json.dumps(SHOP.bundle), encoding="utf-8")
    return path


@dataclass
class Process:
    """``tenor serve`` over a store; its logs go to a file."""

    arguments: tuple[str, ...]
    log: Path
    url: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> Process:
        """Start it, again on the same port, and wait until it listens."""
        port = self.url.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "tenor_wasm", "serve", *self.arguments, "--port", port]
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert " on http://" in said, self.log.read_text(encoding="utf-8")
        self.url = said.rpartition(" on ")[2].strip()
        return self

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for its end."""
        assert self._process is not None
        assert self._process.stdout is not None
        code = self._process.wait(timeout=30)
        self._process.stdout.close()
        return code

    def stop(self) -> int:
        """Tell it to stop, and wait."""
        self.send(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it as a loss of power would."""
        self.send(signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL
