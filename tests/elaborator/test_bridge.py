"""Source through the bridge's own functions, under Node: load, elaborate, format, and errors as values."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm.api.source import elaborate, format_source
from tests.engines import EXAMPLES, ROOT

pytestmark = [pytest.mark.node, pytest.mark.xdist_group("node")]

SOURCE = (EXAMPLES / "order-approval" / "order_approval.tenor").read_text(encoding="utf-8")

PROGRAM = """
import { text } from "node:stream/consumers";
import { createTenor, sourceErrors } from "./web/dist/index.js";

const { indexURL, wheelURL, source } = JSON.parse(await text(process.stdin));
const tenor = await createTenor({ runtime: "main", indexURL, wheelURL });
const root = "main.tenor";
const files = { [root]: 'import "parts/order.tenor"\\n', "parts/order.tenor": source };
const caught = async (work) => {
  try {
    await work();
  } catch (error) {
    return { name: error.name, code: error.code, errors: sourceErrors(error) };
  }
};
const bundle = await tenor.elaborate(files, root);
const fromSource = await tenor.load({ files, root });
const fromBundle = await tenor.load(bundle);
process.stdout.write(JSON.stringify({
  bundle,
  id: fromSource.id,
  hashes: [fromSource.hash, fromBundle.hash],
  formatted: await tenor.format(source),
  refused: await caught(() => tenor.load({ files: { [root]: "persona" }, root })),
  unformatted: await caught(() => tenor.format("persona {")),
  missing: await caught(() => tenor.elaborate(files, "other.tenor")),
}));
await tenor.dispose();
"""


@pytest.fixture(scope="module")
def told(wheel: Path) -> Any:
    order = {"indexURL": "web/node_modules/pyodide", "wheelURL": str(wheel), "source": SOURCE}
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", PROGRAM],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_elaborate_gives_the_bundle(told: Any) -> None:
    files = {"main.tenor": 'import "parts/order.tenor"\n', "parts/order.tenor": SOURCE}
    assert told["bundle"] == elaborate(files, "main.tenor")


def test_load_takes_source_as_it_takes_the_bundle(told: Any) -> None:
    assert told["id"] == "main"
    assert told["hashes"][0] == told["hashes"][1]


def test_format_gives_the_canonical_layout(told: Any) -> None:
    assert told["formatted"] == format_source(SOURCE)


@pytest.mark.parametrize("name", ["refused", "unformatted"])
def test_errors_in_source_are_values_with_places(told: Any, name: str) -> None:
    refused = told[name]
    assert (refused["name"], refused["code"]) == ("TenorError", "invalid_source")
    assert [(error["pass"], error["line"]) for error in refused["errors"]] == [(0, 1)]
    assert refused["errors"][0]["end_column"] > refused["errors"][0]["column"]


def test_an_absent_root_is_no_error_in_source(told: Any) -> None:
    assert told["missing"] == {"name": "TenorError", "code": "invalid_argument", "errors": []}
