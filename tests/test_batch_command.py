"""``tenor evaluate --batch``: every line is answered, in order, at constant memory, and nothing stops at a bad one."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenor_wasm.api.wire import dispatch
from tenor_wasm.cli import lines, main
from tenor_wasm.errors import TenorError
from tests import bundles as b
from tests.engines import ROOT

Json = Any

COMMAND = [sys.executable, "-m", "tenor_wasm", "evaluate"]
BUNDLE = b.bundle(
    b.persona(),
    b.fact("amount", b.integer(0, 10_000_000)),
    b.fact("vip", b.BOOL, default={"kind": "bool_literal", "value": False}),
    b.rule("large", b.compare(b.ref("amount"), ">", b.literal(100, b.integer()))),
)


@pytest.fixture
def contract(tmp_path: Path) -> str:
    path = tmp_path / "contract.json"
    path.write_text(json.dumps(BUNDLE), encoding="utf-8")
    return str(path)


def batch(folder: Path, text: str | bytes) -> str:
    path = folder / "facts.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def ran(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, cwd=ROOT, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def test_results_come_in_order_from_several_processes(contract: str, tmp_path: Path) -> None:
    amounts = [number * 7 % 1000 for number in range(3000)]
    path = batch(tmp_path, "".join(f'{{"amount": {amount}}}\n' for amount in amounts))
    done = ran(contract, "--batch", path, "--jobs", "3", "--json")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["line"] for result in results] == [*range(1, 3001)]
    assert [bool(result["verdicts"]) for result in results] == [amount > 100 for amount in amounts]
    assert (done.returncode, done.stderr) == (0, "")
    assert ran(contract, "--batch", path, "--jobs", "1", "--json").stdout == done.stdout


BAD = (
    b'\xef\xbb\xbf{"amount": 500}\n\n  \r\n{"amount": \n{"amount": "x", "vip": 3}\r\n[]\n{"amount": 1, "amount": 2}\n'
    b'{"amount": 500, "name": "\xff"}\n{"amount": 50}'
)


def test_bad_lines_are_told_by_number_and_the_rest_is_unharmed(contract: str, tmp_path: Path) -> None:
    done = ran(contract, "--batch", batch(tmp_path, BAD), "--json")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(result["line"], result.get("error", {}).get("code")) for result in results] == [
        (1, None),
        (4, "invalid_json"),
        (5, "invalid_facts"),
        (6, "invalid_facts"),
        (7, "duplicate_key"),
        (8, "invalid_text"),
        (9, None),
    ]
    assert done.stderr == "5 of 7 fact sets could not be evaluated\n"
    assert done.returncode == 1


def test_people_read_verdicts_a_line_and_bad_lines_apart(contract: str, tmp_path: Path) -> None:
    done = ran(contract, "--batch", batch(tmp_path, BAD + b'\n{"amount": 7, "colour": 1}'))
    assert done.stdout == "line 1: large = true\nline 9: no verdict\nline 10: no verdict\n"
    assert "line 4: error[invalid_json]: the fact set cannot be read as JSON" in done.stderr
    assert "line 5: error[invalid_facts]: 2 faults\n  /amount: " in done.stderr
    assert "line 10: warning[unknown_fact] at /colour: " in done.stderr
    assert done.stderr.endswith("5 of 8 fact sets could not be evaluated\n")
    assert done.returncode == 1


def test_standard_input_is_a_file_too(contract: str) -> None:
    done = ran(contract, "--batch", "-", stdin=b'{"amount": 500}\n{"amount": 5}\n')
    assert (done.returncode, done.stdout) == (0, "line 1: large = true\nline 2: no verdict\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--batch", "gone.jsonl"], "unreadable_file"),
        (["--batch", "-"], "usage"),
        (["--batch", "-", "--facts", '{"amount": 1}'], "usage"),
        (["--batch", "-", "--jobs", "-1"], "usage"),
        (["--batch", "-", "--contract-hash", "sha256:" + "0" * 64], "contract_hash_mismatch"),
    ],
)
def test_what_cannot_be_begun_is_refused_at_once(
    contract: str, arguments: list[str], code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n \n")))
    status = main(["evaluate", contract, "--json", *arguments])
    assert json.loads(capsys.readouterr().out)["code"] == code
    assert status == (1 if code == "contract_hash_mismatch" else 2)


FACTS = st.fixed_dictionaries({"amount": st.integers(-5, 300) | st.text()}, optional={"vip": st.booleans()})


@given(
    fact_sets=st.lists(FACTS),
    blanks=st.integers(0, 3),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_file_is_worth_one_batch_of_the_wire(
    contract: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], fact_sets: list[Json], blanks: int
) -> None:
    handle = json.loads(dispatch("load", json.dumps({"bundle": BUNDLE})))["ok"]["handle"]
    answer = json.loads(dispatch("evaluate_batch", json.dumps({"contract": handle, "fact_sets": fact_sets})))["ok"]
    dispatch("free", json.dumps({"contract": handle}))
    path = batch(tmp_path, ("\n" * (blanks + 1)).join([json.dumps(facts) for facts in fact_sets]))
    status = main(["evaluate", contract, "--json", "--batch", path])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == (2 if not fact_sets else 1 if answer["failed"] else 0)
    if fact_sets:
        assert [one.pop("line") for one in told] == [1 + index * (blanks + 1) for index in range(len(fact_sets))]
        assert [one if "verdicts" in one else one["error"]["code"] for one in told] == [
            one if "verdicts" in one else one["error"]["code"] for one in answer["results"]
        ]


# --- memory ----------------------------------------------------------------------------------------------------


def counted(given: object) -> Callable[[lines.Batch], int]:
    """Work that does nothing but count."""
    return len


class Drawn:
    """Endless lines; counts how many were drawn."""

    def __init__(self, text: str) -> None:
        self.text, self.count = text, 0

    def __iter__(self) -> Iterator[lines.Line]:
        while True:
            self.count += 1
            yield lines.Line(self.count, self.text)


@pytest.mark.parametrize("jobs", [0, -1])
def test_at_least_one_process_works(jobs: int) -> None:
    with pytest.raises(TenorError) as raised:
        lines.jobs_of(jobs)
    assert raised.value.code == "usage"


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("text", ["{}", "x" * (lines.BATCH_LENGTH // 4)], ids=["short", "long"])
def test_only_so_much_of_a_file_is_held_at_a_time(jobs: int, text: str) -> None:
    drawn = Drawn(text)
    done = lines.worked(drawn, counted, None, jobs)
    finished = 0
    for _ in range(40):
        finished += next(done)
        held = drawn.count - finished
        assert held <= lines.BATCH * (jobs * lines.BATCHES_PER_PROCESS + 2)
        assert held * len(text) <= lines.BATCH_LENGTH * (jobs * lines.BATCHES_PER_PROCESS + 2)
    done.close()  # type: ignore[attr-defined]


def test_what_is_read_from_a_pipe_is_answered_before_the_pipe_ends(contract: str) -> None:
    command = [*COMMAND, contract, "--batch", "-", "--jobs", "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"amount": 500}\n' * lines.BATCH * 3)
        process.stdin.flush()
        assert process.stdout.readline() == b"line 1: large = true\n"
        process.stdin.close()
        assert len(process.stdout.readlines()) == lines.BATCH * 3 - 1


# --- interruption ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_it_with_whole_lines_and_a_status(contract: str, jobs: str) -> None:
    command = [*COMMAND, contract, "--batch", "-", "--jobs", jobs]
    # A group of its own: as at a terminal, the interrupt reaches every process of the command.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"amount": 500}\n' * lines.BATCH * (lines.BATCHES_PER_PROCESS * int(jobs) + 3))
    process.stdin.flush()
    first = process.stdout.readline()
    interrupted(process)
    out, err = process.communicate(timeout=60)
    assert (first + out).endswith(b"\n")
    assert err == b"interrupted\n"
    assert process.returncode == 130


def interrupted(process: subprocess.Popen[bytes]) -> None:
    """Interrupt every process of the group, as the terminal does."""
    os.killpg(process.pid, signal.SIGINT)


def test_a_reader_that_has_seen_enough_is_no_fault(contract: str) -> None:
    command = [*COMMAND, contract, "--batch", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate(b'{"amount": 500}\n' * 5000)
    assert (process.returncode, err) == (0, b"")
