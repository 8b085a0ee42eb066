"""symspellpy as people use it: the English lists it ships, compound look-up, two edits."""

from collections import Counter
from collections.abc import Callable, Iterable
from importlib import resources

from symspellpy import SymSpell

# A word of the shop's own counts like a frequent one of the list.
OWN_WORD = 10**8


def make_symspell(own_words: Iterable[str] = ()) -> Callable[[str], str]:
    speller = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    lists = resources.files("symspellpy")
    speller.load_dictionary(str(lists / "frequency_dictionary_en_82_765.txt"), 0, 1, encoding="utf-8-sig")
    speller.load_bigram_dictionary(str(lists / "frequency_bigramdictionary_en_243_342.txt"), 0, 2)
    for word, count in Counter(word for word in own_words if word.isalpha()).items():
        speller.create_dictionary_entry(word, count * OWN_WORD)

    def correct(text: str) -> str:
        found = speller.lookup_compound(text, max_edit_distance=2, ignore_non_words=True, ignore_term_with_digits=True)
        return found[0].term

    return correct
