"""The commands about chains and comparisons."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm.cli import main
from tenor_wasm.cli import verify as command
from tenor_wasm.cli.lines import BATCH
from tenor_wasm.cli.progress import Progress
from tests.engines import CONTRACTS
from tests.why.test_chain import CONTRACT, SMALL, chain

Json = Any
RELEASE = str(CONTRACTS / "release.json")
FACTS = '{"payment_received": true, "release_approved": true}'
STATES = '{"Order": {"order_001": "pending"}}'
SIMULATE = (
    *("simulate", RELEASE, "--flow", "release_flow", "--persona", "escrow_agent", "--facts", FACTS),
    *("--entities", STATES, "--bindings", '{"Order": "order_001"}', "--provenance"),
)


class Terminal(io.StringIO):
    """A stream that says that someone looks at it."""

    def isatty(self) -> bool:
        return True


def recorded(capsys: pytest.CaptureFixture[str]) -> Json:
    """What ``simulate --provenance --json`` prints."""
    assert main((*SIMULATE, "--json")) == 0
    return json.loads(capsys.readouterr().out)


def test_simulate_shows_the_chain_from_the_step_down_to_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(SIMULATE) == 0
    shown = capsys.readouterr().out
    for words in (
        "approve: approve_release by escrow_agent: success",
        "Order/order_001: pending → approved",
        "because verdict_present(release_ready) is true",
        "check_payment (stratum 0) fired",
        "payment_received = true from payment_gateway",
    ):
        assert words in shown


@pytest.mark.parametrize("flow", list(CONTRACT.flows))
def test_every_kind_of_step_can_be_shown(flow: str) -> None:
    from tenor_wasm.cli.reading import why

    for facts in (SMALL, {"amount": {"amount": "900.00", "currency": "EUR"}}):
        assert why(chain(flow, facts)).splitlines()


def test_verify_takes_a_chain_or_what_simulate_printed_or_a_server_answered(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    document = recorded(capsys)
    for name, written in (
        ("line", json.dumps(document["provenance"])),
        ("pretty", json.dumps(document["provenance"], indent=2)),
        ("simulation", json.dumps(document)),
        ("server", json.dumps({"provenance_chain_id": "chain_1", "chain": document["provenance"]})),
        ("server_pretty", json.dumps({"chain": document["provenance"]}, indent=2)),
        ("blank", "\n\n" + json.dumps(document["provenance"]) + "\n\n"),
    ):
        path = tmp_path / name
        path.write_text(written, "utf-8")
        assert main(("verify", str(path), "--contract", RELEASE)) == 0
        assert capsys.readouterr().out == "1 chain verified\n"


def lines(document: Json, count: int) -> list[str]:
    return [json.dumps(document["provenance"])] * count


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_tampered_line_among_many_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path, jobs: str) -> None:
    document = recorded(capsys)
    many = lines(document, 3 * BATCH)
    many[150] = many[150].replace('"result": true', '"result": false', 1)
    many[170] = many[170][:-1]
    path = tmp_path / "chains.jsonl"
    path.write_text("\n".join(many) + "\n", "utf-8")
    assert main(("verify", str(path), "--contract", RELEASE, "--jobs", jobs, "--json")) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["agrees"], answer["chains"], answer["failed"]) == (False, len(many), 2)
    assert [failure["line"] for failure in answer["failures"]] == [151, 171]
    assert [failure["difference"]["code"] for failure in answer["failures"]] == ["edited_value", "malformed_chain"]
    assert main(("verify", str(path), "--contract", RELEASE, "--jobs", jobs)) == 1
    shown = capsys.readouterr().out
    assert "line 151: chain_" in shown
    assert f"2 of {len(many)} chains failed" in shown


def test_more_failures_than_anyone_reads_are_counted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "MOST_NAMED", 2)
    path = tmp_path / "chains.jsonl"
    path.write_text("{}\n" * 5, "utf-8")
    assert main(("verify", str(path), "--contract", RELEASE)) == 1
    assert "… and 3 more" in capsys.readouterr().out


def test_chains_come_from_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given = "\n".join(lines(recorded(capsys), 2)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert main(("verify", "-", "--contract", RELEASE)) == 0
    assert capsys.readouterr().out.startswith("2 chains verified")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("verify", "no-such-file", "--contract", RELEASE), "unreadable_file"),
        (("verify", RELEASE, "--contract", "no-such-file"), "unreadable_file"),
        (("verify", "-", "--contract", "-"), "usage"),
        (("verify", RELEASE), "usage"),
        (("verify", RELEASE, "--contract", RELEASE, "--jobs", "-1"), "usage"),
        (("verify", "/dev/null", "--contract", RELEASE), "usage"),
    ],
)
def test_bad_usage_exits_with_2(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str) -> None:
    assert main(arguments) == 2
    assert f"error[{code}]" in capsys.readouterr().err


def test_bytes_that_are_no_text_fail_in_their_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "chains.jsonl"
    path.write_bytes(b'{"format": "\xff"}\n')
    assert main(("verify", str(path), "--contract", RELEASE)) == 1
    assert "line 1" in capsys.readouterr().out


def test_diff_shows_changes_with_their_causes(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("diff", RELEASE, "--persona", "escrow_agent", "--facts", FACTS, "--entities", STATES)
    assert main((*asked, "--flow", "release_flow", "--bindings", '{"Order": "order_001"}')) == 0
    assert capsys.readouterr().out == "nothing that follows is different\n"
    other = ("--other-facts", '{"payment_received": false, "release_approved": true}')
    assert main((*asked, *other, "--flow", "release_flow", "--bindings", '{"Order": "order_001"}')) == 1
    shown = capsys.readouterr().out
    assert "fact payment_received: true → false" in shown
    assert "verdict payment_ok: true → none" in shown
    assert "approve: success" in shown
    assert main((*asked, "--other-persona", "buyer", "--json")) == 1
    assert json.loads(capsys.readouterr().out)["actions"][0]["causes"][0]["kind"] == "persona"
    assert main((*asked, "--other-contract", RELEASE)) == 0


def test_the_bar_is_shown_on_a_terminal_alone() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        progress = Progress(10, stream)
        progress.show(5, "half")
        progress.clear()
    assert "half" in terminal.getvalue()
    assert " 50%" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert file.getvalue() == ""
