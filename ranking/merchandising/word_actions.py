"""What a rule does to the words of a search: other words instead, others besides, or none of the others."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from catalog.text import analyse
from ranking.merchandising.clauses import STORABLE, Part, Text
from ranking.models.synonym import MAX_TERMS

MAX_WORDS = 50
# Of a synonym each word is paired with each other word.
MAX_PAIRED = 20


def check_phrases(phrases: Sequence[str]) -> Sequence[str]:
    for phrase in phrases:
        terms = analyse(phrase)
        if not terms:
            raise ValueError(_("“%s” has no letter, digit or Chinese character.") % phrase)
        if len(terms) > MAX_TERMS:
            raise ValueError(_("“%s” is too long; write a word or a short phrase.") % phrase)
    return phrases


Phrases = Annotated[tuple[Text, ...], Field(max_length=MAX_PAIRED), AfterValidator(check_phrases)]
SomePhrases = Annotated[Phrases, Field(min_length=1)]


class ReplaceAction(Part):
    """Searches for other words in the place of these; without other words they are left out."""

    type: Literal["replace"] = "replace"
    words: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MAX_WORDS)]
    by: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=STORABLE)] = ""


class SynonymAction(Part):
    """Who types one of `words` also finds `alternatives`, and the other way round unless `one_way`.

    `weight`: what a product found by the other word counts, beside one found by the typed word.
    """

    type: Literal["synonym"] = "synonym"
    words: SomePhrases
    alternatives: SomePhrases
    weight: float = Field(default=0.9, ge=0, le=1)
    one_way: bool = False

    @model_validator(mode="after")
    def check_content(self) -> Self:
        if self.weight == 0:
            raise ValueError(_("A weight of 0 finds nothing. To keep words apart use “Keep apart”."))
        typed = {tuple(analyse(word)): word for word in self.words}
        same = [word for word in self.alternatives if tuple(analyse(word)) in typed]
        if same:
            raise ValueError(_("“%s” already stands on the other side; leave it out.") % same[0])
        return self


class UnassociateAction(Part):
    """Does not look for `others` where `words` are typed: no synonym, translation or correction joins them in this
    search. Without `others`: nothing but the words themselves is looked for.
    """

    type: Literal["unassociate"] = "unassociate"
    words: SomePhrases
    others: Phrases = ()
