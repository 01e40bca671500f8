"""The README's examples do what it says: each block is run as it stands and must print the block that follows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def blocks(language: str) -> list[tuple[str, str]]:
    """The blocks in a language, each with the block after it."""
    after = [*(text for _, text in BLOCKS[1:]), ""]
    return [(text, printed) for (name, text), printed in zip(BLOCKS, after, strict=True) if name == language]


def block(language: str) -> tuple[str, str]:
    """The one block in a language, and the block after it."""
    found = blocks(language)
    assert len(found) == 1, f"README.md has {len(found)} blocks of {language}"
    return found[0]


def run(command: list[str], text: str = "") -> str:
    """What a command prints, run at the top of the checkout with the environment's programs first."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1"}
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python() -> None:
    """Each block goes on where the one before it ended."""
    programs, printed = zip(*blocks("python"), strict=True)
    assert run([sys.executable, "-"], "".join(programs)) == "".join(printed)


def test_command_line() -> None:
    """Each block goes on where the one before it ended."""
    commands, printed = [], []
    for line in "".join(session for session, _ in blocks("console")).splitlines():
        if line.startswith(("$ ", "> ")):
            commands.append(line[2:])
        else:
            printed.append(line)
    assert any(command.startswith("tenor ") for command in commands)
    assert run(["bash", "-e"], "\n".join(commands)).splitlines() == printed


@pytest.mark.node
@pytest.mark.xdist_group("node")
def test_javascript(wheel: Path) -> None:
    program, printed = block("js")
    assert wheel.name in program, "README.md names another wheel than the one that was built"
    assert run(["node", "--input-type=module", "-"], program) == printed


def test_the_targets_that_are_named_exist() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    defined = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= defined
