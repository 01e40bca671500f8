"""What answers take over from their contract word for word, as JSON text, written once per contract."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from tenor_wasm.api.fragments import MOST_TEXTS, Texts, quoted
from tenor_wasm.api.json_text import write_json
from tenor_wasm.errors import Finding
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.interchange.nodes import LiteralTerm
from tenor_wasm.values.printing import payload


class ContractTexts:
    """The texts that every answer about one contract shares."""

    __slots__ = ("_constant", "_made", "hash", "names")

    def __init__(self, contract: Contract) -> None:
        self.names = Texts()
        self.hash = quoted(contract.hash)
        self._constant = frozenset(
            rule.verdict_type for rule in contract.rules if isinstance(rule.payload, LiteralTerm)
        )
        self._made: dict[Hashable, str] = {}

    def made(self, key: Hashable, write: Callable[[], str]) -> str:
        """A text that depends on nothing but its key; written once."""
        text = self._made.get(key)
        if text is None:
            if len(self._made) >= MOST_TEXTS:
                self._made.clear()
            text = self._made[key] = write()
        return text

    def list_of(self, names: tuple[str, ...]) -> str:
        """A list of names that come together again and again."""
        text = self._made.get(names)
        return self.made(names, lambda: self.names.list_of(names)) if text is None else text

    def payload(self, verdict: VerdictInstance) -> str:
        """The structured value of a verdict; a constant of the contract is written once."""
        if verdict.verdict_type in self._constant:
            return self.made(("payload", verdict.verdict_type), lambda: _payload(verdict))
        return _payload(verdict)

    def verdict(self, verdict: VerdictInstance) -> str:
        """A verdict with its provenance, as ``evaluate`` returns it."""
        head, tail = self._verdict_frame(verdict)
        return (
            f'{head}{self.payload(verdict)}{tail},"facts_used":{self.list_of(verdict.facts_used)}'
            f',"verdicts_used":{self.list_of(verdict.verdicts_used)}}}}}'
        )

    def _verdict_frame(self, verdict: VerdictInstance) -> tuple[str, str]:
        name = self.names[verdict.verdict_type]
        rule = self.names[verdict.rule_id]
        return f'{{"type":{name},"payload":', f',"provenance":{{"rule":{rule},"stratum":{verdict.stratum}'

    def current_verdict(self, verdict: VerdictInstance) -> str:
        """A verdict as the action space names it."""
        return (
            f'{{"verdict_type":{self.names[verdict.verdict_type]},"payload":{self.payload(verdict)}'
            f',"producing_rule":{self.names[verdict.rule_id]},"stratum":{verdict.stratum}}}'
        )


def texts_of(contract: Contract) -> ContractTexts:
    """The texts of a contract, kept with it."""
    texts: ContractTexts | None = contract.derived.get(ContractTexts)
    if texts is None:
        texts = contract.derived[ContractTexts] = ContractTexts(contract)
    return texts


def _payload(verdict: VerdictInstance) -> str:
    return write_json(payload(verdict.payload, verdict.payload_type))


def warnings_text(warnings: Iterable[Finding]) -> str:
    """The warnings of an answer."""
    return f"[{','.join([write_json(warning.to_json()) for warning in warnings])}]" if warnings else "[]"
