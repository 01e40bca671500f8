"""Without a network: only where somebody asked for it, all of it, of one version, and gone when they end it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.tab import PATIENCE_MS, PHONE, ROOT, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CACHES = """(async () => {
    const sizeOf = async (name) => (await (await caches.open(name)).keys()).length;
    return Promise.all((await caches.keys()).map(sizeOf));
})()"""
"""How many files each cache of the page's origin holds."""
REGISTRATIONS = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
BUILD = "document.querySelector('meta[name=build]').content"


@pytest.fixture
def deployed(tmp_path: Path, wheel: Path) -> Iterator[tuple[str, Path]]:
    """A copy of the built page on a server of its own, where other versions can be put: its address and its folder."""
    folder = tmp_path / "dist"
    shutil.copytree(ROOT / "playground" / "dist", folder)
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(ROOT / "playground" / "scripts" / "serve.mjs", tmp_path / "scripts" / "serve.mjs")
    with subprocess.Popen(["node", str(script), "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield "http://" + server.stdout.readline().split("http://", 1)[1].split("/", 1)[0], folder
        finally:
            server.terminate()


@pytest.fixture
def copy(chromium: Browser, deployed: tuple[str, Path]) -> Iterator[Tab]:
    """A tab on the copy."""
    context = chromium.new_context()
    yield Tab(context.new_page(), deployed[0])
    context.close()


def about(tab: Tab) -> Locator:
    dialog = tab.page.get_by_role("dialog", name="About this page")
    if dialog.count() == 0:
        tab.page.get_by_role("button", name="Help").click()
        tab.page.get_by_role("menuitem", name="About and offline use").click()
    return dialog


def keep(tab: Tab) -> None:
    about(tab).get_by_role("button", name="Keep for offline use").click()
    expect(about(tab)).to_contain_text("This browser keeps the page", timeout=PATIENCE_MS)
    tab.page.keyboard.press("Escape")


def deploy(folder: Path, about_first: str) -> None:
    """Another version of the page: its first example says something else."""
    listing = folder / "examples" / "index.json"
    text = listing.read_text("utf-8")
    listing.write_text(text.replace("Money held between", about_first), "utf-8")
    subprocess.run(["node", str(ROOT / "playground" / "scripts" / "stamp.mjs"), str(folder)], check=True)


def test_nothing_is_kept_until_it_is_asked_for(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    tab.page.reload()
    tab.ready()
    assert tab.page.evaluate(CACHES) == []
    assert tab.page.evaluate(REGISTRATIONS) == 0
    expect(about(tab)).to_contain_text("Until you ask for it, nothing is kept.")


def test_the_versions_are_shown(new_tab: Callable[..., Tab], wheel: Path) -> None:
    tab = new_tab()
    tab.open()
    dialog = about(tab)
    expect(dialog).to_contain_text(wheel.name)
    build = tab.page.evaluate(BUILD)
    assert len(build) == 12
    expect(dialog).to_contain_text(build)
    expect(dialog.get_by_role("row").filter(has_text="Pyodide")).to_contain_text("314.")


def test_kept_it_evaluates_without_a_network_and_cleared_nothing_is_left(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    keep(tab)
    tab.context.set_offline(True)
    tab.page.reload()
    tab.ready()
    tab.settled()
    tab.example("Lab samples")
    expect(tab.panel("results").get_by_role("gridcell").first).to_be_visible()
    tab.context.set_offline(False)
    about(tab).get_by_role("button", name="Clear what is kept").click()
    expect(tab.page.get_by_text("the page needs the network again").first).to_be_attached()
    assert tab.page.evaluate(CACHES) == []
    assert tab.page.evaluate(REGISTRATIONS) == 0
    expect(about(tab).get_by_role("button", name="Keep for offline use")).to_be_enabled()
    tab.unharmed()


def test_a_newer_version_waits_until_it_is_wanted(copy: Tab, deployed: tuple[str, Path]) -> None:
    copy.open()
    keep(copy)
    first = copy.page.evaluate(BUILD)
    deploy(deployed[1], "Gold held between")
    copy.page.reload()
    copy.ready()
    # The one that was kept is still in use.
    assert copy.page.evaluate(BUILD) == first
    notice = copy.page.get_by_text("A newer version of this page is ready.")
    expect(notice).to_be_visible(timeout=PATIENCE_MS)
    copy.page.reload()
    copy.ready()
    assert copy.page.evaluate(BUILD) == first
    with copy.page.expect_navigation():
        copy.page.get_by_role("button", name="Load it now").click()
    copy.ready()
    assert copy.page.evaluate(BUILD) != first
    copy.page.get_by_role("button", name="Examples").click()
    expect(copy.page.get_by_role("menuitemradio", name="Escrow release")).to_contain_text("Gold held between")
    assert len(copy.page.evaluate(CACHES)) == 1


def test_a_version_that_is_not_whole_is_not_kept(copy: Tab, deployed: tuple[str, Path]) -> None:
    copy.open()
    # A file of another version lies among those of this one.
    (deployed[1] / "examples" / "index.json").write_text("{}", "utf-8")
    about(copy).get_by_role("button", name="Keep for offline use").click()
    alert = about(copy).get_by_role("alert")
    expect(alert).to_contain_text("examples/index.json is of another version than the page", timeout=PATIENCE_MS)
    assert copy.page.evaluate(CACHES) == []
    assert copy.page.evaluate(REGISTRATIONS) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialog_is_for_everyone(new_tab: Callable[..., Tab], theme: str) -> None:
    tab = new_tab(PHONE)
    tab.open()
    tab.theme(theme)
    about(tab)
    assert tab.violations() == []
