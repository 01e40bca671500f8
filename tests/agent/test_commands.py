"""The commands around a store: what lives there, what happened, one flow by hand, and an agent."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm.cli import main
from tenor_wasm.executor import Executor, audit
from tests.engines import ROOT
from tests.executor.places import Place
from tests.executor.shops import BUNDLE, CONTRACT, FACTS
from tests.test_schemas import _validator

Json = Any
PAID = json.dumps(FACTS)
FIRST = '{"Order": "ord-001"}'


class Ran:
    """What one command left behind."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def lines(self) -> list[Json]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Json:
        """Standard output as one JSON value."""
        (value,) = self.lines
        return value


Tenor = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.json").write_text(json.dumps(BUNDLE), "utf-8")
    return tmp_path


@pytest.fixture
def tenor(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Tenor:
    """The command line in a folder with a contract and, by default, a store there."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("TENOR_DB", raising=False)

    def run(command: str, *arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = main([command, "shop.json", *arguments])
        captured = capsys.readouterr()
        ran = Ran(status, captured.out, captured.err)
        if command == "agent" and "--json" in arguments:
            check_log(ran.lines)
        return ran

    return run


def check_log(lines: Sequence[Json]) -> None:
    """Hold a log to its schema: steps, then the report; where it did not begin, or was cut short, the error."""
    *steps, last = lines
    kinds = ["report" if "ended" in line else "step" for line in steps]
    assert "report" not in kinds[:-1]
    for name, line in zip([*kinds, "compat_error" if "error" in last else "report"], lines, strict=True):
        validator = _validator(name) if name == "compat_error" else _validator("agent_log", name)
        validator.validate(line)
        assert name == "compat_error" or _validator("agent_log").is_valid(line)


@pytest.fixture
def shop(tenor: Tenor) -> Tenor:
    """The same with two orders and a parcel."""
    assert tenor("create", "Order/ord-001", "Order/ord-002", "Parcel/par-001").status == 0
    return tenor


# --- instances, history, execute -------------------------------------------------------------------------------


def test_instances_are_created_in_their_initial_state(tenor: Tenor) -> None:
    ran = tenor("create", "Order/ord-001", "Order", "--persona", "clerk")
    assert ran.status == 0
    named, made = ran.out.splitlines()
    assert named == "Order/ord-001 is draft"
    assert made.startswith("Order/inst_")
    again = tenor("create", "Order/new", "Order/ord-001", "Order/never", "--json")
    assert again.status == 2
    assert [one.get("instance_id", one.get("code")) for one in again.lines] == ["new", "instance_exists"]
    assert tenor("instances", "--entity", "Order", "--json").json["Order"]["items"][-1]["instance_id"] == "ord-001"


def test_instances_are_listed_counted_and_paged(shop: Tenor) -> None:
    ran = shop("instances")
    assert ran.status == 0
    assert [line.split()[:3] for line in ran.out.splitlines()[2:]] == [
        ["Order/ord-001", "draft", "0"], ["Order/ord-002", "draft", "0"], ["Parcel/par-001", "packed", "0"],
    ]  # fmt: skip
    counted = {one["entity_id"]: one["states"] for one in shop("instances", "--counts", "--json").json}
    assert counted["Order"] == {"draft": 2, "submitted": 0, "approved": 0, "done": 0}
    page = shop("instances", "--entity", "Order", "--limit", "1", "--json").json["Order"]
    following = shop("instances", "--entity", "Order", "--limit", "1", "--cursor", page["next_cursor"], "--json")
    assert [one["instance_id"] for one in following.json["Order"]["items"]] == ["ord-002"]
    assert following.json["Order"]["next_cursor"] is None
    assert f"--cursor {page['next_cursor']} --entity Order" in shop("instances", "--limit", "1").out
    assert shop("instances", "--entity", "Order", "--state", "approved").out == "none\n"


def test_execute_records_what_simulate_only_tells(shop: Tenor) -> None:
    call = ("execute", "--flow", "submit", "--persona", "clerk", "--facts", PAID, "--bindings", FIRST)
    told = shop(*call, "--simulate", "--json")
    assert (told.status, told.json["simulation"], told.json["outcome"]) == (0, True, "success")
    assert shop("history", "--json").json == {"items": [], "next_cursor": None}
    done = shop(*call, "--json")
    assert (done.status, done.json["simulation"], done.json["repeated"]) == (0, False, False)
    assert done.json["path"] == told.json["path"]
    people = shop(*call)
    assert people.status == 1
    assert people.out.startswith("submit ends with failure (for clerk; it is recorded as exec_")
    assert "expected 'draft'" in people.out
    assert shop(*call, "--simulate").status == 1


def test_a_request_is_carried_out_once(shop: Tenor) -> None:
    call = ("execute", "--flow", "submit", "--persona", "clerk", "--facts", PAID, "--request-id", "r-1", "--bindings")
    first, again = shop(*call, FIRST, "--json").json, shop(*call, FIRST, "--json").json
    assert again == {**first, "repeated": True}
    assert "it was recorded before as" in shop(*call, FIRST).out
    other = shop(*call, '{"Order": "ord-002"}', "--json")
    assert (other.status, other.json["code"]) == (2, "request_id_reused")


def test_without_bindings_the_default_instances_are_meant(tenor: Tenor) -> None:
    tenor("create", "Order/_default", "Order/other")
    assert tenor("execute", "--flow", "submit", "--persona", "clerk", "--facts", PAID).status == 0
    states = {one["instance_id"]: one["state"] for one in tenor("instances", "--json").json["Order"]["items"]}
    assert states == {"_default": "submitted", "other": "draft"}


def test_the_persona_is_recorded_or_held_to_the_first_operations(shop: Tenor) -> None:
    call = ("execute", "--flow", "submit", "--persona", "boss", "--facts", PAID, "--bindings", FIRST, "--json")
    refused = shop(*call, "--authorize")
    assert (refused.status, refused.json["code"]) == (2, "persona_rejected")
    assert shop(*call).json["persona"] == "boss"


def test_history_tells_of_an_instance_of_all_executions_and_of_one_chain(shop: Tenor, folder: Path) -> None:
    shop("execute", "--flow", "process", "--persona", "clerk", "--facts", PAID, "--bindings", FIRST)
    told = shop("history", "Order/ord-001", "--json").json
    assert (told["entity"], told["instance"], told["current_state"]) == ("Order", "ord-001", "approved")
    assert [change["to_state"] for change in told["history"]] == ["draft", "submitted", "approved"]
    people = shop("history", "Order/ord-001").out.splitlines()
    assert people[0] == "Order/ord-001 is approved"
    assert [line.split()[2:5] for line in people[4:]] == [
        ["created", "draft", "-"], ["submit_order", "submitted", "clerk"], ["approve_order", "approved", "boss"],
    ]  # fmt: skip
    (execution,) = shop("history", "--json").json["items"]
    assert "process" in shop("history").out
    chain = shop("history", "--chain", execution["provenance_chain_id"], "--json")
    (folder / "chain.json").write_text(chain.out, "utf-8")
    assert main(["verify", "chain.json", "--contract", "shop.json"]) == 0
    assert "submit_order by clerk: success" in shop("history", "--chain", execution["provenance_chain_id"]).out
    assert shop("history", "Order/ord-002", "--limit", "1", "--json").json["next_cursor"] is None


def test_every_command_works_on_every_store(place: Place, tenor: Tenor, monkeypatch: pytest.MonkeyPatch) -> None:
    if place.kind == "memory":
        # Its instances end with the command: they can be created, and nothing is there afterwards.
        assert tenor("create", "Order/a", "--db", place.address).status == 0
        assert tenor("instances", "--db", place.address).out == "none\n"
        return
    monkeypatch.setenv("TENOR_DB", place.address)
    tenor("create", "Order/ord-001", "Order/ord-002")
    tenor("create", "Order/elsewhere", "--namespace", "acme")
    ran = tenor("agent", "--persona", "clerk", "--facts", PAID, "--policy", "priority:submit", "--json")
    assert [one["result"]["outcome"] for one in ran.lines if "result" in one] == ["success", "success"]
    assert tenor("history", "Order/ord-002", "--json").json["current_state"] == "submitted"
    assert tenor("instances", "--namespace", "acme").out.split()[8:10] == ["Order/elsewhere", "draft"]
    assert audit(Executor(CONTRACT, place.open())).faults == ()


# --- agent -----------------------------------------------------------------------------------------------------


def test_an_agent_tells_each_step_and_why(shop: Tenor) -> None:
    ran = shop("agent", "--persona", "clerk", "--facts", PAID, "--policy", "round-robin:Order", "--steps", "2")
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:2] == [
        "1. submit on Order/ord-001 (it is the turn of Order/ord-001)",
        "   because Order/ord-001 is draft; verdicts: payment_seen",
    ]
    assert lines[2].startswith("   executed: success  chain_")
    assert lines[3] == "   Order/ord-001: draft → submitted"
    assert lines[-1] == "ended (steps) after 2 steps: 2 executed, 0 without a choice"


def test_a_dry_run_stores_nothing(shop: Tenor) -> None:
    ran = shop(
        "agent", "--persona", "clerk", "--facts", PAID, "--policy", "priority:both,submit", "--dry-run", "--json"
    )
    *steps, report = ran.lines
    assert [step["chosen"] and step["chosen"]["flow_id"] for step in steps] == ["both", "submit", None]
    assert report["dry_run"] is True
    assert all(step["dry_run"] for step in steps)
    assert shop("history", "--json").json["items"] == []
    told = shop("agent", "--persona", "clerk", "--facts", PAID, "--dry-run").out
    assert "would be executed: success" in told
    assert "100 would be executed, 0 without a choice; a dry run, nothing is stored" in told


def test_an_agent_rehearses_without_a_store(tenor: Tenor, folder: Path) -> None:
    states = '{"Order": {"a": "submitted", "b": "draft"}}'
    ran = tenor("agent", "--persona", "boss", "--facts", PAID, "--entities", states, "--json")
    assert [one["chosen"]["flow_id"] for one in ran.lines if one.get("chosen")] == ["approve"]
    assert not (folder / "tenor.db").exists()


def test_until_says_whether_it_was_reached(shop: Tenor) -> None:
    agent = ("agent", "--persona", "clerk", "--facts", PAID, "--policy", "priority:submit", "--json", "--until")
    reached = shop(*agent, "Order/ord-002=submitted")
    assert (reached.status, reached.lines[-1]["ended"], reached.lines[-1]["steps"]) == (0, "condition_met", 2)
    missed = shop(*agent, "Order=approved")
    assert (missed.status, missed.lines[-1]["ended"]) == (1, "nothing_to_do")


def test_several_policies_are_asked_in_turn_and_a_function_is_one(shop: Tenor, folder: Path) -> None:
    (folder / "picky.py").write_text(
        "from itertools import islice\n"
        "def second(observation):\n"
        "    return next(islice(observation.actions('submit'), 1, None), None)\n",
        "utf-8",
    )
    ran = shop(
        "agent", "--persona", "clerk", "--facts", PAID, "--json",
        "--policy", "priority:ship", "--policy", "call:picky:second",
    )  # fmt: skip
    assert [step["chosen"]["instance_bindings"] for step in ran.lines if step.get("chosen")] == [{"Order": "ord-002"}]
    assert (ran.lines[0]["policy"], ran.lines[0]["reason"]) == ("composite", "picky:second: picky:second chose it")


def test_the_same_seed_runs_alike_and_a_run_without_one_tells_its_own(tenor: Tenor) -> None:
    states = '{"Order": {"a": "draft", "b": "draft", "c": "submitted", "d": "submitted"}}'
    call = ("agent", "--persona", "clerk", "--facts", PAID, "--entities", states, "--policy", "random", "--json")
    chosen = [
        [one.get("chosen") for one in tenor(*call, "--steps", "8", *seed).lines]
        for seed in (("--seed", "4"), ("--seed", "4"), ("--seed", "5"))
    ]
    assert chosen[0] == chosen[1] != chosen[2]
    reason = tenor(*call, "--steps", "1").lines[0]["reason"]
    seed = reason.removeprefix("drawn by chance (seed ").removesuffix(")")
    assert tenor(*call, "--steps", "1", "--seed", seed).lines[0]["reason"] == reason


def test_facts_come_from_a_file_that_is_read_anew_or_line_by_line(shop: Tenor, folder: Path) -> None:
    (folder / "facts.jsonl").write_text('{"paid": false}\n{"paid": true}\n', "utf-8")
    agent = ("agent", "--persona", "clerk", "--policy", "priority:submit", "--wait", "0.001", "--json", "--facts")
    *steps, report = shop(*agent, "@facts.jsonl").lines
    assert [bool(step["chosen"]) for step in steps] == [False, True]
    assert report["ended"] == "no_more_facts"
    (folder / "facts.json").write_text(PAID, "utf-8")
    assert shop(*agent, "@facts.json", "--steps", "1").lines[0]["chosen"] is not None


def test_an_error_in_the_middle_of_a_run_comes_after_its_end(shop: Tenor, folder: Path) -> None:
    (folder / "facts.jsonl").write_text('{"paid": true}\n\n{"paid": 7}\n', "utf-8")
    agent = ("agent", "--persona", "clerk", "--facts", "@facts.jsonl", "--policy", "priority:submit")
    ran = shop(*agent, "--json")
    step, report, error = ran.lines
    assert (ran.status, step["result"]["status"]) == (2, "executed")
    assert (report["ended"], report["steps"], report["executed"]) == ("error", 1, 1)
    assert error["code"] == "invalid_facts"
    assert "line 3 of 'facts.jsonl'" in error["error"]
    assert "line 3 of 'facts.jsonl'" in shop(*agent).err
    first = shop("agent", "--persona", "clerk", "--facts", '{"paid": 7}', "--json")
    assert first.json["code"] == "invalid_facts"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(_):\n    return 1 // 0\n", "ZeroDivisionError"),
        ("def f(:\n", "SyntaxError"),
        ("raise KeyError('x')\n", "KeyError"),
    ],
)
def test_a_policy_that_fails_is_told_with_the_place(shop: Tenor, folder: Path, text: str, words: str) -> None:
    name = f"failing_{words.lower()}"
    (folder / f"{name}.py").write_text(text, "utf-8")
    ran = shop("agent", "--persona", "clerk", "--facts", PAID, "--policy", f"call:{name}:f", "--json")
    assert (ran.status, ran.json["code"]) == (2, "policy_failed")
    assert words in ran.json["error"]
    assert f"{name}.py" in ran.json["error"]


def test_a_human_chooses_by_number_and_the_end_of_the_input_leaves(shop: Tenor) -> None:
    ran = shop("agent", "--persona", "clerk", "--facts", PAID, "--policy", "human", "--json", stdin="2\n")
    assert ran.status == 0
    step, left, report = ran.lines
    assert step["chosen"]["instance_bindings"] == {"Order": "ord-002"}
    assert (left["reason"], report["ended"]) == ("the human left", "left")
    assert "1. submit on Order/ord-001\n2. submit on Order/ord-002\n" in ran.err


def test_ctrl_c_ends_an_agent_with_its_report(shop: Tenor, folder: Path) -> None:
    command = [
        sys.executable, "-m", "tenor_wasm", "agent", str(folder / "shop.json"), "--persona", "boss", "--facts", PAID,
        "--db", f"sqlite:///{folder / 'tenor.db'}", "--wait", "60", "--json",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        step = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert step["chosen"] is None
    assert (process.returncode, json.loads(out)["ended"], err) == (130, "interrupted", "interrupted\n")


# --- what is refused -------------------------------------------------------------------------------------------

AGENT = ["agent", "--persona", "clerk", "--facts", PAID]
EXECUTE = ["execute", "--flow", "submit", "--persona", "clerk"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["create"], "usage"),
        (["create", "Thing/a"], "unknown_entity"),
        (["create", "Order/"], "invalid_instance_id"),
        (["create", "Order/x", "--persona", "nobody"], "persona_rejected"),
        (["create", "Order/x", "--db", "mysql://x"], "invalid_address"),
        (["create", "Order/x", "--namespace", ""], "invalid_argument"),
        (["instances", "--db", "sqlite:///gone.db"], "unknown_store"),
        (["instances", "--state", "draft"], "usage"),
        (["instances", "--counts", "--entity", "Order"], "usage"),
        (["instances", "--entity", "Order", "--state", "gone"], "unknown_state"),
        (["instances", "--limit", "0"], "invalid_argument"),
        (["instances", "--entity", "Order", "--cursor", "x"], "invalid_cursor"),
        (["history", "Order"], "usage"),
        (["history", "/x"], "usage"),
        (["history", "Order/gone"], "unknown_instance"),
        (["history", "--chain", "gone"], "unknown_chain"),
        (["history", "Order/ord-001", "--chain", "gone"], "usage"),
        (["history", "--db", "sqlite:///gone.db"], "unknown_store"),
        ([*EXECUTE, "--facts", "-", "--bindings", "-"], "usage"),
        ([*EXECUTE, "--facts", "{}"], "invalid_facts"),
        ([*EXECUTE, "--facts", PAID, "--simulate", "--request-id", "r"], "usage"),
        ([*EXECUTE, "--facts", PAID, "--db", "sqlite:///gone.db"], "unknown_store"),
        ([*AGENT, "--steps", "0"], "usage"),
        ([*AGENT, "--seconds", "nan"], "usage"),
        ([*AGENT, "--wait", "-1"], "usage"),
        ([*AGENT, "--policy", "best"], "usage"),
        ([*AGENT, "--policy", "first:x"], "usage"),
        ([*AGENT, "--policy", "priority"], "usage"),
        ([*AGENT, "--policy", "priority:gone"], "unknown_flow"),
        ([*AGENT, "--policy", "round-robin:Gone"], "unknown_entity"),
        ([*AGENT, "--policy", "call:gone:f"], "usage"),
        ([*AGENT, "--policy", "call:json:gone"], "usage"),
        ([*AGENT, "--policy", "call:json:__doc__"], "usage"),
        ([*AGENT, "--until", "Order=gone"], "usage"),
        ([*AGENT, "--entities", "{}", "--db", "memory:"], "usage"),
        ([*AGENT, "--entities", '{"Order": "gone"}'], "invalid_entity_states"),
        ([*AGENT, "--policy", "human", "--entities", "-"], "usage"),
        ([*AGENT, "--db", "sqlite:///gone.db"], "unknown_store"),
        (["agent", "--persona", "nobody", "--facts", PAID], "persona_rejected"),
        (["agent", "--persona", "clerk"], "invalid_facts"),
        (["agent", "--persona", "clerk", "--facts", "@gone"], "unreadable_file"),
    ],
)
def test_bad_usage_and_bad_input_exit_with_2(shop: Tenor, arguments: list[str], code: str) -> None:
    people = shop(*arguments)
    assert (people.status, people.out) == (2, "")
    assert f"error[{code}]" in people.err
    machine = shop(*arguments, "--json")
    assert (machine.status, machine.json["code"]) == (2, code)


def test_a_file_that_is_no_store_is_refused(tenor: Tenor, folder: Path) -> None:
    (folder / "tenor.db").write_text("this is no database, and it is long enough to be seen as none" * 20, "utf-8")
    ran = tenor("instances")
    assert ran.status == 2
    assert "error[storage_" in ran.err
