"""The bridge's client (``tenor-wasm/client``) under Node, against the real server."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tenor_wasm.executor.memory import MemoryStorage
from tenor_wasm.server import KeyFile, Subject
from tenor_wasm.server.keys import add_key
from tests.server.example import CONTRACT, FACTS, ROOT
from tests.server.running import serving

COURSE = Path(__file__).resolve().parent / "client_in_node.mjs"
MODULE = ROOT / "web" / "dist" / "client.js"


@pytest.mark.node
def test_the_client_of_the_bridge_does_all_that_the_server_offers(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    key = add_key(path, ["clerk"])[1]
    with serving(MemoryStorage(), keys=KeyFile(path)) as url:
        played = subprocess.run(["node", COURSE, url, key], capture_output=True, text=True, check=False, timeout=60)
    assert played.returncode == 0, played.stderr
    assert json.loads(played.stdout) == {
        "made": ["draft", "draft"],
        "open": 2,
        "simulated": ["submitted"],
        "done": ["success", "clerk", True, True],
        "states": ["submitted", "draft"],
        "pages": 1,
        "history": ["draft", "submitted"],
        "chain": True,
        "execution": "success",
        "listed": True,
        "verdicts": True,
        "flows": True,
        "triggers": [],
        "manifest": [True, True],
        "refused": [True, "unknown_flow", 404],
    }


@pytest.mark.node
def test_the_example_of_the_package_runs(tmp_path: Path) -> None:
    readme = (ROOT / "web" / "README.md").read_text("utf-8")
    (example,) = re.findall(r"^```ts\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    bundle = json.loads((CONTRACT.parent / "contract.json").read_text("utf-8"))
    with serving(MemoryStorage(), [Subject(bundle)]) as url:
        program = example.replace("https://contracts.example/acme", url).replace("tenor-wasm/client", MODULE.as_uri())
        (tmp_path / "example.mjs").write_text(f"let key; const facts = {json.dumps(FACTS)};\n{program}", "utf-8")
        command = ["node", str(tmp_path / "example.mjs")]
        played = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (played.stdout, played.stderr) == ("1 draft success 2\n", "")
