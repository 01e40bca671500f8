"""The page within another one, of another origin: named panels, fixed where asked, messages that two origins check."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.tab import PATIENCE_MS, ROOT, Tab, held, workspace_of, workspace_of_scenario

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

SERVE = ["node", str(ROOT / "playground" / "scripts" / "serve.mjs")]
CONTRACT = """fact ready { type: Bool source: "form.ready" }
entity Order { states: [draft, sent] initial: draft transitions: [(draft, sent)] }
persona clerk
rule r { stratum: 0 when: ready = true produce: verdict complete { payload: Bool = true } }
operation send { personas: [clerk] require: verdict_present(complete) effects: [(Order, draft, sent)] }
flow dispatch {
  snapshot: at_initiation
  entry: go
  steps: {
    go: OperationStep {
      op: send persona: clerk outcomes: { success: Terminal(success) } on_failure: Terminate(outcome: failure)
    }
  }
}
"""
"""A contract of its own, so that what is shown can only have come by a message."""


def heard(page: Page, sign: str) -> str:
    """Wait until the embedding page has heard something."""
    page.wait_for_function(f"globalThis.heard.some((one) => {sign})", timeout=PATIENCE_MS)
    found: str = page.evaluate(f"JSON.stringify(globalThis.heard.findLast((one) => {sign}))")
    return found


class _Quiet(SimpleHTTPRequestHandler):
    """The files of the checkout, without a policy: what embeds a page must be allowed to have frames."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, directory=str(ROOT))

    more: ClassVar[dict[str, str]] = {}
    """Texts that a test adds, by their addresses."""

    def do_GET(self) -> None:
        if self.path not in self.more:
            super().do_GET()
            return
        content = self.more[self.path].encode()
        self.send_response(200)
        self.send_header("content-type", "text/html" if self.path.endswith(".html") else "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """The origin of the page that embeds: another port is another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def embeddable(host: str, wheel: Path) -> Iterator[str]:
    """The playground on a server that lets the host embed it."""
    command = [*SERVE, "--port", "0", "--frame-ancestors", host]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield "http://" + server.stdout.readline().split("http://", 1)[1].split("/", 1)[0]
        finally:
            server.terminate()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def open_element(page: Page, host: str, **attributes: str) -> FrameLocator:
    page.goto(f"{host}/tests/browser/embedding.html?{urlencode(attributes)}")
    return page.frame_locator("tenor-playground iframe")


def test_only_the_named_panels_are_shown(page: Page, host: str, embeddable: str) -> None:
    frame = open_element(page, host, **{"src-page": f"{embeddable}/", "panels": "results,flow", "theme": "dark"})
    expect(frame.get_by_role("tab")).to_have_text(["Results", "Flow run"], timeout=PATIENCE_MS)
    expect(frame.locator("header.top")).to_have_count(0)
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")


GIVEN = workspace_of(CONTRACT, '{"ready": true}', {"Order": {"a": "draft"}}, "clerk")


@pytest.mark.parametrize(
    ("given", "at_ready", "event"),
    [
        ({"workspace": json.dumps(GIVEN)}, "hidden", "playground-result"),
        ({"workspace": '{"version": 9}'}, "hidden", "playground-error"),
        ({}, "visible", "playground-result"),
    ],
    ids=["a workspace", "one that is none", "no workspace"],
)
def test_no_example_is_seen_before_the_workspace_is_in(
    page: Page, host: str, embeddable: str, given: dict[str, str], at_ready: str, event: str
) -> None:
    page.add_init_script(
        """addEventListener("playground-ready", ({ target }) => {
          globalThis.atReady = getComputedStyle(target.shadowRoot.querySelector("iframe")).visibility;
        });"""
    )
    open_element(page, host, **{"src-page": f"{embeddable}/", "panels": "results"} | given)
    heard(page, f"one.name === '{event}'")
    assert page.evaluate("globalThis.atReady") == at_ready
    expect(page.locator("tenor-playground iframe")).to_be_visible()


def test_a_workspace_goes_in_and_results_and_changes_come_out(page: Page, host: str, embeddable: str) -> None:
    workspace = json.dumps(workspace_of(CONTRACT, '{"ready": false}', {"Order": {"a": "draft", "b": "sent"}}, "clerk"))
    frame = open_element(
        page, host, **{"src-page": f"{embeddable}/", "panels": "results,inputs", "workspace": workspace}
    )
    heard(page, "one.name === 'playground-ready'")
    result = json.loads(
        heard(page, "one.name === 'playground-result' && one.detail.actions.clerk?.blocked_actions.length === 1")
    )
    assert result["detail"]["verdicts"] == []
    page.evaluate("element.load({ inputs: { facts: { ready: true } } })")
    result = json.loads(heard(page, "one.name === 'playground-result' && one.detail.verdicts.length === 1"))
    assert result["detail"]["actions"]["clerk"]["actions"][0]["instance_bindings"] == {"Order": ["a"]}
    expect(frame.get_by_role("gridcell").filter(has_text="Available")).to_have_count(1)
    assert json.loads(page.evaluate("element.currentWorkspace()"))["inputs"]["facts"] == '{"ready":true}'
    # What is done inside is told outside.
    frame.get_by_role("gridcell").filter(has_text="Available").click()
    change = json.loads(
        heard(page, "one.name === 'playground-change' && one.detail.workspace.includes('\"flow\":\"dispatch\"')")
    )
    assert json.loads(change["detail"]["workspace"])["run"]["bindings"] == {"Order": "a"}


@pytest.mark.parametrize(
    ("call", "code", "path", "sentence"),
    [
        ("element.load({ workspace: '{' })", "invalid_json", "/workspace", "not valid JSON"),
        ("element.load()", "invalid_message", "", "neither a workspace nor inputs"),
        ("element.select()", "invalid_message", "", "neither a selection nor a panel"),
        (
            "element.select({ selection: { kind: 'fact', fact: () => 1 } })",
            *("invalid_json", "/selection/fact", "is a function"),
        ),
        ("element.load({ workspace: { version: 9 } })", "invalid_workspace", "/workspace/version", "newer page"),
        ("element.load({})", "invalid_message", "", "neither a workspace nor inputs"),
        ("element.load({ inputs: { persona: 7 } })", "invalid_message", "/inputs/persona", "must be a text"),
        ("element.select({ panel: 'why' })", "invalid_message", "/panel", "there are results"),
        (
            "element.load({ inputs: { person: 'clerk' } })",
            "invalid_message",
            "/inputs/person",
            "facts, states, persona",
        ),
        ("element.load({ inputs: [] })", "invalid_message", "/inputs", "must be an object"),
        ("element.load({ input: {} })", "invalid_message", "/input", "there are type, id, workspace, inputs"),
        ("element.select({})", "invalid_message", "", "neither a selection nor a panel"),
        ("element.select({ verdict: 'v' })", "invalid_message", "/verdict", "there are type, id, selection, panel"),
        ("element.select({ selection: 'v' })", "invalid_selection", "/selection", "/selection must be an object, not"),
        (
            "element.select({ selection: { kind: 'x' } })",
            "invalid_selection",
            "/selection/kind",
            "one of verdict",
        ),
        ("element.select({ selection: { kind: 'fact' } })", "invalid_selection", "/selection/fact", "must be a text"),
        (
            "element.select({ selection: { kind: 'fact', fact: 'f', of: 'g' } })",
            *("invalid_selection", "/selection/of", "there are kind, fact"),
        ),
        ("element.ask('tenor:lode', {})", "unknown_message", "/type", "there are tenor:load, tenor:select, tenor:get"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    page: Page, host: str, embeddable: str, call: str, code: str, path: str, sentence: str
) -> None:
    open_element(page, host, **{"src-page": f"{embeddable}/", "panels": "results"})
    heard(page, "one.name === 'playground-ready'")
    before = page.evaluate("element.currentWorkspace()")
    failure = f"({call}).then(() => '', ({{ name, code, path, message }}) => [name, code, path, message])"
    name, found_code, found_path, message = page.evaluate(failure)
    assert (name, found_code, found_path) == ("TenorError", code, path)
    assert sentence in message
    assert "damaged" not in message
    assert page.evaluate("element.currentWorkspace()") == before


def test_read_only_fixes_contract_and_inputs(page: Page, host: str, embeddable: str) -> None:
    workspace = json.dumps(workspace_of(CONTRACT, '{"ready": true}', {"Order": {"a": "draft"}}, "clerk"))
    attributes = {
        "src-page": f"{embeddable}/",
        "panels": "contract,inputs,results,flow",
        "readonly": "",
        "workspace": workspace,
    }
    frame = open_element(page, host, **attributes)
    heard(page, "one.name === 'playground-result' && one.detail.verdicts.length === 1")
    before = json.loads(page.evaluate("element.currentWorkspace()"))
    text = frame.get_by_role("textbox", name="Contract text")
    text.focus()
    page.keyboard.type("persona other ")
    frame.get_by_role("tab", name="Inputs").click()
    expect(frame.locator("#panel-inputs").get_by_role("button").first).to_be_disabled()
    frame.get_by_role("tab", name="Results").click()
    frame.get_by_role("gridcell").filter(has_text="Available").click()
    expect(frame.locator("#panel-flow")).to_contain_text("success")
    expect(frame.get_by_role("button", name="Apply to the instances")).to_have_count(0)
    after = json.loads(page.evaluate("element.currentWorkspace()"))
    assert after["run"]["flow"] == "dispatch"
    assert (after["contract"], after["inputs"]) == (before["contract"], before["inputs"])
    # What is fixed for its user is not so for the page that embeds it.
    page.evaluate("element.load({ inputs: { facts: { ready: false } } })")
    heard(page, "one.name === 'playground-result' && one.detail.verdicts.length === 0")


def test_read_only_is_fixed_from_the_first_moment(page: Page, embeddable: str) -> None:
    tab = Tab(page, embeddable)
    with held(tab, "**/examples/**") as let:
        page.goto(f"{embeddable}/?embed&readonly&panels=contract")
        text = page.get_by_role("textbox", name="Contract text")
        text.focus()
        page.keyboard.type("persona early")
        let()
        # Where something was written, no example takes its place.
        expect(page.get_by_role("heading", level=1)).to_have_text("Escrow release")


def test_what_is_selected_is_told_and_can_be_chosen(page: Page, host: str, embeddable: str) -> None:
    workspace = json.dumps(workspace_of(CONTRACT, '{"ready": false}', {"Order": {"a": "draft"}}, "clerk"))
    attributes = {"src-page": f"{embeddable}/", "panels": "results,why", "workspace": workspace}
    frame = open_element(page, host, **attributes)
    ready = json.loads(heard(page, "one.name === 'playground-ready'"))
    assert ready["detail"] == {"protocol": 1, "panels": ["results", "why"], "readOnly": False}
    action = {"kind": "action", "flow": "dispatch", "persona": "clerk", "bindings": {"Order": "a"}}
    page.evaluate("selection => element.select({ selection, panel: 'why' })", action)
    expect(frame.get_by_role("tab", name="Why")).to_have_attribute("aria-selected", "true")
    expect(frame.locator("#panel-why")).to_contain_text("complete", timeout=PATIENCE_MS)
    told = json.loads(heard(page, "one.name === 'playground-selection' && one.detail.panel === 'why'"))
    assert told["detail"]["selection"] == action
    frame.get_by_role("tab", name="Results").click()
    heard(page, "one.name === 'playground-selection' && one.detail.panel === 'results'")


def test_every_selection_of_the_readme_is_taken(page: Page, host: str, embeddable: str) -> None:
    readme = (ROOT / "web" / "README.md").read_text("utf-8")
    table = readme.split("| `kind` |", 1)[1].split("\n\n", 1)[0]
    selections = re.findall(r"\| `(\{ kind: .*\})` \|$", table, re.MULTILINE)
    assert len(selections) == 5
    workspace = json.dumps(workspace_of_scenario("order-approval", "A draft is submitted"))
    attributes = {"src-page": f"{embeddable}/", "panels": "why", "workspace": workspace}
    frame = open_element(page, host, **attributes)
    heard(page, "one.name === 'playground-result' && one.detail.verdicts.length > 0")
    for selection in selections:
        page.evaluate(f"element.select({{ selection: {selection} }})")
        expect(frame.locator("#panel-why .why-head h2")).not_to_have_text("Nothing is selected")
        expect(frame.locator("#panel-why .problems")).to_have_count(0)
        kept = json.loads(page.evaluate("element.currentWorkspace()"))["selection"]
        assert kept == page.evaluate(f"({selection})")
    page.evaluate("element.select({ selection: { kind: 'verdict', verdict: 'nothing' } })")
    expect(frame.locator("#panel-why .problems")).to_contain_text("nothing", timeout=PATIENCE_MS)


def test_why_there_is_no_result_is_told(page: Page, host: str, embeddable: str) -> None:
    workspace = json.dumps(workspace_of(CONTRACT.replace("ready = true", "redy = true"), "{}", {}, ""))
    open_element(page, host, **{"src-page": f"{embeddable}/", "panels": "results", "workspace": workspace})
    told = json.loads(heard(page, "one.name === 'playground-problems'"))
    (problem,) = told["detail"]["problems"]
    assert problem["code"] == "unknown_fact"
    assert problem["place"]["line"] == 4
    workspace = json.dumps(workspace_of(CONTRACT, "{}", {}, ""))
    page.evaluate("workspace => element.load({ workspace })", workspace)
    told = json.loads(heard(page, "one.detail.problems?.some(({ path }) => path === '/facts/ready')"))
    assert len(told["detail"]["problems"]) == 1


@pytest.mark.parametrize("panels", ["results,why,compare", "contract,inputs,results,flow,why"])
def test_ways_lead_only_to_panels_that_are_shown(page: Page, host: str, embeddable: str, panels: str) -> None:
    there = 1 if "inputs" in panels else 0
    workspace = workspace_of(CONTRACT, '{"ready": true}', {"Order": {"a": "draft"}}, "clerk")
    attributes = {"src-page": f"{embeddable}/", "panels": panels, "workspace": json.dumps(workspace)}
    frame = open_element(page, host, **attributes)
    heard(page, "one.name === 'playground-result' && one.detail.verdicts.length === 1")
    show = "([selection, panel]) => element.select({ selection, panel })"
    page.evaluate(show, [{"kind": "action", "flow": "dispatch", "persona": "clerk", "bindings": {}}, "results"])
    expect(frame.get_by_role("button", name="Why, in full")).to_be_visible()
    expect(frame.get_by_role("button", name="Run it", exact=True)).to_have_count(there)
    expect(frame.get_by_role("button", name="r", exact=True)).to_have_count(there)
    page.evaluate(show, [{"kind": "instance", "entity": "Order", "instance": "a"}, "why"])
    expect(frame.get_by_role("button", name="Why dispatch?")).to_be_visible()
    for name in ("Where Order is declared", "Where send is declared", "Show the run of dispatch"):
        expect(frame.get_by_role("button", name=name)).to_have_count(there)
    page.evaluate(show, [{"kind": "verdict", "verdict": "complete"}, "why"])
    expect(frame.locator("#panel-why")).to_contain_text("its rule r", timeout=PATIENCE_MS)
    for name in ("rule r: line 4", "contract.tenor:4"):
        expect(frame.get_by_role("button", name=name)).to_have_count(there)
    # Where the inputs are not shown, what is wrong with them stands with the results.
    page.evaluate(show, [None, "results"])
    page.evaluate("element.load({ inputs: { facts: {} } })")
    notice = frame.locator(".older")
    expect(notice).to_contain_text("these results are older", timeout=PATIENCE_MS)
    expect(notice.get_by_role("button", name="Go to the inputs")).to_have_count(there)
    expect(notice.get_by_text("/facts/ready")).to_have_count(1 - there)


def test_a_playground_that_may_not_be_embedded_is_told(page: Page, host: str, site: str) -> None:
    open_element(page, host, **{"src-page": f"{site}/", "panels": "results"})
    told = heard(page, "one.name === 'playground-error'")
    assert "`frame-ancestors`" in json.loads(told)["detail"]["error"]


def test_it_leads_to_a_page_of_its_own_with_all_that_is_here(page: Page, host: str, embeddable: str) -> None:
    workspace = json.dumps(workspace_of(CONTRACT, '{"ready": true}', {"Order": {"a": "draft"}}, "clerk"))
    attributes = {"src-page": f"{embeddable}/", "panels": "results", "readonly": "", "workspace": workspace}
    frame = open_element(page, host, **attributes)
    expect(frame.get_by_role("gridcell").filter(has_text="Available")).to_have_count(1, timeout=PATIENCE_MS)
    with page.expect_popup() as opened:
        frame.get_by_role("button", name="Open in the playground").click()
    whole = Tab(opened.value, embeddable)
    whole.ready()
    assert whole.page.url == f"{embeddable}/"
    assert whole.workspace()["contract"]["files"]["contract.tenor"] == CONTRACT
    expect(whole.source()).not_to_have_attribute("aria-readonly", "true")


def test_embedded_it_keeps_nothing(page: Page, embeddable: str) -> None:
    tab = Tab(page, embeddable)
    page.goto(f"{embeddable}/?embed&panels=results,inputs,flow")
    tab.ready()
    tab.settled()
    page.get_by_role("gridcell").filter(has_text="Available").first.click()
    expect(page.locator("#panel-flow")).to_be_visible()
    page.wait_for_timeout(700)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.evaluate("caches.keys()") == []
    tab.unharmed()


@pytest.mark.parametrize("origin", ["https://other.example", "*", "null", ""])
def test_no_other_origin_is_talked_to(page: Page, host: str, embeddable: str, origin: str) -> None:
    address = f"{embeddable}/?{urlencode({'embed': '', 'panels': 'results', 'origin': origin})}"
    page.goto(f"{host}/tests/browser/embedding.html?{urlencode({'frame': address})}")
    frame = page.frame_locator("iframe")
    expect(frame.locator('.engine[data-phase="ready"]')).to_be_attached(timeout=PATIENCE_MS)
    expect(frame.get_by_role("gridcell").first).to_be_visible()
    page.evaluate("frames[0].postMessage({ type: 'tenor:load', id: 1, inputs: { persona: 'nobody' } }, '*')")
    page.evaluate("frames[0].postMessage({ type: 'tenor:get', id: 2 }, '*')")
    page.wait_for_timeout(700)
    assert page.evaluate("globalThis.heard.length") == 0


def test_a_message_from_another_window_of_the_right_origin_is_not_heard(page: Page, host: str, embeddable: str) -> None:
    address = f"{embeddable}/?{urlencode({'embed': '', 'panels': 'results', 'origin': host})}"
    page.goto(f"{host}/tests/browser/embedding.html?{urlencode({'frame': address})}")
    heard(page, "one.data.type === 'tenor:ready'")
    page.evaluate(
        """() => {
            const other = document.createElement("iframe");
            document.body.append(other);
            other.contentWindow.eval("parent.frames[0].postMessage({ type: 'tenor:get', id: 'sly' }, '*')");
            frames[0].postMessage({ type: 'tenor:get', id: 'frank' }, '*');
        }"""
    )
    heard(page, "one.data.id === 'frank'")
    assert page.evaluate("globalThis.heard.filter((one) => one.data.id === 'sly').length") == 0


def test_without_leave_the_page_is_not_embedded(page: Page, host: str, site: str) -> None:
    page.goto(f"{host}/tests/browser/embedding.html?{urlencode({'frame': f'{site}/?embed'})}")
    page.wait_for_timeout(500)
    # Also of its own origin: the policy says `none`.
    expect(page.frame_locator("iframe").locator("#app")).to_have_count(0)


def test_the_example_of_the_readme_does_what_it_says(page: Page, host: str, embeddable: str) -> None:
    readme = (ROOT / "web" / "README.md").read_text("utf-8")
    example = readme.split("## The playground in a page", 1)[1].split("```html\n", 1)[1].split("```", 1)[0]
    workspace = json.dumps(workspace_of_scenario("order-approval", "A draft is submitted"))
    example = example.replace("https://play.example/", f"{embeddable}/").replace("./tenor-wasm", "/web")
    _Quiet.more = {"/example.html": f"<!doctype html>{example}", "/order-approval.tenor-workspace.json": workspace}
    page.goto(f"{host}/example.html")
    lines, output, alert = page.get_by_label("Lines of the order"), page.locator("output"), page.get_by_role("alert")
    expect(output).to_have_text("submit", timeout=PATIENCE_MS)
    lines.fill("0")
    expect(output).to_have_text("nothing")
    lines.fill("900")
    expect(output).to_have_text("unknown")
    expect(alert).to_contain_text("/facts/line_count: ")
    lines.fill("7")
    expect(output).to_have_text("submit")
    expect(alert).to_have_text("")
    # A field that is empty is no number.
    lines.fill("")
    expect(output).to_have_text("unknown")
    expect(alert).to_contain_text("/inputs/facts/line_count: the number NaN")


def test_html_to_embed_is_made_from_what_is_open(page: Page, host: str, embeddable: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = Tab(page, embeddable)
    tab.leave(
        workspace_of(CONTRACT, '{"ready": true}', {"Order": {"a": "draft"}}, "clerk") | {"title": 'A "small" <b>'}
    )
    tab.open()
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("menuitem", name="Copy HTML to embed").click()
    expect(page.get_by_text("The HTML is on the clipboard.").first).to_be_visible()
    _Quiet.more = {"/frame.html": f"<!doctype html>{page.evaluate('navigator.clipboard.readText()')}"}
    page.goto(f"{host}/frame.html")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text('A "small" <b>')
    expect(frame.get_by_role("tab")).to_have_text(["Results", "Flow run", "Why"])
    expect(frame.get_by_role("gridcell").filter(has_text="Available")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("iframe")).to_have_attribute("title", 'A "small" <b>')


def test_an_embedded_page_is_for_everyone(page: Page, host: str, embeddable: str) -> None:
    tab = Tab(page, embeddable)
    page.goto(f"{embeddable}/?embed&panels=results&theme=light")
    tab.ready()
    tab.settled()
    assert tab.violations() == []
    page.set_viewport_size({"width": 390, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{embeddable}/?embed&panels=nothing")
    expect(page.get_by_text("None of the panels in the address exists")).to_be_visible()
