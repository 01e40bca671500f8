"""The start of the runtime, from good and from bad servers, and what comes after it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import tenor_wasm
from tenor_wasm.api import wire
from tests.bridge import faulty_server as server_module
from tests.bridge.faulty_server import Fault, FaultyServer, faulty_server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOT = Path(__file__).resolve().parent.parent.parent
COMPILED = ROOT / "web" / "runtime"
MANIFEST = "tenor-runtime.json"
PATIENCE_MS = 120_000

LATE = [
    "csv",
    "html.parser",
    "sqlite3",
    "statistics",
    "tomllib",
    "xml.etree.ElementTree",
    "email.mime.text",
    "zoneinfo",
]
LATE_OF_OURS = ["tenor_wasm.elaborator.elaborate", "tenor_wasm.api.schemas", "tenor_wasm.api.compat"]


@pytest.fixture
def server(wheel: Path) -> Iterator[FaultyServer]:
    """Pyodide, the compiled files, the bridge and the wheel, under the strict policy."""
    if not (COMPILED / MANIFEST).is_file():
        pytest.fail("the compiled runtime is not there: run `make build` first")
    folders = {
        "pyodide": ROOT / "web" / "node_modules" / "pyodide",
        "compiled": COMPILED,
        "bridge": ROOT / "web" / "dist",
        "wheel": wheel.parent,
        "tests": ROOT / "tests",
    }
    with faulty_server(folders) as server:
        yield server


class Tab:
    """A page with the functions of start_in_page.mjs."""

    def __init__(self, page: Page, wheel: Path) -> None:
        self.page = page
        self.wheel = f"/wheel/{wheel.name}"

    def do(self, name: str, *arguments: Any) -> Any:
        """Call one of the functions."""
        script = "async ({name, given}) => (await import('/tests/bridge/start_in_page.mjs'))[name](...given)"
        return self.page.evaluate(script, {"name": name, "given": arguments})

    def start(self, **options: Any) -> Any:
        """Start a tenor; on failure this gives the error."""
        return self.do("start", {"wheelURL": self.wheel, **options})


@pytest.fixture
def tab(chromium: Browser, server: FaultyServer, wheel: Path) -> Iterator[Tab]:
    """A page of the faulty server, in a browser profile of its own."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.address}/tests/blank.html")
    yield Tab(page, wheel)
    context.close()


def test_a_start_under_the_strict_policy_tells_its_stages_and_answers_offline(tab: Tab, server: FaultyServer) -> None:
    told = tab.start()
    assert told["stages"] == ["download", "start", "install", "ready", "compiled"], told
    assert told["verdicts"] == ["large"]
    loaded = [loaded for loaded, _ in told["bytes"]]
    assert loaded == sorted(loaded)
    assert loaded[-1] > 11_000_000
    assert all(loaded <= total for loaded, total in told["bytes"])
    shares = [loaded / total for loaded, total in told["bytes"] if total]
    assert shares == sorted(shares)
    # The largest file counts from the first word on: nothing looks complete before it has come.
    assert all(total > 9_500_000 for _, total in told["bytes"]), told["bytes"]
    server.stop()
    assert tab.do("verdicts", 500) == ["large"]
    assert tab.do("verdicts", 5) == []
    assert "error" in tab.do("call", "elaborate", {"files": {"a.tenor": "persna x\n"}, "root": "a.tenor"})


BAD_FILES = [
    ("pyodide/pyodide.asm.wasm", server_module.missing, "runtime_download_failed"),
    ("pyodide/pyodide.asm.wasm", server_module.html, "runtime_download_failed"),
    ("pyodide/pyodide.asm.wasm", server_module.html_by_another_name, "runtime_download_failed"),
    ("pyodide/pyodide.asm.wasm", server_module.cut_short, "runtime_download_failed"),
    ("pyodide/pyodide.asm.wasm", server_module.altered, "runtime_file_altered"),
    ("pyodide/pyodide.asm.mjs", server_module.missing, "runtime_download_failed"),
    ("pyodide/pyodide.asm.mjs", server_module.html, "runtime_download_failed"),
    ("pyodide/pyodide.mjs", server_module.without_type, "runtime_download_failed"),
    (f"compiled/{MANIFEST}", server_module.missing, "runtime_download_failed"),
    (f"compiled/{MANIFEST}", server_module.cut_short, "runtime_download_failed"),
    ("compiled/python_start.bin", server_module.failing, "runtime_download_failed"),
    ("compiled/python_start.bin", server_module.html, "runtime_download_failed"),
    ("compiled/python_start.bin", server_module.cut_short, "runtime_download_failed"),
    ("compiled/python_start.bin", server_module.altered, "runtime_file_altered"),
    ("compiled/tenor_wasm.bin", server_module.altered, "runtime_file_altered"),
    ("compiled/tenor_wasm.bin", server_module.stalling, "runtime_timeout"),
    ("pyodide/pyodide.asm.wasm", server_module.stalling, "runtime_timeout"),
]


