"""Expressions, literals and types: the part of the grammar that constructs are made of (§4.1, §10.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.cursor import Cursor
from tenor_wasm.elaborator.diagnostics import Report, did_you_mean
from tenor_wasm.elaborator.tokens import NUMBER, SIGN, TEXT, WORD, Token
from tenor_wasm.elaborator.tree import Word

DEPTH_LIMIT = 100
"""Levels of one elaborated expression; in ``a and b and c …`` each operand is one. JSON that nests
200 levels is refused where bundles are read; flows and types take their part of that."""

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})

Grown = TypeVar("Grown", tree.Binary, tree.Not, tree.Quantifier, tree.Index, tree.Length)


class ExpressionParser(Cursor):
    """Reads expressions, literals and types."""

    def __init__(self, tokens: list[Token], report: Report) -> None:
        super().__init__(tokens, report)
        # By identity; ``grown`` keeps the nodes alive, so that an id is never reused.
        self.depths: dict[int, int] = {}
        self.grown: list[object] = []

    # --- types --------------------------------------------------------------------------------------------------

    def type_node(self) -> tree.TypeNode:
        """A base type with its arguments or members, or the name of a declared type."""
        name = self.word("a type")
        if self.accept("{"):
            return tree.TypeNode(name, (), self.type_members())
        arguments: list[tree.Argument] = []
        if not self.accept("("):
            return tree.TypeNode(name)
        while not self.accept(")"):
            at, key = self.token.at, None
            if self.token.kind == WORD and self.ahead().text == ":":
                key = self.take().text
                self.take()
            arguments.append(tree.Argument(key, self.nested(self.type_argument), at))
            self.end_item()
        return tree.TypeNode(name, tuple(arguments))

    def type_argument(self) -> Any:
        """A number, a text, a list of texts, a type, or ``{ name: Type }``."""
        if self.token.kind == NUMBER or self.is_sign("-"):
            return self.number()
        if self.token.kind == TEXT:
            return self.text()
        if self.is_sign("["):
            return self.items(self.text_or_word)
        if self.accept("{"):
            return self.type_members()
        return self.type_node()

    def text_or_word(self) -> Word:
        """A text or a bare word."""
        return self.text() if self.token.kind == TEXT else self.word("a text")

    def type_members(self) -> tuple[tuple[Word, tree.TypeNode], ...]:
        """``name: Type`` pairs up to ``}``."""
        members: list[tuple[Word, tree.TypeNode]] = []
        while not self.accept("}"):
            name = self.word("a field name or '}'")
            self.expect(":", f"after the field name '{name.text}'")
            if self.has_value(name):
                node: tree.TypeNode = self.nested(self.type_node)
                members.append((name, node))
            self.end_item()
        return tuple(members)

    # --- expressions --------------------------------------------------------------------------------------------

    def expression(self) -> tree.Expression:
        """A predicate or term; ``or`` binds weakest, then ``and``, ``not``, comparison, sum, product."""
        return self._chain("or", lambda: self._chain("and", self._negation))

    def _chain(self, operator: str, operand: Callable[[], tree.Expression]) -> tree.Expression:
        left = operand()
        while self.is_sign(operator):
            at = self.take().at
            left = self._grown(tree.Binary(operator, left, operand(), at))
        return left

    def _grown(self, node: Grown) -> Grown:
        """Note how deep an expression has become, within bounds: later passes walk it recursively."""
        match node:
            case tree.Binary(_, left, right, _):
                parts = (left, right)
            case tree.Index(operand, index, _):
                parts = (operand, index)
            case tree.Quantifier():
                parts = (node.body,)
            case _:
                parts = (node.operand,)
        depth = 1 + max(self.depths.get(id(part), 0) for part in parts)
        if depth > DEPTH_LIMIT:
            help = "split it into several rules"
            raise self.fail(f"an expression deeper than {DEPTH_LIMIT} levels", node.at, "too_deep", help)
        self.depths[id(node)] = depth
        self.grown.append(node)
        return node

    def _negation(self) -> tree.Expression:
        if not self.is_sign("not"):
            return self._comparison()
        at = self.take().at
        operand: tree.Expression = self.nested(self._negation)
        return self._grown(tree.Not(operand, at))

    def _comparison(self) -> tree.Expression:
        if self.token.kind == SIGN and self.token.text in ("forall", "exists"):
            quantified: tree.Expression = self.nested(self._quantifier)
            return quantified
        left = self._sum()
        if self.token.kind == SIGN and self.token.text in COMPARISONS:
            operator = self.take()
            compared = self._grown(tree.Binary(operator.text, left, self._sum(), operator.at))
            if self.token.kind == SIGN and self.token.text in COMPARISONS:
                raise self.fail("comparisons do not chain", help="join two comparisons with 'and'")
            return compared
        return self._membership(left) if self.is_sign("in") else left

    def _membership(self, left: tree.Expression) -> tree.Expression:
        """``enum ∈ [value, value]`` (§4.2), written out as equalities."""
        operator = self.take()
        values: tuple[tree.Literal, ...] = self.items(self.literal)
        if not values:
            raise self.fail("the list of values is empty: nothing is in it", operator.at)
        tests = [tree.Binary("=", left, self._plain(value), operator.at) for value in values]
        result = self._grown(tests[0])
        for test in tests[1:]:
            result = self._grown(tree.Binary("or", result, self._grown(test), operator.at))
        return result

    @staticmethod
    def _plain(value: tree.Literal) -> tree.Literal:
        """A value of an enum may stand without quotes in a list of values."""
        return tree.Literal("text", value.value, value.at) if value.kind == "word" else value

    def _quantifier(self) -> tree.Expression:
        keyword = self.take()
        variable = self.word("a variable")
        variable_type = self.type_node() if self.accept(":") else None
        self.expect("in", "after the variable")
        domain = [self.word("a list")]
        # A dot without space is a path, a dot between spaces begins the body.
        while self.is_sign(".") and not self.token.spaced and not self.ahead().spaced:
            self.take()
            domain.append(self.word("a field"))
        if not self.accept(":"):
            self.expect(".", "between the list and the body")
        body = self.expression()
        reference = tree.Reference(tuple(domain))
        return self._grown(tree.Quantifier(keyword.text, variable, variable_type, reference, body, keyword.at))

    def _sum(self) -> tree.Expression:
        left = self._product()
        while self.is_sign("+") or self.is_sign("-"):
            operator = self.take()
            left = self._grown(tree.Binary(operator.text, left, self._product(), operator.at))
        return left

    def _product(self) -> tree.Expression:
        return self._chain("*", self._postfix)

    def _postfix(self) -> tree.Expression:
        operand = self._primary()
        while self.is_sign("["):
            at = self.take().at
            index = self.nested(self.expression)
            self.expect("]", "to end the index")
            operand = self._grown(tree.Index(operand, index, at))
            if self.is_sign(".") and not self.token.spaced and not self.ahead().spaced:
                help = "bind the element: exists x in list . x.field = …"
                raise self.fail("an element has no path of its own", help=help)
        if self.is_word("present") and isinstance(operand, tree.Reference) and len(operand.parts) == 1:
            self.take()
            return tree.Present(operand.parts[0], strict=False)
        return operand

    def _primary(self) -> tree.Expression:
        token = self.token
        if self.accept("("):
            inner: tree.Expression = self.nested(self.expression)
            self.expect(")", "to close the parenthesis")
            return inner
        if token.kind == TEXT:
            self.take()
            return tree.Literal("text", token.text, token.at)
        if token.kind == NUMBER or self.is_sign("-"):
            return self.number()
        if self.is_sign("[") or self.is_sign("{"):
            return self.literal()
        if token.kind != WORD:
            raise self.fail(f"expected an expression, found {self.shown()}")
        if self.begins_field():
            before = self.tokens[self.position - 1]
            message = f"the expression is not complete: a value is missing after '{before.text}'"
            raise self.fail(message, before.at)
        return self._named(token)

    def _named(self, token: Token) -> tree.Expression:
        following = self.ahead()
        if token.text in ("true", "false"):
            self.take()
            return tree.Literal("bool", token.text == "true", token.at)
        if following.kind == SIGN and following.text == "(":
            return self._call(token)
        if following.kind == SIGN and following.text == "{":
            return self.literal()
        parts = [self.word("a name")]
        while self.is_sign(".") and not self.token.spaced and not self.ahead().spaced:
            self.take()
            parts.append(self.word("a field"))
        return tree.Reference(tuple(parts))

    def _call(self, token: Token) -> tree.Expression:
        self.take()
        self.take()
        if token.text == "verdict_present":
            name = self.word("a verdict")
            self.expect(")", "after the verdict")
            return tree.Present(name, strict=True)
        if token.text == "len":
            operand: tree.Expression = self.nested(self.expression)
            self.expect(")", "after the list")
            return self._grown(tree.Length(operand, token.at))
        if self._begins_constant():
            return self._tagged(Word(token.text, token.at))
        raise self.fail(
            f"'{token.text}' is no function: the language has no built-in functions (§15.5)",
            token.at,
            "no_functions",
            did_you_mean(token.text, ("verdict_present", "len"), otherwise="let the value come in as a fact"),
        )

    # --- literals -----------------------------------------------------------------------------------------------

    def number(self) -> tree.Literal:
        """A whole or decimal number, maybe negative."""
        at = self.token.at
        sign = "-" if self.accept("-") else ""
        if self.token.kind != NUMBER:
            raise self.fail(f"expected a number, found {self.shown()}")
        token = self.take()
        if len(token.text) > 1000:
            raise self.fail("a number of more than 1000 digits", token.at, "number_too_long")
        place = at._replace(end_column=token.at.end_column) if at.line == token.at.line else token.at
        if self.token.kind == WORD and not self.token.spaced:
            written = f"{sign}{token.text}{self.token.text}"
            whole = place._replace(end_column=self.token.at.end_column)
            raise self.fail(f"'{written}' is no number", whole, help="write all its digits, without letters")
        if "." in token.text:
            return tree.Literal("decimal", sign + token.text, place)
        return tree.Literal("int", int(sign + token.text), place)

    def literal(self) -> tree.Literal:
        """A constant: bool, number, text, list, ``Money { … }``, ``{ field: value }``, or ``Tag(value)``."""
        token = self.token
        if token.kind == TEXT:
            self.take()
            return tree.Literal("text", token.text, token.at)
        if token.kind == NUMBER or self.is_sign("-"):
            return self.number()
        if self.is_sign("["):
            return tree.Literal("list", self.items(self.literal), token.at)
        if self.accept("{"):
            return tree.Literal("record", self._record_literal(), token.at)
        name = self.word("a value")
        if name.text in ("true", "false"):
            return tree.Literal("bool", name.text == "true", name.at)
        if self.accept("{"):
            return tree.Literal("money" if name.text == "Money" else "record", self._record_literal(), name.at)
        return self._tagged(name) if self.accept("(") else tree.Literal("word", name.text, name.at)

    def _begins_constant(self) -> bool:
        """Whether a constant that is no bare word begins here."""
        token = self.token
        return token.kind in (TEXT, NUMBER) or token.text in ("-", "[", "{", "true", "false", "Money")

    def _tagged(self, tag: Word) -> tree.Literal:
        """The rest of ``Tag(value)``."""
        payload: tree.Literal = self.nested(self.literal)
        self.expect(")", f"to end {tag.text}(…)")
        return tree.Literal("tagged", (tag, payload), tag.at)

    def _record_literal(self) -> dict[str, tree.Field]:
        members: dict[str, tree.Field] = {}
        while not self.accept("}"):
            name = self.word("a field name or '}'")
            self.expect(":", f"after the field name '{name.text}'")
            if name.text in members:
                self.report.add("duplicate_field", f"the field '{name.text}' is given twice", name.at)
            if self.has_value(name):
                members.setdefault(name.text, tree.Field(name, self.nested(self.literal)))
            self.end_item()
        return members
