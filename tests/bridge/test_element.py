"""`<tenor-evaluator>` in a page with a strict content security policy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.bridge import package

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("element")]

EXAMPLE = package.ROOT / "playground" / "examples" / "order-approval"
SCENARIO = json.loads((EXAMPLE / "scenarios.json").read_text("utf-8"))["scenarios"][0]
ATTRIBUTES = {
    "src": "/examples/order-approval/contract.json",
    "facts": json.dumps(SCENARIO["facts"]),
    "entities": json.dumps(SCENARIO["entity_states"]),
    "persona": SCENARIO["persona"],
    "loading": "eager",
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    unpacked = package.unpack(tmp_path_factory.mktemp("package"))
    (unpacked / "facts.json").write_text(ATTRIBUTES["facts"], "utf-8")
    folders = {"package": unpacked, "tests": package.ROOT / "tests", "examples": EXAMPLE.parent}
    with package.served(folders) as address:
        yield address


@pytest.fixture
def page(origin: str, chromium: Browser) -> Iterator[Page]:
    """A page that knows the element and keeps its events; nothing may end up in its console."""
    opened = chromium.new_page()
    opened.set_default_timeout(60_000)
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(f"{origin}/tests/blank.html")
    opened.evaluate(
        """async () => {
            globalThis.events = [];
            for (const name of ["ready", "result", "error"]) {
                const keep = ({ type, target, detail }) => events.push({ type, target, detail });
                document.addEventListener(`tenor-${name}`, keep);
            }
            globalThis.add = (attributes) => {
                const element = document.createElement("tenor-evaluator");
                for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
                document.body.append(element);
                return element;
            };
            await import("/package/dist/element.js");
        }"""
    )
    yield opened
    opened.close()
    assert [line for line in said if "404" not in line] == []


def _add(page: Page, **attributes: str) -> None:
    page.evaluate("(attributes) => { globalThis.element = add(attributes); }", {**ATTRIBUTES, **attributes})


def _wait_for(page: Page, kind: str, count: int = 1) -> Any:
    """The last event of a kind, once there are so many."""
    page.wait_for_function(
        "([kind, count]) => events.filter(({type}) => type === kind).length >= count", arg=[kind, count]
    )
    return page.evaluate(
        """(kind) => {
            const { detail } = events.filter(({type}) => type === kind).at(-1);
            return detail.error ? { code: detail.error.code, message: detail.error.message } : detail;
        }""",
        kind,
    )


def _kinds(page: Page) -> Any:
    return page.evaluate("events.map(({type}) => type)")


def _part(page: Page, name: str) -> list[str]:
    """The texts of all visible elements of a part."""
    found = page.locator(f"tenor-evaluator [part={name}]")
    return [text for text in found.all_inner_texts() if text]


def test_it_shows_verdicts_actions_and_what_blocks_the_rest(page: Page) -> None:
    _add(page)
    result = _wait_for(page, "tenor-result")
    assert _kinds(page) == ["tenor-ready", "tenor-result"]
    assert page.evaluate("events[0].target === element && events[0].detail.contractId") == "order_approval"
    assert page.evaluate("events[0].detail.contractHash").startswith("sha256:")
    assert page.locator("tenor-evaluator [part=verdict] [part=name]").all_inner_texts() == [
        verdict["type"] for verdict in result["verdicts"]
    ]
    assert [action["flow_id"] for action in result["actionSpace"]["actions"]] == ["submit"]
    assert "Order ord-001" in _part(page, "action")[0]
    assert _part(page, "heading") == ["Verdicts", "What buyer may do", "What buyer may not do"]
    assert "not for this persona" in _part(page, "blocked")[0]
    assert page.evaluate("element.hasAttribute('aria-busy')") is False


def test_the_example_of_the_readme_shows_what_may_be_done(page: Page) -> None:
    readme = (package.ROOT / "web" / "README.md").read_text("utf-8")
    example = re.search(r"^<tenor-evaluator ([^>]*)></tenor-evaluator>$", readme, re.MULTILINE)
    assert example is not None
    attributes = {
        name: one or other for name, one, other in re.findall(r"""(\w+)=(?:'([^']*)'|"([^"]*)")""", example[1])
    }
    # The two files are those that the README begins with.
    assert (attributes["src"], attributes["facts"]) == ("contract.json", "facts.json")
    _add(page, **attributes | {"src": ATTRIBUTES["src"], "facts": "/package/facts.json"})
    result = _wait_for(page, "tenor-result")
    assert [action["flow_id"] for action in result["actionSpace"]["actions"]] == ["submit"]


