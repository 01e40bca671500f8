"""A human at the terminal: plain lines and numbers, nothing that is redrawn or told by colour alone.

Every line stands for itself, so that a screen reader or a braille display reads it as it comes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import islice

from tenor_wasm.agent.actions import LEAVE, LOOK_AGAIN, Action, Decision
from tenor_wasm.agent.observation import Observation

SHOWN = 20
"""Actions that are listed at once."""

CHOOSE = "Type a number to run it, m for more, b for what is blocked, w to look again, q to leave."
WAIT = "Type b for what is blocked, w to look again, q to leave."


def read_line() -> str:
    """A line from standard input; empty at its end."""
    return sys.stdin.readline()


def say_line(text: str) -> None:
    """A line to standard error: standard output is for the log."""
    print(text, file=sys.stderr, flush=True)


class Human:
    """Shows what is open, numbered, and asks. The end of the input leaves; Ctrl-C interrupts the run."""

    name = "human"

    def __init__(
        self, read: Callable[[], str] = read_line, say: Callable[[str], None] = say_line, shown: int = SHOWN
    ) -> None:
        self._read, self._say, self._shown = read, say, shown

    def choose(self, observation: Observation) -> Decision:
        """What the human types: asked again until it is one of the answers."""
        self._say(f"Step {observation.step}, for {observation.persona}:")
        actions = observation.actions()
        listed = self._list(actions, [])
        while True:
            self._say(CHOOSE if listed else WAIT)
            line = self._read()
            answer = line.strip().lower()
            if not line or answer in ("q", "quit"):
                return Decision(None, "the human left", LEAVE)
            if answer in ("w", "wait"):
                return Decision(None, "the human asked to look again", LOOK_AGAIN)
            if listed and answer in ("m", "more"):
                listed += self._list(actions, listed)
            elif answer in ("b", "blocked"):
                self._blocked(observation)
            elif answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(listed):
                return Decision(listed[int(answer) - 1], f"the human chose number {int(answer)} of {len(listed)} shown")
            else:
                self._say(f"'{line.strip()}' is no answer.")

    def _list(self, actions: Iterator[Action], listed: list[Action]) -> list[Action]:
        new = list(islice(actions, self._shown))
        for number, action in enumerate(new, len(listed) + 1):
            self._say(f"{number}. {action}")
        if not new:
            self._say("There is no more." if listed else "Nothing is open.")
        return new

    def _blocked(self, observation: Observation) -> None:
        for flow_id, reason in observation.blocked.items():
            self._say(f"{flow_id} is blocked: {reason}")
        if not observation.blocked:
            self._say("No flow is blocked.")
