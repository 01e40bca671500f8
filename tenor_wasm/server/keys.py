"""Bearer keys bound to personas, in a JSON file that holds hashes alone.

Rules this module lives by:

- A key is ``tk_<id>_<secret>``; the secret has 256 random bits, so one round of SHA-256 hides it as well as many would.
- A presented key is compared in constant time; an unknown id costs the same as a wrong secret.
- Keys are added one after another, whoever adds them: none takes the place of another one's.
- The file is looked at again when it has changed: taking a key out of it revokes the key within a second.
"""

from __future__ import annotations

import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.errors import Json, TenorError, is_object, shown
from tenor_wasm.executor.arguments import checked_name
from tenor_wasm.executor.sources import system_clock

LOOK_SECONDS = 1.0
"""How often the file is looked at, at most."""

WAIT_SECONDS, WAITS = 0.02, 500
"""How long somebody waits who would write the file while another one does, and how often."""

_NOBODYS = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may do: act as these personas on these contracts (none named: on all), and change instances or not."""

    id: str
    hash: str
    personas: tuple[str, ...]
    contracts: tuple[str, ...]
    read_only: bool
    created_at: str

    def to_json(self) -> dict[str, Json]:
        """The key as the file has it; the secret is not in it."""
        return {
            "id": self.id,
            "sha256": self.hash,
            "personas": [*self.personas],
            "contracts": [*self.contracts],
            "read_only": self.read_only,
            "created_at": self.created_at,
        }

    def is_for(self, contract: str) -> bool:
        """Whether the key may be used for a contract."""
        return not self.contracts or contract in self.contracts


class KeyFile:
    """The keys of a file, kept fresh."""

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        """Read the file. Raises ``invalid_keys``, ``unreadable_file``."""
        self.path = path
        self._now = now
        self._looked = now()
        self._stamp = _stamp(path)
        self._keys = read_keys(path)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, presented: str) -> Key | None:
        """The key that was presented, if it is one of these."""
        self._refresh()
        prefix, _, rest = presented.partition("_")
        name, _, secret = rest.partition("_")
        key = self._keys.get(name) if prefix == "tk" else None
        given = sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        same = hmac.compare_digest(given, _NOBODYS if key is None else key.hash)
        return key if same else None

    def _refresh(self) -> None:
        """Read the file again when it has changed. One that cannot be read any more admits nobody."""
        if self._now() - self._looked < LOOK_SECONDS:
            return
        self._looked = self._now()
        stamp = _stamp(self.path)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._keys = read_keys(self.path)
            except TenorError:
                self._keys = {}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def read_keys(path: Path) -> Mapping[str, Key]:
    """The keys of a file by id. Raises ``unreadable_file``, ``invalid_keys`` with the place."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TenorError("unreadable_file", f"the key file '{path}' cannot be read: {error}") from None
    document = read_json(text, "the key file")
    entries = document.get("keys") if is_object(document) else None
    if not isinstance(entries, list):
        raise TenorError("invalid_keys", "a key file is an object with a list 'keys'; 'tenor key' writes one")
    keys = [_key(entry, f"/keys/{index}") for index, entry in enumerate(entries)]
    return {key.id: key for key in keys}


def _key(entry: Json, place: str) -> Key:
    if not is_object(entry):
        raise TenorError("invalid_keys", f"a key is an object, not {shown(entry)}", place)
    for name, holds in _MEMBERS.items():
        if not holds(entry.get(name)):
            raise TenorError("invalid_keys", f"'{name}' is {shown(entry.get(name))}", f"{place}/{name}")
    found: Any = entry
    return Key(
        found["id"],
        found["sha256"],
        tuple(found["personas"]),
        tuple(found["contracts"]),
        found["read_only"],
        found["created_at"],
    )


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_MEMBERS: Mapping[str, Callable[[Json], bool]] = {
    "id": lambda value: isinstance(value, str) and value.isalnum(),
    "sha256": lambda value: isinstance(value, str) and len(value) == 64,
    "personas": lambda value: _is_texts(value) and bool(value),
    "contracts": _is_texts,
    "read_only": lambda value: isinstance(value, bool),
    "created_at": lambda value: isinstance(value, str),
}


def add_key(
    path: Path,
    personas: Iterable[str],
    contracts: Iterable[str] = (),
    read_only: bool = False,
    pause: Callable[[float], object] = time.sleep,
) -> tuple[Key, str]:
    """Make a key, write its hash into the file (which only its owner may read), and give it with its text: only now.

    Raises ``invalid_argument`` for the name of a persona or contract that none can have, ``unreadable_file``,
    ``invalid_keys``, ``keys_busy`` where somebody else keeps writing the file.
    """
    name, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    acts_as = tuple(checked_name(one, "persona") for one in personas)
    is_for = tuple(checked_name(one, "contract") for one in contracts)
    key = Key(name, sha256(secret.encode()).hexdigest(), acts_as, is_for, read_only, system_clock())
    try:
        with _written_alone(path, pause) as file:
            keys = read_keys(path).values() if path.exists() else ()
            file.write(_written([*keys, key]))
    except OSError as error:
        raise TenorError("unreadable_file", f"the key file '{path}' cannot be written: {error.strerror}") from None
    return key, f"tk_{name}_{secret}"


@contextmanager
def _written_alone(path: Path, pause: Callable[[float], object]) -> Iterator[IO[str]]:
    """A file that takes the place of another one when the block ends well.

    As long as it is there nobody else writes: what one reads here is what one replaces. Whoever reads the file
    meanwhile sees the old one or the new one.
    """
    fresh = path.with_name(f".{path.name}.new")
    descriptor = _created(fresh, pause)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield file
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _created(fresh: Path, pause: Callable[[float], object]) -> int:
    """A file that was not there, for its owner alone. Raises ``keys_busy`` when it stays there."""
    for _ in range(WAITS):
        try:
            return os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pause(WAIT_SECONDS)
    message = f"another command is writing the key file; when none is, one was cut off: remove '{fresh}'"
    raise TenorError("keys_busy", message)


def _written(keys: Iterable[Key]) -> str:
    lines = ",\n".join(write_json(key.to_json()) for key in keys)
    return f'{{"keys": [\n{lines}\n]}}\n'