def test_every_fault_is_shown_with_its_place(page: Page) -> None:
    _add(page, facts='{"line_count": "many"}')
    _wait_for(page, "tenor-error")
    faults = _part(page, "fault")
    assert [fault.split(":")[0] for fault in faults] == [f"/facts/{name}" for name in sorted(SCENARIO["facts"])]
    assert "details" not in page.get_by_role("alert").inner_text()
    page.evaluate("element.setAttribute('facts', '{')")
    _wait_for(page, "tenor-error", 2)
    assert len(_part(page, "fault")) == 1


def test_it_is_told_to_those_who_cannot_see(page: Page) -> None:
    _add(page)
    _wait_for(page, "tenor-result")
    assert "1 possible action" in page.get_by_role("status").inner_text()
    assert page.get_by_role("list", name="What buyer may do").get_by_role("listitem").count() == 1
    assert page.get_by_role("alert").count() == 0


def test_parts_can_be_styled_from_outside(page: Page) -> None:
    _add(page)
    _wait_for(page, "tenor-result")
    page.evaluate(
        """() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync("tenor-evaluator::part(name) { color: rgb(1, 2, 3) }");
            document.adoptedStyleSheets = [sheet];
        }"""
    )
    color = page.locator("tenor-evaluator [part=name]").first.evaluate("(name) => getComputedStyle(name).color")
    assert color == "rgb(1, 2, 3)"


def test_facts_may_come_from_an_address_and_from_properties(page: Page) -> None:
    _add(page, facts="/package/facts.json")
    first = _wait_for(page, "tenor-result")
    page.evaluate("([facts, states]) => { element.facts = facts; element.entityStates = states; }", _later_facts())
    second = _wait_for(page, "tenor-result", 2)
    assert len(second["verdicts"]) < len(first["verdicts"])
    assert second["actionSpace"]["actions"] == []
    # Two properties in one turn are one round, and the contract was loaded once.
    assert _kinds(page) == ["tenor-ready", "tenor-result", "tenor-result"]


def _later_facts() -> list[Any]:
    return [{**SCENARIO["facts"], "line_count": 0}, {"Order": "approved"}]


def test_a_change_of_an_attribute_asks_anew_and_the_newest_wins(page: Page) -> None:
    _add(page)
    _wait_for(page, "tenor-result")
    page.evaluate(
        """async () => {
            for (const persona of ["approver", "nobody", "approver"]) {
                element.persona = persona;
                await Promise.resolve();
                await Promise.resolve();
            }
        }"""
    )
    assert _wait_for(page, "tenor-result", 2)["actionSpace"]["persona_id"] == "approver"
    page.evaluate("() => element.removeAttribute('persona')")
    assert _wait_for(page, "tenor-result", 3).get("actionSpace") is None
    assert _kinds(page).count("tenor-error") == 0


def test_errors_are_shown_and_told_and_a_correction_helps(page: Page) -> None:
    _add(page, facts='{"line_count": "many"}')
    assert _wait_for(page, "tenor-error")["code"] == "invalid_facts"
    assert "line_count: expected a whole number" in page.get_by_role("alert").inner_text()
    page.evaluate("(facts) => element.setAttribute('facts', facts)", ATTRIBUTES["facts"])
    _wait_for(page, "tenor-result")
    assert page.get_by_role("alert").count() == 0
    page.evaluate("() => element.setAttribute('src', '/nowhere.json')")
    assert _wait_for(page, "tenor-error", 2)["code"] == "download_failed"
    page.evaluate("() => element.removeAttribute('src')")
    assert _wait_for(page, "tenor-error", 3)["code"] == "no_contract"
    assert _part(page, "verdict") == []