def test_a_bad_file_is_named_with_stage_and_remedy_and_the_start_can_be_retried(tab: Tab, server: FaultyServer) -> None:
    for path, fault, code in BAD_FILES:
        server.faults = {path: fault}
        if path.endswith(".mjs"):
            tab.page.reload()  # a page keeps the modules that it has
        # On the page's own thread, where what a failed start leaves behind would be seen.
        timeouts = {"download": 700} if fault is server_module.stalling else {}
        told = tab.start(runtime="main", timeouts=timeouts)
        name = path.partition("/")[2]
        assert told.get("code") == code, (path, fault.__name__, told)
        assert told["details"]["file"] == name, told
        assert told["details"]["stage"] == "download"
        assert told["details"]["remedy"]
        assert f"`{name}`" in told["message"]
        assert told["clean"] is True, path
    server.faults = {"pyodide/pyodide.asm.wasm": server_module.without_type}
    told = tab.start(runtime="main")
    assert told.get("verdicts") == ["large"], told
    assert told["clean"] is True


@pytest.mark.parametrize("path", ["pyodide/pyodide.asm.wasm", "compiled/tenor_wasm.bin"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (server_module.missing, "runtime_download_failed"),
        (server_module.html_by_another_name, "runtime_download_failed"),
        (server_module.altered, "runtime_file_altered"),
        (server_module.stalling, "runtime_timeout"),
    ],
)
def test_with_a_worker_a_bad_file_is_told_in_the_same_way_whoever_fetches_it(
    tab: Tab, server: FaultyServer, path: str, fault: Fault, code: str
) -> None:
    server.faults = {path: fault}
    # Enough for the worker's own script and modules, which come anew each time.
    told = tab.start(timeouts={"download": 4000} if fault is server_module.stalling else {})
    assert (told.get("code"), told["details"]["file"]) == (code, path.partition("/")[2])
    assert told["clean"] is True
    server.faults = {}
    assert tab.start().get("verdicts") == ["large"]


@pytest.mark.parametrize("fault", [server_module.missing, server_module.html, server_module.failing])
def test_a_worker_script_that_cannot_be_loaded_is_named(tab: Tab, server: FaultyServer, fault: Fault) -> None:
    server.faults = {"bridge/worker.js": fault}
    for options in ({}, {"workerURL": "/bridge/worker.js"}):
        told = tab.start(**options)
        assert told.get("code") == "runtime_download_failed", told
        assert told["details"]["url"] == f"{server.address}/bridge/worker.js"
        assert "workerURL" in told["details"]["remedy"]
    server.faults = {}
    assert tab.start().get("verdicts") == ["large"]


def test_a_policy_without_workers_is_told_as_that(tab: Tab) -> None:
    tab.page.evaluate(
        """() => {
            const policy = document.createElement("meta");
            policy.httpEquiv = "Content-Security-Policy";
            policy.content = "worker-src 'none'";
            document.head.append(policy);
        }"""
    )
    told = tab.start()
    assert told.get("code") == "runtime_download_failed", told
    assert "worker-src" in told["message"]


HANGING_PYODIDE = b"""
export const version = "314.0.7";
export const loadPyodide = () => new Promise(() => undefined);
"""


@pytest.mark.parametrize("runtime", ["main", "worker"])
def test_a_pyodide_that_never_settles_is_given_up(tab: Tab, server: FaultyServer, runtime: str) -> None:
    server.faults = {"pyodide/pyodide.mjs": lambda answer: answer._replace(body=HANGING_PYODIDE)}
    told = tab.start(runtime=runtime, timeouts={"start": 100})
    assert told.get("code") == "runtime_timeout", told
    assert told["details"]["stage"] == "start"
    assert told["details"]["remedy"]
    assert told["clean"] is True


