"""Rules exported from Algolia (its dashboard or `browseRules`), as rules of this shop.

Several conditions of one rule are alternatives there and hold together here, so such a rule becomes one rule for each.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from ranking.contracts import MAX_RESULTS
from ranking.merchandising.actions import MAX_STRENGTH
from ranking.moving.algolia_filters import join_alternatives, read_filters, read_one, read_optional
from ranking.moving.foreign import Foreign, Note, load_json, make_id, make_name, refuse, settle
from ranking.moving.names import Names
from ranking.moving.raw_queries import Unread

# One point of an optional filter's score, as strength: a quarter of a standard deviation.
STRENGTH_A_POINT = 6
_ANCHORS = {"is": "is", "startsWith": "starts", "endsWith": "ends", "contains": "contains"}
_DEVICES = {"mobile": "phone", "phone": "phone", "tablet": "tablet", "desktop": "desktop"}
_PLACEHOLDER = re.compile(r"\{facet:([\w.]+)\}")
_READ_PARAMETERS = {"query", "filters", "facetFilters", "numericFilters", "optionalFilters", "renderingContent"}
# What the shop does by itself: values that the words name are read from them (see the understanding of a query).
_DONE_ALREADY = {"automaticFacetFilters", "automaticOptionalFacetFilters"}
_Draft = dict[str, Any]
# An export is another program's: what is not as documented must name itself, not stop the others.
_MALFORMED = (AttributeError, KeyError, OSError, OverflowError, TypeError, ValueError)


def read_algolia(text: str, *, status: str) -> Foreign:
    """Every rule of the export: a list of rules, an object with `hits`, or one rule a line."""
    names, notes = Names(), list[Note]()
    drafts: list[tuple[str, _Draft]] = []
    for rule in _load(text):
        try:
            drafts += _Reader(rule, names, notes, status).read()
        except _MALFORMED as error:
            reason = _("The rule is malformed: %s") % error
            notes.append(Note(str(rule.get("objectID", ""))[:60], str(rule.get("description") or ""), reason))
    return settle(drafts, notes)


def _load(text: str) -> list[Mapping[str, Any]]:
    try:
        loaded = load_json(text)
    except ValueError:
        try:
            loaded = [load_json(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise refuse(_("This is not JSON: %s") % error) from error
    if isinstance(loaded, Mapping):
        loaded = loaded.get("hits", loaded.get("rules", [loaded]))
    if not isinstance(loaded, list) or not all(isinstance(item, Mapping) and "consequence" in item for item in loaded):
        raise refuse(_("These are no Algolia rules: each must have a “consequence”."))
    return loaded


class _Reader:
    """One rule of the export."""

    def __init__(self, rule: Mapping[str, Any], names: Names, notes: list[Note], status: str) -> None:
        self._rule, self._names, self._notes, self._status = rule, names, notes, status
        self._id = str(rule.get("objectID") or json.dumps(rule, sort_keys=True))

    def read(self) -> Iterator[tuple[str, _Draft]]:
        rule = self._rule
        listed = rule.get("conditions") or ([rule["condition"]] if rule.get("condition") else [{}])
        for number, condition in enumerate(listed):
            suffix = f" ({number + 1})" if len(listed) > 1 else ""
            own = [] if number == 0 else [str(number)]
            draft = {
                "id": make_id("algolia", self._id, *own),
                "name": make_name(str(rule.get("description") or self._id))[: 200 - len(suffix)] + suffix,
                "status": self._status if rule.get("enabled", True) else "paused",
                "conditions": self._read_condition(condition),
                "actions": self._read_consequence(condition),
                "windows": [self._read_window(window) for window in rule.get("validity") or ()],
                "tags": [str(tag)[:50] for tag in rule.get("tags") or () if str(tag).strip()],
                "reason": _("From Algolia, rule %s.") % self._id[:200],
            }
            yield self._id[:60], draft

    def _note(self, text: Any, reason: str) -> None:
        written = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        note = Note(self._id[:60], written[:300], reason)
        if note not in self._notes:
            self._notes.append(note)

    def _read_condition(self, condition: Mapping[str, Any]) -> list[_Draft]:
        found = [*self._read_pattern(condition)]
        context = str(condition.get("context") or "").strip()
        if context:
            device = _DEVICES.get(context.lower())
            found.append({"type": "device", "values": [device]} if device else {"type": "segment", "values": [context]})
            if not device:
                self._note(context, _("The context became a segment: searches must name it as one."))
        if condition.get("filters"):
            found += self._read_filter_conditions(str(condition["filters"]))
        return found or [{"type": "always"}]

    def _read_pattern(self, condition: Mapping[str, Any]) -> Iterator[_Draft]:
        pattern = condition.get("pattern")
        if pattern is None:
            return
        for field in _PLACEHOLDER.findall(pattern):
            yield {"type": "detected", "field": self._names.field(field)}
        words = " ".join(_PLACEHOLDER.sub(" ", pattern).split())
        anchor = _ANCHORS.get(str(condition.get("anchoring", "contains")), "contains")
        if words != pattern.strip() and anchor != "contains" and words:
            self._note(pattern, _("The words must stand anywhere in the query: “%s”.") % words)
            anchor = "contains"
        if words:
            analysed = bool(condition.get("alternatives", False))
            yield {"type": "query", "match": anchor, "values": [words], "use_analysis": analysed}
        elif not pattern.strip():
            yield {"type": "query", "match": "empty"}

    def _read_filter_conditions(self, text: str) -> Iterator[_Draft]:
        try:
            clauses = read_filters(text, self._names)
        except Unread as error:
            self._note(text, _("“%s” has no counterpart here.") % error)
            clauses = []
        for clause in clauses:
            if "values" not in clause:
                self._note(text, _("Rules cannot ask which range the shopper chose."))
                continue
            negated = {"negate": True} if clause.get("exclude") else {}
            yield {"type": "filter", "field": clause["field"], "values": clause["values"], **negated}

    def _read_consequence(self, condition: Mapping[str, Any]) -> list[_Draft]:
        consequence = self._rule["consequence"]
        actions = [*self._read_promotions(consequence)]
        hidden = [str(item["objectID"]) for item in consequence.get("hide") or () if "objectID" in item]
        if hidden:
            actions.append({"type": "hide", "target": [{"field": "sku", "values": hidden}]})
        if consequence.get("userData"):
            actions += self._read_user_data(consequence["userData"])
        return [*actions, *self._read_parameters(consequence.get("params") or {}, condition)]

    def _read_promotions(self, consequence: Mapping[str, Any]) -> Iterator[_Draft]:
        obey = bool(consequence.get("filterPromotes", False))
        for item in consequence.get("promote") or ():
            skus = item.get("objectIDs") or [item.get("objectID")]
            for offset, sku in enumerate(filter(None, skus)):
                position = min(int(item.get("position", 0)) + offset + 1, MAX_RESULTS)
                yield {"type": "pin", "sku": str(sku), "position": position, "obey_filters": obey}

    def _read_user_data(self, data: Any) -> Iterator[_Draft]:
        address = next((data[key] for key in ("redirect", "redirectUrl", "redirect_url") if key in data), None) \
            if isinstance(data, Mapping) else None  # fmt: skip
        if isinstance(address, str):
            yield {"type": "redirect", "url": address}
        else:
            self._note(data, _("Custom data is not shown by this shop; write a banner instead."))

    def _read_parameters(self, parameters: Mapping[str, Any], condition: Mapping[str, Any]) -> Iterator[_Draft]:
        for name, value in parameters.items():
            try:
                yield from self._read_parameter(name, value, condition)
            except _MALFORMED as error:
                self._note({name: value}, _("“%s” has no counterpart here.") % error)

    def _read_parameter(self, name: str, value: Any, condition: Mapping[str, Any]) -> Iterator[_Draft]:
        if name == "query":
            yield from self._read_rewriting(value, condition)
        elif name == "filters":
            yield {"type": "filter", "filters": read_filters(value, self._names)}
        elif name in ("facetFilters", "numericFilters"):
            yield {"type": "filter", "filters": self._read_nested(value)}
        elif name == "optionalFilters":
            yield from self._read_optional(value)
        elif name == "renderingContent":
            yield from self._read_rendering(value)
        elif name in _DONE_ALREADY:
            self._note({name: value}, _("This shop reads values named by the words by itself."))
        else:
            self._note({name: value}, _("This setting has no counterpart in rules here."))

    def _read_rewriting(self, value: Any, condition: Mapping[str, Any]) -> Iterator[_Draft]:
        pattern = str(condition.get("pattern") or "").strip()
        if isinstance(value, str):
            if not pattern or _PLACEHOLDER.search(pattern):
                raise Unread(value)
            yield {"type": "replace", "words": [pattern], "by": value.strip()}
            return
        for word in value.get("remove") or ():
            yield {"type": "replace", "words": [word]}
        for edit in value.get("edits") or ():
            by = edit.get("insert", "") if edit.get("type") == "replace" else ""
            yield {"type": "replace", "words": [edit["delete"]], "by": by}

    def _read_nested(self, value: Any) -> list[_Draft]:
        """Lists in a list are alternatives; the outer list must all hold."""
        groups: Sequence[Any] = value if isinstance(value, list) else [value]
        clauses = []
        for group in groups:
            alternatives = group if isinstance(group, list) else [group]
            clauses.append(join_alternatives([read_one(item, self._names) for item in alternatives], str(group)))
        return clauses

    def _read_optional(self, value: Any) -> Iterator[_Draft]:
        for item in value if isinstance(value, list) else [value]:
            for text in item if isinstance(item, list) else [item]:
                clause, score = read_optional(text, self._names)
                sign = -1 if clause.pop("exclude", False) else 1
                strength = sign * min(MAX_STRENGTH, STRENGTH_A_POINT * max(score, 1))
                yield {"type": "boost", "target": [clause], "strength": strength}

    def _read_rendering(self, value: Mapping[str, Any]) -> Iterator[_Draft]:
        address = (value.get("redirect") or {}).get("url")
        if address:
            yield {"type": "redirect", "url": address}
        order = ((value.get("facetOrdering") or {}).get("facets") or {}).get("order") or []
        if order:
            yield {"type": "facets", "first": [self._names.field(name) for name in order]}
        rest = {key: said for key, said in value.items() if key not in ("redirect", "facetOrdering")}
        if rest:
            self._note(rest, _("This setting has no counterpart in rules here."))

    @staticmethod
    def _read_window(window: Mapping[str, Any]) -> _Draft:
        found: _Draft = {"timezone": "UTC"}
        for name in ("from", "until"):
            if window.get(name):
                moment = datetime.fromtimestamp(float(window[name]), UTC)
                found[name] = moment.replace(tzinfo=None).isoformat()
        return found