def test_a_contract_that_is_cut_short_is_told_with_its_address(page: Page) -> None:
    page.evaluate(
        """() => {
            const whole = fetch;
            const short = () => new Response(new ReadableStream({ start: (body) => body.error(new TypeError("cut")) }));
            const isShort = (url) => String(url).endsWith("short.json");
            globalThis.fetch = async (url, options) => isShort(url) ? short() : whole(url, options);
        }"""
    )
    _add(page, src="/short.json")
    error = _wait_for(page, "tenor-error")
    assert error["code"] == "download_failed"
    assert "`/short.json`" in error["message"]


def test_a_runtime_that_is_not_there_can_be_corrected(page: Page) -> None:
    _add(page, **{"index-url": "/nowhere/"})
    assert _wait_for(page, "tenor-error")["code"] == "runtime_download_failed"
    page.evaluate("() => element.removeAttribute('index-url')")
    _wait_for(page, "tenor-result")


def test_source_is_elaborated(page: Page) -> None:
    _add(page, src="/examples/order-approval/order_approval.tenor")
    assert len(_wait_for(page, "tenor-result")["verdicts"]) > 0


def test_nothing_is_fetched_before_the_element_comes_into_view(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("() => { document.body.style.paddingTop = '5000px'; }")
    _add(page, loading="lazy")
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))")
    assert asked == []
    page.evaluate("() => element.scrollIntoView()")
    _wait_for(page, "tenor-result")
    assert asked != []


def test_elements_share_one_runtime_and_the_last_one_ends_it(page: Page) -> None:
    _add(page)
    _add(page, persona="approver")
    _wait_for(page, "tenor-result", 2)
    assert len(page.workers) == 1
    page.evaluate("() => document.querySelector('tenor-evaluator').remove()")
    page.evaluate("() => element.setAttribute('persona', 'buyer')")
    _wait_for(page, "tenor-result", 3)
    # Moved within one turn, it keeps its runtime.
    page.evaluate("() => document.body.prepend(element)")
    _wait_for(page, "tenor-result", 4)
    assert len(page.workers) == 1
    with page.workers[0].expect_event("close"):
        page.evaluate("() => element.remove()")
    assert page.workers == []


def test_properties_set_before_the_definition_count(origin: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{origin}/tests/blank.html")
    verdicts = page.evaluate(
        """async ([bundle, facts]) => {
            const element = document.createElement("tenor-evaluator");
            Object.assign(element, { bundle, facts });
            document.body.append(element);
            const result = new Promise((resolve, reject) => {
                element.addEventListener("tenor-result", ({ detail }) => resolve(detail.verdicts.length));
                element.addEventListener("tenor-error", ({ detail }) => reject(detail.error));
            });
            const { register } = await import("/package/dist/element.js");
            register();
            return result;
        }""",
        [json.loads(Path(EXAMPLE / "contract.json").read_text("utf-8")), SCENARIO["facts"]],
    )
    page.close()
    assert verdicts > 0


def test_what_a_contract_says_is_text_and_never_markup(page: Page) -> None:
    bundle = json.dumps(
        {
            **json.loads((package.ROOT / "tests" / "contracts" / "counter.json").read_text("utf-8")),
            "constructs": [
                {"id": "n", "kind": "Fact", "source": "test", "type": {"base": "Text", "max_length": 99}},
                {
                    "id": "echo",
                    "kind": "Rule",
                    "stratum": 0,
                    "body": {
                        "when": {"left": {"fact_ref": "n"}, "op": "!=", "right": {"literal": ""}},
                        "produce": {
                            "verdict_type": "said",
                            "payload": {"type": {"base": "Text", "max_length": 99}, "value": {"fact_ref": "n"}},
                        },
                    },
                },
            ],
        }
    )
    page.evaluate(
        """([bundle, n]) => {
            globalThis.element = Object.assign(document.createElement("tenor-evaluator"), { bundle, facts: { n } });
            element.setAttribute("loading", "eager");
            document.body.append(element);
        }""",
        [bundle, "<b>bold</b>"],
    )
    page.wait_for_function("() => events.some(({type}) => type !== 'tenor-ready')")
    assert _kinds(page) == ["tenor-ready", "tenor-result"], _wait_for(page, "tenor-error")
    assert page.locator("tenor-evaluator [part=value]").inner_text() == "<b>bold</b>"
