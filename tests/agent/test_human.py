"""A human at the terminal: every line stands for itself, every answer is understood or asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tenor_wasm.agent import Agent, Human, Limits, Step
from tests.agent.hosts import chosen, shop
from tests.agent.test_policies import MIXED
from tests.executor.shops import FACTS

ASKED = "Type a number to run it, m for more, b for what is blocked, w to look again, q to leave."


class Typed:
    """What is typed, line by line, and what is said to it. After the last line the input is at its end."""

    def __init__(self, *lines: str | type[BaseException]) -> None:
        self._lines: Iterator[Any] = iter(lines)
        self.said: list[str] = []

    def read(self) -> str:
        line = next(self._lines, "")
        if isinstance(line, str):
            return line
        raise line

    def run(self, instances: Any, shown: int = 20, persona: str = "clerk") -> tuple[list[Step], str]:
        steps: list[Step] = []
        policy = Human(self.read, self.said.append, shown)
        report = Agent(shop(instances), persona, policy, FACTS).run(Limits(steps=9), steps.append)
        return steps, report.ended


def test_a_number_runs_the_action_beside_it() -> None:
    typed = Typed("2\n", " 1 \n")
    steps, ended = typed.run(MIXED)
    assert chosen(steps) == ["submit on Order/c", "submit on Order/a", "nothing"]
    assert steps[0].decision.reason == "the human chose number 2 of 10 shown"
    assert ended == "left"
    assert typed.said[:3] == ["Step 1, for clerk:", "1. submit on Order/a", "2. submit on Order/c"]
    assert typed.said[11] == ASKED


def test_more_are_listed_when_they_are_asked_for() -> None:
    typed = Typed("3\n", "m\n", "3\n")
    steps, _ = typed.run(MIXED, shown=2)
    assert chosen(steps) == ["reopen on Order/b", "nothing"]
    assert typed.said[3:9] == [
        ASKED,
        "'3' is no answer.",
        ASKED,
        "3. reopen on Order/b",
        "4. ship on Order/d, Parcel/p",
        ASKED,
    ]
    typed = Typed("m\n", "m\n", "q\n")
    typed.run({"Order": {"a": "submitted"}}, shown=1)
    assert typed.said == [
        "Step 1, for clerk:",
        "1. reopen on Order/a",
        ASKED,
        "There is no more.",
        ASKED,
        "There is no more.",
        ASKED,
    ]


def test_what_is_blocked_is_told_with_its_reasons() -> None:
    typed = Typed("b\n")
    typed.run(MIXED)
    assert "approve is blocked: approve_order allows only boss" in typed.said


def test_what_is_no_answer_is_said_so_and_asked_again() -> None:
    typed = Typed("\n", "0\n", "-1\n", "²\n", "99\n", "submit\n", "Q\n")
    steps, ended = typed.run(MIXED)
    assert (chosen(steps), ended) == (["nothing"], "left")
    assert [line for line in typed.said if "no answer" in line] == [
        f"'{text}' is no answer." for text in ("", "0", "-1", "²", "99", "submit")
    ]


def test_where_nothing_is_open_one_may_look_again() -> None:
    typed = Typed("m\n", "w\n")
    steps, ended = typed.run({}, persona="boss")
    assert [step.decision.reason for step in steps] == ["the human asked to look again", "the human left"]
    assert (ended, typed.said[1]) == ("left", "Nothing is open.")
    assert "m for more" not in " ".join(typed.said)


def test_the_end_of_the_input_leaves_and_ctrl_c_interrupts() -> None:
    assert Typed("1\n").run(MIXED)[1] == "left"
    steps, ended = Typed("1\n", KeyboardInterrupt).run(MIXED)
    assert (chosen(steps), ended) == (["submit on Order/a"], "interrupted")
