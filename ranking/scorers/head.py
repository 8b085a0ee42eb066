"""What the product is: whether it is the thing that the query names, not something for it or with it (0..1).

A laptop sleeve is a sleeve: the head of a noun compound is its last noun, in both languages. Intent heads and modifiers
of noun phrase queries: Li, "Understanding the Semantic Structure of Noun Phrase Queries", ACL 2010.
"""

from collections.abc import Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.text import normalise
from ranking.language.head_noun import HeadNoun, find_head_noun
from ranking.language.live_words import held_dictionary
from ranking.language.title_head import Things, is_joint, judge_category, judge_title
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.scorers import Scoring
from ranking.scorers.best import best_of

NAME = "head"
# Titles of the best candidates; the others are 0 unless their category says what they are.
MOST_READ = 200
# A category of several things ("Laptops & tablets") is this sure of each, where the title says nothing.
JOINT = 0.5
# 20,000 English titles take 4 MB; a second language about as much again.
MOST_TITLES = 20_000
MOST_CHARACTERS = 300
Titles = tuple[str, ...]


def score(scoring: Scoring) -> NDArray[np.float32]:
    """1 for a product whose category or title names the thing; zeros where the query names none."""
    result = np.zeros(len(scoring.ordinals), np.float32)
    things = Things(held_dictionary(), scoring.snapshot.vocabulary.brands)
    head = find_head_noun(scoring.understanding, names_thing=things.names_thing) if scoring.understanding else None
    if head is None or not len(result):
        return result
    snapshot = scoring.snapshot
    by_category, joint = snapshot.remember(("head categories", head.names), lambda: _judge_categories(head, snapshot))
    result[:] = by_category[np.clip(snapshot.category[scoring.ordinals], 0, len(by_category) - 1)]
    read = best_of(scoring, MOST_READ)
    ordinals = scoring.ordinals[read]
    categories = snapshot.category[ordinals].tolist()
    for place, category, titles in zip(read.tolist(), categories, _titles(snapshot, ordinals), strict=True):
        if result[place] == 0 or category in joint:
            result[place] = _judge(titles, float(result[place]), head, things)
    return result


def _judge(titles: Titles, by_category: float, head: HeadNoun, things: Things) -> float:
    """The best of both languages' titles; the category's own where neither says a word."""
    verdicts = [verdict for title in titles if (verdict := judge_title(title, head, things)) is not None]
    return max(verdicts, default=by_category)


def _judge_categories(head: HeadNoun, snapshot: IndexSnapshot) -> tuple[NDArray[np.float32], frozenset[int]]:
    """By category id how surely its own name is the thing; ids of those that hold other things too."""
    nodes = snapshot.vocabulary.category_by_id
    table = np.zeros(max(nodes, default=0) + 2, np.float32)
    joint = set()
    for id_, node in nodes.items():
        names = [normalise(name) for name in (node.name_en, node.name_zh) if name]
        table[id_] = max((judge_category(name, head) for name in names), default=0.0)
        if table[id_] and any(is_joint(name) for name in names):
            table[id_] *= JOINT
            joint.add(id_)
    return table, frozenset(joint)


def _titles(snapshot: IndexSnapshot, ordinals: NDArray[np.int64]) -> Sequence[Titles]:
    """Normalised titles; each is read from the database once per process and index version."""
    known: dict[int, Titles] = snapshot.remember(("head titles",), dict)
    ids = snapshot.product_ids[ordinals].tolist()
    missing = [id_ for id_ in ids if id_ not in known]
    if missing:
        read = _read_titles(missing)
        if len(known) + len(read) > MOST_TITLES:
            known.clear()
        known.update(read)
        return [known.get(id_) or read.get(id_, ()) for id_ in ids]
    return [known.get(id_, ()) for id_ in ids]


def _read_titles(product_ids: Sequence[int]) -> dict[int, Titles]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, left(title_en, %s), left(title_zh, %s) FROM catalog_product WHERE id = ANY(%s)",
            [MOST_CHARACTERS, MOST_CHARACTERS, list(product_ids)],
        )
        found = {row[0]: tuple(normalise(title) for title in row[1:] if title) for row in cursor.fetchall()}
    return {id_: found.get(id_, ()) for id_ in product_ids}
