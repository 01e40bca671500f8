"""The package's README: its examples run as one program and print what it says, and its tables know every name."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.bridge import package

README = (package.ROOT / "web" / "README.md").read_text("utf-8")
SOURCES = {path.name: path.read_text("utf-8") for path in (package.ROOT / "web" / "src").glob("*.ts")}
EMBEDDED = [path.read_text("utf-8") for path in (package.ROOT / "playground" / "src" / "embed").glob("*.ts")]
"""What answers messages to a playground in a page: its codes are the package's too."""
EXAMPLE = package.ROOT / "playground" / "examples" / "order-approval"
CODE = re.compile(
    r"""(?:new\ TenorError\(|asTenorError\([^";]*|refused?\(|code\ =)\s*"([a-z]+(?:_[a-z]+)*)"
      | downloadError\([^;]*,\ "([a-z_]+)"\)""",
    re.VERBOSE,
)
IN_A_TABLE = re.compile(r"^\| (`[^|]*`) \|", re.MULTILINE)


def _blocks(language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))


@pytest.mark.node
@pytest.mark.xdist_group("forms")
def test_the_examples_run_and_print_what_it_says(tmp_path: Path) -> None:
    package.install(tmp_path)
    shutil.copy(EXAMPLE / "contract.json", tmp_path)
    facts = json.loads((EXAMPLE / "scenarios.json").read_text("utf-8"))["scenarios"][0]["facts"]
    (tmp_path / "facts.json").write_text(json.dumps(facts), "utf-8")
    (tmp_path / "readme.js").write_text(_blocks("js"), "utf-8")
    printed = package.run(tmp_path, "node", "readme.js")
    assert printed.splitlines() == [line for line in _blocks("text").splitlines() if line]


AROUND = """
declare module "node:fs/promises" { export function readFile(path: string, encoding: "utf8"): Promise<string>; }
declare const key: string;
"""
"""What the examples take for granted."""


@pytest.mark.node
@pytest.mark.xdist_group("forms")
def test_the_examples_are_right_in_a_strict_typescript_application(tmp_path: Path) -> None:
    package.install(tmp_path)
    (tmp_path / "around.d.ts").write_text(AROUND, "utf-8")
    (tmp_path / "readme.ts").write_text(_blocks("js"), "utf-8")
    (tmp_path / "client.ts").write_text(f"declare const facts: object;\n{_blocks('ts')}", "utf-8")
    strictness = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false", "--types", ""]
    options = ["--noEmit", "--target", "es2022", "--module", "nodenext", *strictness]
    package.run(tmp_path, str(package.TOOLS / "tsc"), *options, "around.d.ts", "readme.ts", "client.ts")


def test_every_code_of_the_bridge_is_in_the_table_and_no_other() -> None:
    raised = {code for text in (*SOURCES.values(), *EMBEDDED) for found in CODE.findall(text) for code in found if code}
    explained = set(re.findall(r"`(\w+)`", "".join(IN_A_TABLE.findall(README.split("## Troubleshooting")[1]))))
    assert raised == explained


def test_every_option_is_in_the_table() -> None:
    declared = "".join(
        re.findall(r"interface (?:TenorOptions|FileOptions).*?\n}", "".join(SOURCES.values()), re.DOTALL)
    )
    options = set(re.findall(r"^  readonly (\w+)\?:", declared, re.MULTILINE))
    explained = README.split("| option of")[1].split("\n\n")[0]
    assert options <= set(re.findall(r"`(\w+)`", "".join(IN_A_TABLE.findall(explained))))