@pytest.mark.parametrize("runtime", ["main", "worker"])
def test_a_start_can_be_aborted(tab: Tab, server: FaultyServer, runtime: str) -> None:
    server.faults = {"compiled/python_start.bin": server_module.stalling}
    told = tab.start(runtime=runtime, abortAfter=200)
    assert told["name"] == "AbortError"
    assert told["clean"] is True


@pytest.mark.parametrize("files", ["snapshot", "compiled"])
def test_what_the_start_did_without_is_imported_later(tab: Tab, files: str) -> None:
    told = tab.do("lateImports", tab.wheel, files == "snapshot", LATE + LATE_OF_OURS)
    assert told["files"] == files
    assert told["early"].startswith(f"RuntimeError: `{LATE[0]}` cannot be imported: the library is still on its way")
    assert told["results"] == dict.fromkeys(LATE + LATE_OF_OURS, "ok")


@pytest.mark.parametrize("snapshot", [True, False])
def test_no_call_waits_for_the_whole_library(tab: Tab, server: FaultyServer, snapshot: bool) -> None:
    server.faults = {"compiled/python_stdlib.bin": server_module.failing}
    told = tab.start(snapshot=snapshot)
    assert told.get("verdicts") == ["large"], told
    answers = tab.do("everyCall")
    assert {method: answer for method, answer in answers.items() if "ok" not in answer} == {}
    assert set(answers) == set(wire._METHODS)


def _with_manifest(change: dict[str, Any]) -> Fault:
    manifest = json.loads((COMPILED / MANIFEST).read_text("utf-8"))
    for path, value in change.items():
        *above, last = path.split(".")
        place = manifest
        for step in above:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return lambda answer: answer._replace(body=json.dumps(manifest).encode())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"files.snapshot.needs.library": "0" * 64}, "another `python_stdlib.bin`"),
        ({"files.snapshot.needs.package": "0" * 64}, "another `tenor_wasm.bin`"),
        ({"files.snapshot.needs.pyodide": "314.0.6"}, "Pyodide 314.0.6"),
        ({"files.snapshot": None}, "there is none"),
        ({"version": "0.0.1"}, "tenor-wasm 0.0.1"),
        ({"pyodide": "313.0.0"}, "Pyodide 313.0.0"),
        ({"format": 99}, "format is 99"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_snapshot_that_does_not_fit_is_refused(
    tab: Tab, server: FaultyServer, change: dict[str, Any], reason: str
) -> None:
    server.faults = {f"compiled/{MANIFEST}": _with_manifest(change)}
    told = tab.start(snapshot=True)
    assert told.get("code") == "snapshot_mismatch", told
    assert told["details"]["file"] == "snapshot.bin"
    assert told["details"]["stage"] == "download"
    assert "without the snapshot" in told["details"]["remedy"]
    assert reason in told["message"]


def test_compiled_files_of_another_version_are_left_alone(tab: Tab, server: FaultyServer) -> None:
    server.faults = {
        f"compiled/{MANIFEST}": _with_manifest({"version": "0.0.1"}),
        "compiled/python_start.bin": server_module.missing,
    }
    told = tab.start()
    assert told.get("verdicts") == ["large"], told
    assert told["stages"][-1] == "stock"


@pytest.fixture(scope="session")
def micropip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of micropip; Pyodide's npm package has none."""
    folder = tmp_path_factory.mktemp("micropip")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--python-version", "314", "--dest", str(folder), "micropip"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        pytest.skip(f"NOT TESTED: micropip cannot be downloaded here: {done.stderr.strip()[-300:]}")
    return wheels[0]


def test_the_plain_wheel_is_installed_by_micropip(tab: Tab, server: FaultyServer, micropip: Path, wheel: Path) -> None:
    server.folders["micropip"] = micropip.parent
    told = tab.do("installWithMicropip", f"/micropip/{micropip.name}", f"/wheel/{wheel.name}")
    version = tenor_wasm.__version__
    assert told == f'{{"ok":{{"version":"{version}"}}}}{version}'


def test_the_bridge_works_in_firefox(server: FaultyServer, wheel: Path) -> None:
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    script = ROOT / "tests" / "bridge" / "start_in_firefox.mjs"
    if firefox is None:
        pytest.skip("NOT TESTED: Firefox is not installed here (Debian: apt-get install firefox-esr)")
    order = {"firefox": firefox, "address": server.address, "wheel": f"/wheel/{wheel.name}"}
    done = subprocess.run(
        ["node", str(script)],
        input=json.dumps(order),
        cwd=ROOT / "web",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.get("verdicts") == ["large"], told
    assert told["stages"][-1] == "compiled"
