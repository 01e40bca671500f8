"""What every test can ask for: the built wheel, the served page, a browser, and the answers of the slow engines."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import engines
from tests.terminal import Terminal

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
"""Conformance data that may lie beside the checkout; tests that read it are skipped where it does not."""

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# The browser must ask nothing of the network by itself, or its own requests would count as the page's.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the shared conformance data."""
    if not (SHARED / "conformance").is_dir():
        pytest.skip("the shared conformance data is not beside this checkout")
    return SHARED


@pytest.fixture
def tenor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The command line, to be called."""
    return Terminal(capsys, monkeypatch)


@pytest.fixture(scope="session")
def wheel() -> Path:
    """The wheel that `make build` made."""
    wheels = sorted((ROOT / "dist").glob("*.whl"))
    if len(wheels) != 1:
        pytest.fail(f"expected one wheel in dist/, found {len(wheels)}: run `make build` first")
    if not _is_current(wheels[0]):
        pytest.fail("the wheel in dist/ was built from other sources: run `make build` first")
    return wheels[0]


def _is_current(wheel: Path) -> bool:
    """Whether the wheel holds the package as it stands in the checkout."""
    sources = [path for path in (ROOT / "tenor_wasm").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("tenor_wasm/")}
        if packed != {path.relative_to(ROOT).as_posix() for path in sources}:
            return False
        return all(archive.read(path.relative_to(ROOT).as_posix()) == path.read_bytes() for path in sources)


@pytest.fixture(scope="session")
def site(wheel: Path) -> Iterator[str]:
    """The address of the built page, served as `make play` serves it; `/bridge/` and `/tests/` lie beside it."""
    if not (ROOT / "playground" / "dist" / "runtime" / wheel.name).is_file():
        pytest.fail("the page is not built: run `make build` first")
    command = ["node", str(ROOT / "playground" / "scripts" / "serve.mjs"), "--port", "0"]
    for name, folder in (
        ("bridge", ROOT / "web" / "dist"),
        ("compiled", ROOT / "web" / "runtime"),
        ("tests", ROOT / "tests"),
    ):
        command += ["--mount", f"{name}={folder}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            announced = server.stdout.readline()
            yield "http://" + announced.split("http://", 1)[1].split("/", 1)[0]
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless browser for all tests of this process."""
    wanted = os.environ.get("TENOR_BROWSER")
    names = (wanted,) if wanted else BROWSER_NAMES
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("no Chromium or Google Chrome found: install one, or set TENOR_BROWSER to its program")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def node_answers(wheel: Path) -> dict[str, list[str]]:
    """What the wheel under Pyodide in Node answers to every case."""
    return engines.answer_in_node(engines.read_cases(), wheel)


@pytest.fixture(scope="session")
def browser_answers(wheel: Path, chromium: Browser, site: str) -> dict[str, list[str]]:
    """What the page's bridge answers to every case."""
    page = chromium.new_page()
    page.set_default_timeout(0)
    answers = engines.answer_in_browser(engines.read_cases(), wheel, page, site)
    page.close()
    return answers


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    for report in reports:
        for name, value in report.user_properties:
            if name == "figures" and report.when == "call":
                terminalreporter.write_line(str(value))
