"""Reads an expression into the tree: PromQL as of Prometheus 3.14, with the checks Prometheus makes when it parses.

An operator-precedence parser with its own stack: it never recurses, so no input can exhaust Python's stack, and its
time is linear in the text. The depth of the tree is limited as well (a chain of n operators is n deep), so that a tree
that ``parse`` returned can be compared, hashed and printed by recursion.

Spans, in characters of the text:

- a Name covers its word, a quoted name without the quotes, so ``text[span]`` is the name (operators and aggregations,
  which Prometheus reads in any case, are held in lower case; a quoted name may hold escapes);
- a Matcher covers label to value; Grouping, Matching and GroupSide cover keyword to closing parenthesis (GroupSide
  without a list: its word); Fill covers the first keyword to the last parenthesis;
- a Duration covers its sign and number; At covers ``@`` to the end of the time;
- a selector covers name to closing brace, with the offset and @ that follow it. In a MatrixSelector and a Subquery
  these stand behind the range: the outer span covers them, the inner selector's span does not;
- Call: name to closing parenthesis. Aggregation: op to its last token. Binary: left to right side. Unary and a signed
  number: sign to operand. Paren: with its parentheses.

Experimental functions, limitk, limit_ratio and fill are accepted without a flag. ``anchored``, ``smoothed`` and
calculated durations have no place in the tree: SyntaxProblem with ``unsupported``.
"""

from __future__ import annotations

from dataclasses import replace

from gpurules.promql.syntax import checks
from gpurules.promql.syntax.durations import read_numeral
from gpurules.promql.syntax.functions import (
    AGGREGATIONS,
    FUNCTIONS,
    NOT_METRIC_NAMES,
    POWER_PRECEDENCE,
    PRECEDENCE,
    UNARY_PRECEDENCE,
    Function,
    ValueType,
)
from gpurules.promql.syntax.lexer import END, NUMBER, RANGE, STRING, WORD, Token, tokenize
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.selectors import (
    NO_MODIFIERS,
    read_braces,
    read_labels,
    read_modifiers,
    unexpected,
)
from gpurules.promql.syntax.similar import read
from gpurules.promql.syntax.stacks import Bracket, Operand, Operator
from gpurules.promql.syntax.strings import unquote
from gpurules.promql.syntax.times import ranged, with_at, with_offset
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Grouping,
    Name,
    NumberLiteral,
    Paren,
    StringLiteral,
    Unary,
    VectorSelector,
)
from gpurules.text.span import Span

MAX_DEPTH = 200
"""Nodes from the root of a tree to a leaf."""


def parse(text: str) -> Expression:
    """The tree of an expression.

    Raises SyntaxProblem where Prometheus would refuse the text (or accept it only in a form this tree cannot hold:
    ``unsupported``), where it is longer than 128 KiB characters and where its tree is deeper than 200 nodes.
    """
    return read(text, parse_anew)


