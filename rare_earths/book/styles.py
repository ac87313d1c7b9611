"""One small style sheet out of the theme's, the extensions' and the book's own.

The theme ships 400 kB of styles for every page it could make. Rules whose classes, ids or elements
occur on no page are left out, so are web fonts and variables that nothing uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

_TAG = re.compile(r"<([a-zA-Z][\w-]*)")
_CLASS = re.compile(r'\bclass="([^"]*)"')
_ID = re.compile(r'\bid="([^"]*)"')
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_VARIABLE = re.compile(r"--[\w-]+")
# Set by scripts or by the browser, so on no built page.
_ALWAYS = {"html", "body", "js", "open", "scrolled", "dialog"}


@dataclass
class Used:
    """Names that occur on the pages or in the scripts."""

    tags: set[str] = field(default_factory=lambda: set(_ALWAYS))
    classes: set[str] = field(default_factory=lambda: set(_ALWAYS))
    ids: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)

    def page(self, html: str) -> None:
        """Note the names of one page."""
        self.tags.update(tag.lower() for tag in _TAG.findall(html))
        for names in _CLASS.findall(html):
            self.classes.update(names.split())
        self.ids.update(_ID.findall(html))
        self.variables.update(_VARIABLE.findall(html))

    def script(self, text: str) -> None:
        """Note every word of a script: it may be the name of a class it sets."""
        words = set(_WORD.findall(text))
        self.classes |= words
        self.ids |= words
        self.variables.update(_VARIABLE.findall(text))


def _matches(selector: list[Node], used: Used) -> bool:
    """Whether all names that one selector asks for occur; arguments of ``:is(…)`` do not count."""
    for before, token in zip([None, *selector], selector, strict=False):
        after = getattr(before, "value", None)
        if token.type == "hash" and token.value not in used.ids:
            return False
        if token.type == "ident":
            if after == ".":
                if token.value not in used.classes:
                    return False
            elif after != ":" and token.lower_value not in used.tags:
                return False
    return True


def _split(tokens: Iterable[Node]) -> list[list[Node]]:
    """A list of selectors, cut at its commas."""
    parts: list[list[Node]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _keep(rules: Iterable[Node], used: Used) -> list[Node]:
    """The rules that some page needs, inside ``@media`` and its like too."""
    kept = []
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            selectors = [part for part in _split(rule.prelude) if _matches(part, used)]
            if selectors:
                comma = tinycss2.parse_component_value_list(",")
                rule.prelude = [t for part in selectors for t in (*comma, *part)][1:]
                kept.append(rule)
        elif isinstance(rule, AtRule):
            if rule.lower_at_keyword in ("media", "supports", "container", "layer"):
                if rule.content is None:
                    continue
                inner = tinycss2.parse_rule_list(
                    rule.content, skip_comments=True, skip_whitespace=True
                )
                rule.content = _keep(inner, used)
                if rule.content:
                    kept.append(rule)
            elif rule.lower_at_keyword not in ("font-face", "charset", "import"):
                kept.append(rule)
    return kept


def _declarations(rule: QualifiedRule) -> list[Declaration]:
    parsed = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return [item for item in parsed if item.type == "declaration"]


def _flat(rules: Iterable[Node]) -> Iterable[QualifiedRule]:
    """All qualified rules, however deep."""
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            yield rule
        elif isinstance(rule, AtRule) and isinstance(rule.content, list):
            yield from _flat(rule.content)


def _used_variables(rules: list[Node], used: Used) -> set[str]:
    """Variables that kept rules use, and the ones those use in turn."""
    needs: dict[str, set[str]] = {}
    wanted = set(used.variables)
    for rule in _flat(rules):
        for item in _declarations(rule):
            names = set(_VARIABLE.findall(tinycss2.serialize(item.value)))
            if item.name.startswith("--"):
                needs.setdefault(item.name, set()).update(names)
            else:
                wanted |= names
    queue = list(wanted)
    while queue:
        for name in needs.get(queue.pop(), set()) - wanted:
            wanted.add(name)
            queue.append(name)
    return wanted


def _text(rules: Iterable[Node], variables: set[str]) -> str:
    """Rules as compact CSS."""
    out = []
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            body = ";".join(
                f"{item.name}:{tinycss2.serialize(item.value).strip()}"
                + ("!important" if item.important else "")
                for item in _declarations(rule)
                if not item.name.startswith("--") or item.name in variables
            )
            if body:
                out.append(f"{tinycss2.serialize(rule.prelude).strip()}{{{body}}}")
        elif isinstance(rule, AtRule):
            head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude).rstrip()}"
            if rule.lower_at_keyword in ("media", "supports", "container", "layer"):
                inner = _text(rule.content, variables)
                if inner:
                    out.append(f"{head}{{{inner}}}")
            elif rule.content is None:
                out.append(head + ";")
            else:
                out.append(f"{head}{{{tinycss2.serialize(rule.content)}}}")
    return "\n".join(out)


def purge(sheets: Iterable[str], used: Used) -> str:
    """Join style sheets and keep what the pages use.

    :param sheets: the text of each sheet, in the order in which they apply
    :param used: the names on the pages and in the scripts
    """
    kept: list[Node] = []
    for sheet in sheets:
        rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
        kept += _keep(rules, used)
    return _text(kept, _used_variables(kept, used)) + "\n"
