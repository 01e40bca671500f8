"""What an import costs, counted rather than timed: a page waits for it."""

from __future__ import annotations

import json
import subprocess
import sys

IMPORT = """
import json, re, sys

compiled = []
original = re.compile

def counting(pattern, flags=0):
    compiled.append([sys._getframe(1).f_globals["__name__"], str(pattern)])
    return original(pattern, flags)

re.compile = counting
import tenor_wasm.api.wire
json.dump({"compiled": compiled, "modules": sorted(sys.modules)}, sys.stdout)
"""
RIM = (
    "tenor_wasm.api.compat",
    "tenor_wasm.api.records",
    "tenor_wasm.api.render_why",
    "tenor_wasm.api.scenarios",
    "tenor_wasm.api.schemas",
    "tenor_wasm.api.why",
    "tenor_wasm.cli",
    "tenor_wasm.elaborator",
    "tenor_wasm.evaluator.changes",
    "tenor_wasm.evaluator.evaluation_source",
    "tenor_wasm.evaluator.explain",
    "tenor_wasm.evaluator.remedies",
    "tenor_wasm.evaluator.verify",
    "tenor_wasm.evaluator.why",
    "tenor_wasm.scenarios",
)
"""What loading and evaluating a bundle does without."""
HEAVY = ("argparse", "asyncio", "concurrent", "email", "importlib.metadata", "importlib.resources", "jsonschema")


def test_the_import_compiles_no_expression_and_leaves_the_rim_alone() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    modules = set(told["modules"])
    assert "tenor_wasm.evaluator.rules" in modules
    assert [pair for pair in told["compiled"] if pair[0].startswith("tenor_wasm")] == []
    assert modules.intersection(RIM) == set()
    assert modules.intersection(HEAVY) == set()


def test_what_was_left_out_is_there_when_asked_for() -> None:
    script = "from tenor_wasm import api; print([name for name in api.__all__ if not hasattr(api, name)])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