def parse_anew(text: str) -> Expression:
    """As ``parse``, without a look at what was read before."""
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.operands: list[Operand] = []
        self.operators: list[Operator] = []
        self.brackets: list[Bracket] = []

    def parse(self) -> Expression:
        if self.tokens[0].kind == END:
            raise SyntaxProblem("the expression is empty", Span(0, len(self.text)))
        while True:
            self._read_operand()
            while not self._read_operator():
                token = self.tokens[self.index]
                if not self.brackets:
                    if token.kind == END:
                        return self._finish()
                    raise self._unexpected_after_operand(token)
                if token.text == ",":
                    if self.brackets[-1].word is None:
                        raise unexpected(token, self.text, "inside parentheses", "an operator or ')'")
                    self._reduce(self.brackets[-1].operators)
                    self.index += 1
                    break
                if token.text != ")":
                    raise self._unexpected_after_operand(token)
                self._close(token)

    def _finish(self) -> Expression:
        self._reduce(0)
        return self.operands[0].node

    def _unexpected_after_operand(self, token: Token) -> SyntaxProblem:
        if token.kind == END and self.brackets:
            opening = self.brackets[-1].opening
            return SyntaxProblem("the parenthesis is not closed", Span(opening.start, opening.end), "close it with )")
        wanted = "an operator"
        if self.brackets:
            wanted = "an operator or ')'" if self.brackets[-1].word is None else "an operator, ',' or ')'"
        word = token.text.lower()
        if word in ("anchored", "smoothed"):
            return SyntaxProblem(
                f"the modifier {word} is not read here; Prometheus takes it from 3.16 on, and from 3.7 on with "
                "--enable-feature=promql-extended-range-selectors",
                Span(token.start, token.end),
                unsupported=True,
            )
        advice = ""
        if token.text == "=":
            advice = "write == to compare"
        elif word in ("by", "without"):
            advice = f"{word} (labels) stands directly behind the aggregation or its closing parenthesis"
        elif word in ("bool", "on", "ignoring", "group_left", "group_right"):
            advice = f"{word} stands behind a binary operator"
        return unexpected(token, self.text, "behind an operand", wanted, advice)

    # Operands

    def _read_operand(self) -> None:
        """Reads signs and opening parentheses up to a whole operand, and what is glued to it."""
        tokens = self.tokens
        while True:
            kind, word, start, end = token = tokens[self.index]
            if kind == WORD:
                opened = self._read_word(token)
            elif kind == NUMBER:
                numeral = read_numeral(word, start)
                self._leaf(NumberLiteral(numeral.value, word, Span(start, end)), ValueType.SCALAR)
                opened = False
            elif word == "(":
                self._open(token, None, None, None)
                opened = True
            elif word == "{":
                self._read_selector(None)
                opened = False
            elif kind == STRING:
                self._leaf(StringLiteral(unquote(word, start), Span(start, end)), ValueType.STRING)
                opened = False
            elif word in ("+", "-"):
                self.operators.append(Operator(Name(word, Span(start, end)), UNARY_PRECEDENCE, None))
                self.index += 1
                opened = True
            else:
                raise self._no_operand(token)
            if not opened:
                break
        kind, word, _, _ = tokens[self.index]
        if kind == RANGE or word == "@" or (kind == WORD and word.lower() == "offset"):
            self._read_time()

    def _no_operand(self, token: Token) -> SyntaxProblem:
        advice = ""
        if token.kind == END and self.brackets:
            opening = self.brackets[-1].opening
            return SyntaxProblem("the parenthesis is not closed", Span(opening.start, opening.end), "close it with )")
        if token.text == ")" and self.index and self.tokens[self.index - 1].text == ",":
            advice = "remove the comma before it"
        return unexpected(token, self.text, "where an operand must stand", "a metric, a number, a call or '('", advice)

    def _leaf(self, node: Expression, kind: ValueType) -> None:
        self.operands.append(Operand(node, kind, 1))
        self.index += 1

    def _open(self, opening: Token, word: Token | None, function: Function | None, grouping: Grouping | None) -> None:
        if len(self.brackets) >= MAX_DEPTH:
            raise self._too_deep(Span(opening.start, opening.end))
        self.brackets.append(Bracket(opening, word, function, grouping, len(self.operators), len(self.operands)))
        self.index += 1

    def _read_word(self, token: Token) -> bool:
        """A metric, an aggregation, a call or a number; True where it opened a parenthesis with something inside."""
        _, word, start, end = token
        lower = word.lower()
        following = self.tokens[self.index + 1].text
        if lower in AGGREGATIONS and (following == "(" or following.lower() in ("by", "without")):
            self.index += 1
            grouping = None if following == "(" else self._read_grouping()
            opening = self.tokens[self.index]
            if opening.text != "(":
                raise unexpected(opening, self.text, f"behind the aggregation {lower}", "'('")
            self._open(opening, token, None, grouping)
        elif lower in NOT_METRIC_NAMES:
            if lower not in ("inf", "nan"):
                raise self._no_operand(token)
            self._leaf(NumberLiteral(float(lower), word, Span(start, end)), ValueType.SCALAR)
            return False
        elif following == "(":
            function = FUNCTIONS.get(word)
            if function is None:
                raise checks.unknown_function(word, Span(start, end))
            self.index += 1
            self._open(self.tokens[self.index], token, function, None)
        else:
            self.index += 1
            self._read_selector(token)
            return False
        closing = self.tokens[self.index]
        if closing.text != ")":
            return True
        self._close(closing, empty=True)
        return False

    def _read_grouping(self) -> Grouping:
        keyword = self.tokens[self.index]
        labels, self.index = read_labels(self.tokens, self.index + 1, self.text)
        span = Span(keyword.start, self.tokens[self.index - 1].end)
        return Grouping(labels, keyword.text.lower() == "without", span)

    def _read_selector(self, word: Token | None) -> None:
        name: Name | None = None
        start = self.tokens[self.index].start
        end = start
        if word is not None:
            start, end = word.start, word.end
            name = Name(word.text, Span(start, end))
        if self.tokens[self.index].text != "{":
            node = VectorSelector(name, span=Span(start, end))
        else:
            braces, self.index = read_braces(self.tokens, self.index, self.text)
            span = Span(start, braces.end)
            checks.check_selector(word.text if word is not None else None, braces, span, self._may_be_empty())
            node = VectorSelector(name or braces.name, braces.matchers, span=span)
        self.operands.append(Operand(node, ValueType.INSTANT, 1))

    def _may_be_empty(self) -> bool:
        """Whether this is the second argument of ``info``, which selects labels and not series."""
        if not self.brackets:
            return False
        bracket = self.brackets[-1]
        return (
            bracket.function is not None
            and bracket.function.name == "info"
            and len(self.operands) - bracket.operands == 1
            and len(self.operators) == bracket.operators
        )

    # Ranges, offset and @

    def _read_time(self) -> None:
        operand = self.operands.pop()
        node, kind, depth = operand
        while True:
            token = self.tokens[self.index]
            if token.kind == RANGE:
                node, kind = ranged(node, kind, token)
                self.index += 1
                depth += 1
            elif token.text == "@":
                node, self.index = with_at(node, self.tokens, self.index, self.text)
            elif token.kind == WORD and token.text.lower() == "offset":
                node, self.index = with_offset(node, self.tokens, self.index, self.text)
            else:
                break
            if depth > MAX_DEPTH:
                raise self._too_deep(node.span)
        self.operands.append(Operand(node, kind, depth))

    # Operators

    def _read_operator(self) -> bool:
        """Reads a binary operator with its modifiers; False where none stands."""
        _, word, start, end = self.tokens[self.index]
        precedence = PRECEDENCE.get(word)
        if precedence is None:
            word = word.lower()
            precedence = PRECEDENCE.get(word)
            if precedence is None:
                return False
        floor = self.brackets[-1].operators if self.brackets else 0
        operators = self.operators
        while len(operators) > floor:
            above = operators[-1].precedence
            if above < precedence or (above == precedence == POWER_PRECEDENCE):
                break
            self._reduce_one()
        modifiers, self.index = read_modifiers(self.tokens, self.index + 1, self.text)
        operators.append(Operator(Name(word, Span(start, end)), precedence, modifiers))
        return True

    def _reduce(self, floor: int) -> None:
        while len(self.operators) > floor:
            self._reduce_one()

    def _reduce_one(self) -> None:
        name, _, modifiers = self.operators.pop()
        operands = self.operands
        right, right_type, right_depth = operands.pop()
        if modifiers is None:
            span = Span(name.span.start, right.span.end)
            if isinstance(right, NumberLiteral):
                operands.append(Operand(_signed(name.text, right, span), right_type, 1))
                return
            checks.check_unary(right, right_type)
            self._push(Unary(name, right, span), right_type, right_depth + 1)
            return
        left, left_type, left_depth = operands.pop()
        span = Span(left.span.start, right.span.end)
        if modifiers is NO_MODIFIERS:
            node = Binary(name, left, right, span=span)
        else:
            return_bool, matching, group, fill = modifiers
            node = Binary(name, left, right, matching, group, return_bool, fill, span)
        kind = checks.check_binary(node, left_type, right_type)
        self._push(node, kind, 1 + max(left_depth, right_depth))

    def _push(self, node: Expression, kind: ValueType, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self._too_deep(node.span)
        self.operands.append(Operand(node, kind, depth))

    def _too_deep(self, span: Span) -> SyntaxProblem:
        return SyntaxProblem(
            f"the expression is more than {MAX_DEPTH} levels deep (each operator of a chain is one level)",
            span,
            "split it into several recording rules, or match the names with one regular expression",
            unsupported=True,
        )

    # Closing

    def _close(self, token: Token, empty: bool = False) -> None:
        """Turns what stands in the innermost parentheses into one operand; ``token`` is the closing one."""
        bracket = self.brackets.pop()
        self._reduce(bracket.operators)
        self.index += 1
        inside = self.operands[bracket.operands :]
        del self.operands[bracket.operands :]
        depth = 1 + max((operand.depth for operand in inside), default=0)
        word = bracket.word
        if word is None:
            span = Span(bracket.opening.start, token.end)
            self._push(Paren(inside[0].node, span), inside[0].type, depth)
        else:
            arguments = tuple(operand.node for operand in inside)
            types = tuple(operand.type for operand in inside)
            name = Name(word.text if bracket.function else word.text.lower(), Span(word.start, word.end))
            if bracket.function is not None:
                call = Call(name, arguments, Span(word.start, token.end))
                checks.check_call(call, bracket.function, types)
                self._push(call, bracket.function.returns, depth)
            else:
                self._push(self._aggregation(bracket, name, arguments, types, token.end), ValueType.INSTANT, depth)
        if not empty:
            kind, text, _, _ = self.tokens[self.index]
            if kind == RANGE or text == "@" or (kind == WORD and text.lower() == "offset"):
                self._read_time()

    def _aggregation(
        self, bracket: Bracket, name: Name, arguments: tuple[Expression, ...], types: tuple[ValueType, ...], end: int
    ) -> Aggregation:
        grouping = bracket.grouping
        if grouping is None and self.tokens[self.index].text.lower() in ("by", "without"):
            grouping = self._read_grouping()
            end = grouping.span.end
        span = Span(name.span.start, end)
        checks.check_aggregation(name, arguments, types, span)
        parameter = arguments[0] if len(arguments) == 2 else None
        return Aggregation(name, arguments[-1], grouping, parameter, span)


def _signed(sign: str, number: NumberLiteral, span: Span) -> NumberLiteral:
    if sign == "+":
        return replace(number, span=span)
    text = number.text
    return NumberLiteral(-number.value, text[1:] if text.startswith("-") else "-" + text, span)
