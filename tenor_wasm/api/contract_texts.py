"""What answers take over from their contract word for word, as JSON text, written once per contract."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from tenor_wasm.api.fragments import MOST_TEXTS, Texts, quoted
from tenor_wasm.api.json_text import write_json
from tenor_wasm.errors import Finding
from tenor_wasm.evaluator.verdicts import VerdictInstance, VerdictSet
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.interchange.nodes import LiteralTerm
from tenor_wasm.values.printing import payload


class ContractTexts:
    """The texts that every answer about one contract shares."""

    __slots__ = ("_constant", "_current_sets", "_made", "_sets", "hash", "names")

    def __init__(self, contract: Contract) -> None:
        self.names = Texts()
        self.hash = quoted(contract.hash)
        self._constant = frozenset(
            rule.verdict_type for rule in contract.rules if isinstance(rule.payload, LiteralTerm)
        )
        self._made: dict[Hashable, str] = {}
        self._sets: dict[int, str] = {}
        self._current_sets: dict[int, str] = {}

    def is_constant(self, verdict: VerdictInstance) -> bool:
        """Whether the contract itself says the payload."""
        return verdict.verdict_type in self._constant

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

    def verdicts(self, verdicts: VerdictSet) -> str:
        """The verdicts of an evaluation, as ``evaluate`` returns them, without the brackets of the list."""
        return _set_text(verdicts, self._sets, self.verdict)

    def current_verdicts(self, verdicts: VerdictSet) -> str:
        """The verdicts of an evaluation, as the action space names them, without the brackets of the list."""
        return _set_text(verdicts, self._current_sets, self.current_verdict)

    def verdict(self, verdict: VerdictInstance) -> str:
        """A verdict with its provenance, as ``evaluate`` returns it."""
        if verdict.verdict_type not in self._constant:
            return self._verdict(verdict)
        key = (verdict.verdict_type, verdict.facts_used, verdict.verdicts_used)
        return self._made.get(key) or self.made(key, lambda: self._verdict(verdict))

    def _verdict(self, verdict: VerdictInstance) -> str:
        names = self.names
        return (
            f'{{"type":{names[verdict.verdict_type]},"payload":{_payload(verdict)}'
            f',"provenance":{{"rule":{names[verdict.rule_id]},"stratum":{verdict.stratum}'
            f',"facts_used":{self.list_of(verdict.facts_used)},"verdicts_used":{self.list_of(verdict.verdicts_used)}}}}}'
        )

    def current_verdict(self, verdict: VerdictInstance) -> str:
        """A verdict as the action space names it."""
        if verdict.verdict_type not in self._constant:
            return self._current_verdict(verdict)
        key = verdict.verdict_type
        return self._made.get(key) or self.made(key, lambda: self._current_verdict(verdict))

    def _current_verdict(self, verdict: VerdictInstance) -> str:
        return (
            f'{{"verdict_type":{self.names[verdict.verdict_type]},"payload":{_payload(verdict)}'
            f',"producing_rule":{self.names[verdict.rule_id]},"stratum":{verdict.stratum}}}'
        )


def _set_text(verdicts: VerdictSet, kept: dict[int, str], write: Callable[[VerdictInstance], str]) -> str:
    """The text of a set, kept where the set has a number."""
    produced = verdicts.produced
    text = None if produced is None else kept.get(produced)
    if text is None:
        text = ",".join(map(write, verdicts.by_type.values()))
        if produced is not None:
            if len(kept) >= MOST_TEXTS:
                kept.clear()
            kept[produced] = text
    return text


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
