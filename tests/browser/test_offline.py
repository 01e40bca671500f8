"""Without a network: only where somebody asked for it, all of it, of one version, and gone when they end it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Error, Locator, expect

import tenor_wasm
from tenor_wasm.elaborator.serialize import TENOR_VERSION
from tests.browser.tab import PATIENCE_MS, PHONE, ROOT, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

CACHES = """(async () => {
    const sizeOf = async (name) => (await (await caches.open(name)).keys()).length;
    return Promise.all((await caches.keys()).map(sizeOf));
})()"""
"""How many files each cache of the page's origin holds."""
REGISTRATIONS = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
BUILD = "document.querySelector('meta[name=build]').content"


class Deployed(NamedTuple):
    """A copy of the built page on a server of its own, where other versions can be put and which can be stopped."""

    site: str
    folder: Path
    server: subprocess.Popen[str]


@pytest.fixture
def deployed(tmp_path: Path, wheel: Path) -> Iterator[Deployed]:
    folder = tmp_path / "dist"
    shutil.copytree(ROOT / "playground" / "dist", folder)
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(ROOT / "playground" / "scripts" / "serve.mjs", tmp_path / "scripts" / "serve.mjs")
    with subprocess.Popen(["node", str(script), "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            site = "http://" + server.stdout.readline().split("http://", 1)[1].split("/", 1)[0]
            yield Deployed(site, folder, server)
        finally:
            server.terminate()


@pytest.fixture
def copy(chromium: Browser, deployed: Deployed) -> Iterator[Tab]:
    """A tab on the copy."""
    context = chromium.new_context()
    yield Tab(context.new_page(), deployed.site)
    context.close()


def about(tab: Tab) -> Locator:
    dialog = tab.page.get_by_role("dialog", name="About this page")
    if dialog.count() == 0:
        tab.page.get_by_role("button", name="Help").click()
        tab.page.get_by_role("menuitem", name="About and offline use").click()
    return dialog


def keep(tab: Tab) -> None:
    about(tab).get_by_role("button", name=re.compile("Keep for offline use")).click()
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
    expect(about(tab)).to_contain_text("Until you ask for it, only your work")


def test_the_versions_are_shown(new_tab: Callable[..., Tab], wheel: Path) -> None:
    tab = new_tab()
    tab.open()
    dialog = about(tab)
    expect(dialog).to_contain_text(wheel.name)
    build = tab.page.evaluate(BUILD)
    assert len(build) == 12
    expect(dialog).to_contain_text(build)
    for name, version in (
        ("Tenor, the language", TENOR_VERSION),
        ("npm package", f"tenor-wasm {tenor_wasm.__version__}"),
        ("Python", "3.14."),
        ("Pyodide", "314."),
    ):
        row = dialog.get_by_role("row").filter(has=tab.page.get_by_role("rowheader", name=name, exact=True))
        expect(row).to_contain_text(version)


def test_kept_it_evaluates_without_network_and_server(copy: Tab, deployed: Deployed) -> None:
    copy.open()
    keep(copy)
    deployed.server.terminate()
    deployed.server.wait()
    copy.context.set_offline(True)
    later = Tab(copy.context.new_page(), copy.site)
    copy.page.close()
    later.open()
    later.example("Lab samples")
    expect(later.panel("results").get_by_role("gridcell").first).to_be_visible()
    # What is computed is new: nobody has seen this contract before.
    later.write("rule never_seen { stratum: 0 when: true = true produce: verdict seen_now { payload: Bool = true } }")
    expect(later.panel("results")).to_contain_text("seen_now")
    later.panel("diagrams")
    later.settled()
    later.unharmed()


def test_not_kept_there_is_nothing_without_a_network(copy: Tab) -> None:
    copy.open()
    copy.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        copy.page.reload()


def test_cleared_nothing_is_left(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    keep(tab)
    tab.page.reload()
    tab.ready()
    expect(about(tab)).to_contain_text("This browser keeps the page")
    about(tab).get_by_role("button", name="Clear what is kept").click()
    expect(tab.page.get_by_text("the page needs the network again").first).to_be_attached()
    assert tab.page.evaluate(CACHES) == []
    assert tab.page.evaluate(REGISTRATIONS) == 0
    expect(about(tab).get_by_role("button", name=re.compile("Keep for offline use"))).to_be_enabled()
    tab.unharmed()


def test_a_newer_version_waits_until_it_is_wanted(copy: Tab, deployed: Deployed) -> None:
    copy.open()
    keep(copy)
    first = copy.page.evaluate(BUILD)
    deploy(deployed.folder, "Gold held between")
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


def test_no_tab_goes_on_with_parts_of_two_versions(copy: Tab, deployed: Deployed) -> None:
    copy.open()
    keep(copy)
    other = Tab(copy.context.new_page(), copy.site)
    other.open()
    first = other.page.evaluate(BUILD)
    deploy(deployed.folder, "Gold held between")
    copy.page.reload()
    button = copy.page.get_by_role("button", name="Load it now")
    expect(button).to_be_visible(timeout=PATIENCE_MS)
    with other.page.expect_navigation():
        button.click()
    other.ready()
    copy.ready()
    assert other.page.evaluate(BUILD) == copy.page.evaluate(BUILD) != first


def test_what_the_browser_threw_away_is_not_taken_from_another_version(copy: Tab, deployed: Deployed) -> None:
    copy.open()
    keep(copy)
    copy.page.reload()
    copy.ready()
    listing = "examples/index.json"
    throw_away = """async (path) => {
        for (const name of await caches.keys()) await (await caches.open(name)).delete(new URL(path, document.baseURI));
    }"""
    read = "(path) => fetch(path).then((response) => response.text(), () => 'refused')"
    copy.page.evaluate(throw_away, listing)
    assert "Money held between" in copy.page.evaluate(read, listing)
    (deployed.folder / listing).write_text("{}", "utf-8")
    assert copy.page.evaluate(read, listing) == "refused"


def test_a_version_that_is_not_whole_is_not_kept(copy: Tab, deployed: Deployed) -> None:
    copy.open()
    # A file of another version lies among those of this one.
    (deployed.folder / "examples" / "index.json").write_text("{}", "utf-8")
    about(copy).get_by_role("button", name=re.compile("Keep for offline use")).click()
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
