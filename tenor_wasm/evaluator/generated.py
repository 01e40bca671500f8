"""The quick way to facts and verdicts: a function that is made for a contract once it is evaluated again and again.

It finds what ``facts.assemble_facts`` and ``rules.evaluate_rules`` find, never anything else: where facts are written
unusually, are wrong, or cannot be computed with, it says nothing, and those two find out why. ``evaluation_source``
shows what is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from tenor_wasm.errors import Json, TenorError
from tenor_wasm.evaluator.predicates import PredicateFunction, TermFunction
from tenor_wasm.evaluator.verdicts import VerdictInstance
from tenor_wasm.interchange.constructs import Fact, Rule

MADE_AT = 30
"""The evaluation of a contract from which on the function is worth making: that costs about as much as so many."""

Rules: TypeAlias = Iterable[tuple[Rule, PredicateFunction, TermFunction]]
"""The rules in the order of strata, with what decides them and what computes their payloads, as composed."""

Evaluated: TypeAlias = tuple[dict[str, Any], tuple[str, ...], dict[str, VerdictInstance], int | None, int]
"""Facts and verdicts that were found quickly: the values, the facts that have their default, the verdicts by type,
``produced`` as in ``VerdictSet``, and how many members all objects of the given JSON have."""

Function: TypeAlias = Callable[[Json], Evaluated | None]
"""What is made: from the JSON of the facts."""


class Generated:
    """The function of a contract, made in time; asked before, or about what is unusual, it finds nothing."""

    __slots__ = ("_asked", "_facts", "_function", "_is_tried", "_rules")

    def __init__(self, facts: Iterable[Fact], rules: Rules) -> None:
        self._facts, self._rules = facts, rules
        self._asked = 0
        self._is_tried = False
        self._function: Function | None = None

    def is_worth_asking(self) -> bool:
        """Whether the function is there. To be asked once for each evaluation: it counts them."""
        if self._function is None:
            self._asked += 1
            if self._asked >= MADE_AT and not self._is_tried:
                self._is_tried = True
                from tenor_wasm.evaluator.evaluation_source import made_function  # a page starts sooner without it

                self._function = made_function(self._facts, self._rules)
        return self._function is not None

    def evaluate(self, json: Json) -> Evaluated | None:
        """Facts and verdicts from the JSON of the facts; ``None`` where only the general way can tell."""
        if self._function is None or type(json) is not dict:
            return None
        try:
            return self._function(json)
        except (KeyError, TypeError, TenorError):
            return None
