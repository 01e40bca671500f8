"""The executor in a browser's Python: the same records and chains as here, in memory and in SQLite."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.executor.shops import BUNDLE, FACTS

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import json
from tenor_wasm import api, executor

document = json.loads(given)
told = []
for address in ("memory:", "sqlite:///instances.db"):
    times = iter(range(10**6))
    run = executor.Executor(
        api.load(document["bundle"]),
        executor.open_storage(address),
        clock=lambda: f"t{next(times)}",
        ids=executor.counting_ids(),
    )
    for name in ("a", "b"):
        run.create_instance("Order", name)
    for flow in ("submit", "approve", "submit"):
        run.execute_flow(flow, "clerk", document["facts"], {"Order": "a"})
    told.append(
        {
            "histories": [api.to_json(run.history("Order", name)) for name in ("a", "b")],
            "executions": [api.to_json(run.execution(done.execution_id)) for done in run.chains().items],
            "chains": [api.to_json(run.chain(done.chain_id)) for done in run.chains().items],
            "space": api.to_json(run.action_space_page("clerk", document["facts"])),
            "audit": api.to_json(executor.audit(run)),
        }
    )
json.dumps(told)
"""


@pytest.mark.node
@pytest.mark.xdist_group("node")
def test_the_executor_in_pyodide_records_what_it_records_here(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = json.dumps({"bundle": BUNDLE, "facts": FACTS})
    index = f"{ROOT / 'web' / 'node_modules' / 'pyodide'}/"
    request = json.dumps({"indexURL": index, "wheel": str(wheel), "program": PROGRAM, "input": given})
    command = ["node", str(Path(__file__).with_name("in_pyodide.mjs"))]
    there = subprocess.run(command, input=request, capture_output=True, text=True, check=False)
    assert there.returncode == 0, there.stderr
    monkeypatch.chdir(tmp_path)
    program, expression = PROGRAM.rsplit("\n", 2)[0], PROGRAM.rsplit("\n", 2)[1]
    names = {"given": given}
    exec(program, names)
    here = json.loads(eval(expression, names))
    assert json.loads(there.stdout) == here
    assert here[0] == here[1]
    assert here[0]["audit"]["agrees"]
    assert len(here[0]["chains"]) == 3
