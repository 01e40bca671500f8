"""Pass 0: tokens → parse tree (§14.2). Recursive descent over tables: one table of fields per kind of block.

Commas between fields and list items are optional. After a syntax error the parser goes on at the next construct, so
that one mistake does not hide the others. Nesting is bounded: no input exhausts the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.cursor import KINDS, SyntaxFailure
from tenor_wasm.elaborator.diagnostics import Report, did_you_mean
from tenor_wasm.elaborator.parse_expressions import ExpressionParser
from tenor_wasm.elaborator.tokens import END, TEXT, WORD, Token, tokenize
from tenor_wasm.elaborator.tree import Block, Field, Word


def parse(file: str, source: str, report: Report) -> tree.SourceFile:
    """Parse one file. Errors go to ``report`` (pass 0); what could be read is returned all the same."""
    imports, constructs = _read(_Parser(tokenize(file, source, report), report))
    _check_system_file(constructs, report)
    return tree.SourceFile(file, tuple(imports), tuple(constructs))


def item_ends(tokens: list[Token], report: Report) -> frozenset[int]:
    """Where constructs and the items of lists and blocks end, as counts of tokens. Errors go to ``report`` (pass 0)."""
    parser = _Parser(tokens, report)
    _read(parser)
    return frozenset(parser.item_ends)


def _read(parser: _Parser) -> tuple[list[tree.Import], list[Block]]:
    imports: list[tree.Import] = []
    constructs: list[Block] = []
    while parser.token.kind != END:
        try:
            if parser.is_word("import"):
                imports.append(parser.import_declaration())
            else:
                constructs.append(parser.construct())
            parser.item_ends.append(parser.position)
        except SyntaxFailure:
            parser.recover()
    return imports, constructs


def _check_system_file(constructs: list[Block], report: Report) -> None:
    """A System stands alone in its file (§12.3, C-SYS-04 and C-SYS-05)."""
    systems = [block for block in constructs if block.kind == "System"]
    for block in systems[1:]:
        report.add("multiple_systems", "a file may declare only one system", block.at)
    others = [block for block in constructs if block.kind != "System"]
    if systems and others:
        report.add(
            "system_file_not_exclusive",
            "a system file may not contain contract constructs",
            others[0].at,
            help="move them to a member contract of their own",
        )


class _Parser(ExpressionParser):
    """Reads constructs, steps and systems."""

    # --- constructs ---------------------------------------------------------------------------------------------

    def import_declaration(self) -> tree.Import:
        """``import "path"``."""
        self.take()
        if self.token.kind != TEXT:
            raise self.fail(f"expected a file name in quotes after 'import', found {self.shown()}")
        token = self.take()
        return tree.Import(token.text, token.at)

    def construct(self) -> Block:
        """``keyword name { fields }``."""
        keyword = self.token
        kind = KINDS.get(keyword.text) if keyword.kind == WORD else None
        if kind is None:
            message = f"expected a construct ({', '.join(KINDS)}) or 'import', found {self.shown()}"
            help = did_you_mean(keyword.text, (*KINDS, "import")) if keyword.kind == WORD else None
            self.position += 1
            raise self.fail(message, keyword.at, help=help)
        self.take()
        name = self.word(f"a name after '{keyword.text}'")
        if kind == "Persona":
            # A persona has no body (§8.1); an empty one is harmless.
            if self.accept("{"):
                self.expect("}", "to end the persona: it carries nothing but its name")
            return Block(kind, name, keyword.at)
        self.expect("{", f"after '{keyword.text} {name.text}'")
        if kind == "TypeDecl":
            members = self.type_members()
            return Block(kind, name, keyword.at, {"members": Field(name, members)})
        return Block(kind, name, keyword.at, self.fields(_FIELDS[kind], "}"))

    def fields(self, readers: FieldReaders, closing: str) -> dict[str, Field]:
        """``name: value`` pairs up to the closing sign, each value read as its table says."""
        fields: dict[str, Field] = {}
        while not self.accept(closing):
            self.not_a_construct(closing)
            name = self.word(f"a field name or '{closing}'")
            # Where any name is a field of its own, none stands for another.
            canonical = name.text if "*" in readers else _FIELD_ALIASES.get(name.text, name.text)
            read = readers.get(canonical) or readers.get("*")
            if read is None:
                raise self.fail(
                    f"unknown field '{name.text}'; fields here are {', '.join(readers)}",
                    name.at,
                    "unknown_field",
                    did_you_mean(name.text, readers),
                )
            self.expect(":", f"after the field name '{name.text}'")
            if canonical in fields:
                self.report.add("duplicate_field", f"the field '{canonical}' is given twice", name.at)
            if self.has_value(name):
                value = self.nested(lambda read=read: read(self))  # type: ignore[misc]
                fields.setdefault(canonical, Field(name, value))
            self.end_item()
        return fields

    def not_a_construct(self, closing: str) -> None:
        """Report a forgotten closing sign where the next construct begins, and leave that one to be read."""
        if not self.begins_construct():
            return
        if self.position and self.tokens[self.position - 1].at in self.open_texts:
            raise SyntaxFailure  # the closing sign was lost in a text without end, which was reported
        raise self.fail(
            f"expected '{closing}' before '{self.token.text} {self.ahead().text}'",
            code="unclosed_block",
            help=f"close what stands before it with '{closing}'",
        )

    # --- facts, sources, entities -------------------------------------------------------------------------------

    def default(self) -> tree.Literal:
        """A constant; a date without quotes looks like a difference."""
        at, value = self.token.at, self.literal()
        if self.is_sign("-"):
            help = "write the result; dates and times are texts in double quotes"
            raise self.fail("a default is not computed", at, help=help)
        return value

    def fact_source(self) -> Word | tuple[Word, Word]:
        """A free text, a bare identifier (also with a path after dots), or ``source_id { path: "…" }``."""
        if self.token.kind == TEXT:
            return self.text()
        name = self.word('a source: a text, a name, or name { path: "…" }')
        if self.accept("{"):
            fields = self.fields({"path": _Parser.text}, "}")
            if "path" not in fields:
                raise self.fail("a structured source needs a path", name.at, help=f'write {name.text} {{ path: "…" }}')
            return name, fields["path"].value
        text = self.dotted(name).text
        if not (self.is_sign("(") and not self.token.spaced):
            return Word(text, name.at)
        # §5.5 writes `system.value(argument)`: free text like the rest.
        self.take()
        arguments = self.items(lambda: self.dotted(self.word("an argument")), None, ")")
        return Word(f"{text}({', '.join(word.text for word in arguments)})", name.at)

    def dotted(self, name: Word) -> Word:
        """The rest of ``name.name.name``, as one word."""
        parts, end = [name.text], name.at.end_column
        while self.is_sign(".") and not self.token.spaced:
            self.take()
            part = self.word("a name after '.'")
            parts.append(part.text)
            end = part.at.end_column
        return Word(".".join(parts), name.at._replace(end_column=end))

    def protocol(self) -> Word:
        """A protocol tag: ``http`` or ``x_vendor.kind``; checked in pass 5."""
        return self.dotted(self.word("a protocol tag"))

    def source_value(self) -> Word | tree.Literal:
        """The value of a source field: a text or a bare word; anything else is kept for pass 5 to refuse (C-SRC-05)."""
        if self.token.kind == TEXT:
            return self.text()
        if self.token.kind == WORD and self.token.text not in ("true", "false"):
            return self.word("a text or a word")
        return self.literal()

    def transition(self) -> tuple[Word, Word]:
        """``(a, b)``, ``(a -> b)`` or ``a -> b``."""
        enclosed = self.accept("(")
        source = self.word("a state")
        if not self.accept("->") and not (enclosed and self.accept(",")):
            raise self.fail(f"expected '->' and a state after '{source.text}', found {self.shown()}")
        target = self.word("a state")
        if enclosed:
            self.expect(")", "to end the transition")
        return source, target

    # --- rules and operations -----------------------------------------------------------------------------------

    def signed_integer(self) -> tree.Literal:
        """A whole number, maybe negative: the range is for pass 5 to check."""
        literal = self.number()
        if literal.kind != "int":
            raise self.fail("expected a whole number", literal.at)
        return literal

    def produce(self) -> tuple[Word, tree.TypeNode | None, tree.Expression]:
        """``verdict name { payload: Type = value }`` or ``name(value)``."""
        name = self.word("'verdict'")
        if self.accept("("):
            value = self.nested(self.expression)
            self.expect(")", "to end the payload")
            return name, None, value
        if name.text != "verdict":
            raise self.fail(f"expected 'verdict' or a payload in parentheses after '{name.text}'", name.at)
        name = self.word("a verdict name")
        self.expect("{", f"after 'verdict {name.text}'")
        if not self.is_word("payload"):
            raise self.fail(f"expected 'payload', found {self.shown()}")
        self.take()
        self.expect(":", "after 'payload'")
        base_type = self.type_node()
        self.expect("=", "and the payload's value after its type")
        value = self.nested(self.expression)
        self.end_item()
        self.expect("}", "to end the verdict")
        return name, base_type, value

    def effect(self) -> tuple[Word, ...]:
        """``(Entity, from, to[, outcome])`` or ``Entity: from -> to[ -> outcome]``: three or four words."""
        if self.accept("("):
            parts = [self.word("an entity")]
            while not self.accept(")"):
                if not self.accept(","):
                    self.expect("->", "or ',' in the effect")
                parts.append(self.state())
        else:
            parts = [self.word("an effect such as (Entity, from, to)")]
            self.expect(":", "after the entity")
            parts.append(self.state())
            while self.accept("->"):
                parts.append(self.word("a state or an outcome"))
        if len(parts) not in (3, 4):
            raise self.fail("an effect names an entity, a source state and a target state", parts[0].at)
        return tuple(parts)

    def state(self) -> Word:
        """A state; a wildcard is refused with the reason (§9.4.1)."""
        if self.is_sign("*"):
            raise self.fail(
                "a wildcard source state is not permitted (§9.4.1)",
                code="wildcard_transition",
                help="declare one effect for each source state",
            )
        return self.word("a state")

    def error_contract(self) -> tuple[Word, ...]:
        """``[name, name]``, or ``{ name: "what it means" }``."""
        if not self.accept("{"):
            return self.words()
        names: list[Word] = []
        while not self.accept("}"):
            self.not_a_construct("}")
            names.append(self.word("an error name or '}'"))
            self.expect(":", "after the error name")
            self.text()
            self.end_item()
        return tuple(names)

    # --- flows --------------------------------------------------------------------------------------------------

    def steps(self) -> tuple[Block, ...]:
        """``{ name: StepKind { fields } }``."""
        self.expect("{", "to begin the steps")
        steps: list[Block] = []
        while not self.accept("}"):
            self.not_a_construct("}")
            name = self.word("a step name or '}'")
            self.expect(":", f"after the step name '{name.text}'")
            kind = self.word("a step kind")
            if kind.text not in _STEPS:
                raise self.fail(
                    f"unknown step kind '{kind.text}'; use {', '.join(_STEPS)}",
                    kind.at,
                    "unknown_step_kind",
                    did_you_mean(kind.text, _STEPS),
                )
            self.expect("{", f"after '{kind.text}'")
            fields = self.nested(lambda kind=kind: self.fields(_STEPS[kind.text], "}"))  # type: ignore[misc]
            steps.append(Block(kind.text, name, name.at, fields))
            self.end_item()
        return tuple(steps)

    def target_or_null(self) -> Word | Block | None:
        """A target, or ``null`` for none."""
        if self.is_word("null"):
            self.take()
            return None
        return self.target()

    def target(self) -> Word | Block:
        """A step name or ``Terminal(outcome)``."""
        name = self.word("a step name or Terminal(…)")
        if name.text == "null":
            raise self.fail("expected a step name or Terminal(…), found 'null'", name.at)
        if name.text != "Terminal":
            return name
        self.expect("(", "after 'Terminal'")
        return self.outcome_block(name)

    def step_name(self) -> Word:
        """A step, where the flow cannot end."""
        if self.is_word("Terminal") and self.ahead().text == "(":
            help = "let a step follow that leads to the end"
            raise self.fail("expected a step: the flow cannot end here", help=help)
        return self.word("a step")

    def outcome_block(self, kind: Word) -> Block:
        """``(outcome)`` or ``(outcome: outcome)`` after Terminal or Terminate."""
        if self.is_word("outcome") and self.ahead().text == ":":
            self.take()
            self.take()
        outcome = self.word("an outcome")
        self.end_item()
        self.expect(")", f"to end {kind.text}")
        return Block(kind.text, kind, kind.at, {"outcome": Field(outcome, outcome)})

    def terminal(self) -> Block:
        """``Terminal(outcome)`` and nothing else."""
        target = self.target()
        if not isinstance(target, Block):
            raise self.fail(f"expected Terminal(…), found '{target.text}'", target.at)
        return target

    def handler(self) -> Block:
        """``Terminate(…)``, ``Compensate(…)`` or ``Escalate(…)``."""
        kind = self.word("a failure handler")
        if kind.text not in ("Terminate", *_HANDLERS):
            raise self.fail(
                f"unknown failure handler '{kind.text}'; use Terminate, Compensate or Escalate",
                kind.at,
                "unknown_handler",
                did_you_mean(kind.text, ("Terminate", *_HANDLERS)),
            )
        closing = "}" if self.is_sign("{") else ")"
        if not self.accept("{"):
            self.expect("(", f"after '{kind.text}'")
        if kind.text == "Terminate":
            return self.outcome_block(kind)
        return Block(kind.text, kind, kind.at, self.fields(_HANDLERS[kind.text], closing))

    def routes(self) -> tuple[tuple[Word, Word | Block], ...]:
        """``{ outcome: target }``."""
        self.expect("{", "to begin the outcomes")
        routes: list[tuple[Word, Word | Block]] = []
        while not self.accept("}"):
            self.not_a_construct("}")
            label = self.word("an outcome or '}'")
            self.expect(":", f"after the outcome '{label.text}'")
            routes.append((label, self.target()))
            self.end_item()
        return tuple(routes)

    def record(self, readers: FieldReaders, kind: str) -> Block:
        """``{ fields }`` without a name."""
        at = self.token.at
        self.expect("{", f"to begin a {kind}")
        return Block(kind, Word("", at), at, self.fields(readers, "}"))

    def branch(self) -> Block:
        """``Branch { id, entry, steps }``."""
        if self.is_word("Branch"):
            self.take()
        return self.record(_BRANCH, "Branch")

    def join(self) -> Block:
        """``JoinPolicy { … }``."""
        if self.is_word("JoinPolicy"):
            self.take()
        return self.record(_JOIN, "JoinPolicy")

    # --- systems ------------------------------------------------------------------------------------------------

    def member(self) -> tuple[Word, Word]:
        """``id: "path"``."""
        name = self.word("a member id")
        self.expect(":", f"after the member id '{name.text}'")
        return name, self.text()

    def shared_persona(self) -> Block:
        """``{ persona, contracts }``, or the persona alone (author guide, 2.7), which all members share."""
        if self.token.kind != WORD:
            return self.record({"persona": _name, "contracts": _Parser.words}, "shared persona")
        name = self.word("a persona")
        return Block("shared by all", name, name.at, {"persona": Field(name, name)})

    def flow_path(self) -> tuple[Word, Word]:
        """``member.flow``."""
        member = self.word("a member id")
        self.expect(".", "and a flow after the member id")
        return member, self.word("a flow")


FieldReaders: TypeAlias = Mapping[str, Callable[[_Parser], Any]]

_FIELD_ALIASES: Mapping[str, str] = {"personas": "allowed_personas", "require": "precondition", "to": "to_persona"}
"""The forms of §9.1 and §7.6, and the short form of Escalate."""


def _name(parser: _Parser) -> Word:
    return parser.word("a name")


_TRIGGER: FieldReaders = {
    "source": _Parser.flow_path,
    "on": _name,
    "target": _Parser.flow_path,
    "persona": _name,
}

_FIELDS: Mapping[str, FieldReaders] = {
    "Fact": {"type": _Parser.type_node, "source": _Parser.fact_source, "default": _Parser.default},
    "Source": {"protocol": _Parser.protocol, "*": _Parser.source_value},
    "Entity": {
        "states": _Parser.words,
        "initial": _name,
        "transitions": lambda parser: parser.items(parser.transition),
        "parent": _name,
        # Author guide, 2.10. Checked, and left out of the bundle: instances come with the entity states (§6.5).
        "instance_key": _name,
    },
    "Rule": {"stratum": _Parser.signed_integer, "when": _Parser.expression, "produce": _Parser.produce},
    "Operation": {
        "allowed_personas": _Parser.words,
        "precondition": _Parser.expression,
        "effects": lambda parser: parser.items(parser.effect),
        "error_contract": _Parser.error_contract,
        "outcomes": _Parser.words,
    },
    "Flow": {"snapshot": _name, "entry": _name, "steps": _Parser.steps},
    "System": {
        "members": lambda parser: parser.items(parser.member),
        "shared_personas": lambda parser: parser.items(parser.shared_persona),
        "triggers": lambda parser: parser.items(lambda: parser.record(_TRIGGER, "trigger")),
        "shared_entities": lambda parser: parser.items(
            lambda: parser.record({"entity": _name, "contracts": _Parser.words}, "shared entity")
        ),
    },
}

_STEPS: Mapping[str, FieldReaders] = {
    "OperationStep": {"op": _name, "persona": _name, "outcomes": _Parser.routes, "on_failure": _Parser.handler},
    "BranchStep": {
        "condition": _Parser.expression,
        "persona": _name,
        "if_true": _Parser.target,
        "if_false": _Parser.target,
    },
    "HandoffStep": {"from_persona": _name, "to_persona": _name, "next": _Parser.step_name},
    "SubFlowStep": {"flow": _name, "persona": _name, "on_success": _Parser.target, "on_failure": _Parser.handler},
    "ParallelStep": {"branches": lambda parser: parser.items(parser.branch), "join": _Parser.join},
}

_BRANCH: FieldReaders = {"id": _name, "entry": _name, "steps": _Parser.steps}
_JOIN: FieldReaders = {
    "on_all_success": _Parser.target,
    "on_any_failure": _Parser.handler,
    "on_all_complete": _Parser.target_or_null,
}
_COMPENSATION: FieldReaders = {"op": _name, "persona": _name, "on_failure": _Parser.terminal}
_HANDLERS: Mapping[str, FieldReaders] = {
    "Compensate": {
        "steps": lambda parser: parser.items(lambda: parser.record(_COMPENSATION, "compensation step")),
        "then": _Parser.terminal,
    },
    "Escalate": {"to_persona": _name, "next": _Parser.step_name},
}


def block_fields() -> dict[str, tuple[str, ...]]:
    """Kind of construct, step, branch, join or handler → the fields that it may have."""
    tables = {**_FIELDS, **_STEPS, "Branch": _BRANCH, "JoinPolicy": _JOIN, **_HANDLERS}
    return {kind: tuple(name for name in readers if name != "*") for kind, readers in tables.items()}
