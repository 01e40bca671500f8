"""The rooms of the package: imports go one way, the pure rooms stay pure, files stay readable."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tenor_wasm

PACKAGE = Path(tenor_wasm.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

TO_EVALUATOR = {"errors", "values", "interchange", "evaluator"}
TO_API = {*TO_EVALUATOR, "elaborator", "analyzer", "scenarios", "api"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "values": {"errors"},
    "interchange": {"errors", "values"},
    "evaluator": {"errors", "values", "interchange"},
    "elaborator": {"errors", "values"},
    "analyzer": TO_EVALUATOR,
    "scenarios": TO_EVALUATOR,
    "api": {*TO_EVALUATOR, "elaborator", "analyzer", "scenarios"},
    "executor": TO_API,
    "client": {"errors", "values", "api"},
    "agent": {*TO_API, "executor"},
    "server": {*TO_API, "executor"},
    "cli": {*TO_API, "executor", "agent", "server", "client"},
    "__init__": set(),
    "__main__": {"cli"},
}
"""Room → the rooms that it may import from, beside itself. A room that is not built yet is only promised here."""

WITHOUT_FLOATS = ("values", "interchange", "evaluator")
LONGEST = 530
PURE = ("errors", "values", "interchange", "evaluator", "elaborator", "analyzer", "scenarios", "api")
EVERY_MODULE = pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Every module name that a file imports, wherever in the file; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@EVERY_MODULE
def test_imports_go_only_to_rooms_below(path: Path) -> None:
    room = room_of(path)
    assert room in MAY_IMPORT, f"'{room}' is a new room: say in MAY_IMPORT where it stands"
    for name in imported(path):
        first, *rest = name.split(".")
        if first == "tenor_wasm" and rest and rest[0] != "__version__":
            assert rest[0] in {room, *MAY_IMPORT[room]}, f"'{room}' may not import '{name}'"


@EVERY_MODULE
def test_the_pure_rooms_use_the_standard_library_alone(path: Path) -> None:
    if room_of(path) not in PURE:
        return
    optional = {"orjson", "msgspec"} if path.name == "json_text.py" else set()
    for name in imported(path):
        top = name.split(".")[0]
        assert top in {"tenor_wasm", *optional} or top in sys.stdlib_module_names, f"'{name}' is no standard library"


DRIVERS = {
    "executor/postgres.py": {"psycopg", "psycopg_pool"},
    "executor/signing.py": {"cryptography"},
    "server/app.py": {"starlette"},
    "server/admission.py": {"starlette"},
    "server/bodies.py": {"starlette"},
    "server/metrics.py": {"prometheus_client"},
    "server/protocol.py": {"uvicorn"},
    "server/run.py": {"starlette", "uvicorn"},
}
"""File → what it imports beside the standard library, behind an extra. Nobody else does."""


@EVERY_MODULE
def test_a_driver_is_imported_in_its_own_file_alone(path: Path) -> None:
    if room_of(path) in PURE:
        return
    allowed = DRIVERS.get(path.relative_to(PACKAGE).as_posix(), set())
    for name in imported(path):
        top = name.split(".")[0]
        assert top in {"tenor_wasm", *allowed} or top in sys.stdlib_module_names, f"'{name}' needs a place in DRIVERS"


@pytest.mark.parametrize("room", ["executor", "agent"])
def test_importing_what_acts_on_instances_imports_no_driver(room: str) -> None:
    program = f"import sys; before = set(sys.modules); import tenor_wasm.{room}\n"
    program += "print(*sorted(set(sys.modules) - before))"
    answer = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    came_along = {name.split(".")[0] for name in answer.stdout.split()}
    assert "tenor_wasm" in came_along
    assert not came_along & {"asyncio", "cryptography", "psycopg", "psycopg_pool", "socket", "sqlite3", "ssl"}


def test_the_api_brings_no_driver_socket_or_event_loop_along() -> None:
    program = "import sys; before = set(sys.modules); import tenor_wasm.api.wire, tenor_wasm.api.compat\n"
    program += "print(*sorted(set(sys.modules) - before))"
    answer = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    came_along = {name.split(".")[0] for name in answer.stdout.split()}
    assert "tenor_wasm" in came_along
    unwanted = {"asyncio", "http", "multiprocessing", "select", "socket", "sqlite3", "ssl", "subprocess", "threading"}
    assert not came_along & {*unwanted, "aiosqlite", "asyncpg", "psycopg", "starlette", "urllib", "uvicorn"}
    others = {name for name in came_along if name not in sys.stdlib_module_names and not name.startswith("_")}
    assert others <= {"tenor_wasm", "orjson", "msgspec", "zoneinfo", "uuid"}


@EVERY_MODULE
def test_no_binary_float_is_ever_made(path: Path) -> None:
    if room_of(path) not in WITHOUT_FLOATS:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float", f"{path.name}:{node.lineno} makes a float"
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"{path.name}:{node.lineno} holds a float"
        if isinstance(node, ast.BinOp):
            assert not isinstance(node.op, ast.Div), f"{path.name}:{node.lineno} divides: the result may be a float"


@EVERY_MODULE
def test_files_are_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST
