"""The form's lines “category: 3.5”, read as shares by category key, and said again in the names of categories."""

from collections.abc import Iterable, Mapping

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.models import Category
from ranking.merchandising.whatif_question import MAX_CATEGORIES

# Full-width signs and a copied table's tab are what people type, too.
_SIGNS = str.maketrans({"：": ":", "\t": ":", "＝": ":", "=": ":", "％": "%", "，": ",", "。": "."})
MOST_NAMED = 5


class SharesField(forms.CharField):
    """Category key → share, 0 to 1, from lines in percent."""

    def __init__(self, **options: object) -> None:
        super().__init__(
            label=gettext_lazy("By category, in %"),
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            help_text=gettext_lazy(
                "One category in each line, its name or key: “Laptops: 3.5”. Categories below it count too, unless they"
                " have a line of their own; all others have the number above."
            ),
            **options,  # type: ignore[arg-type]
        )

    def clean(self, value: str) -> dict[str, float]:
        return read_shares(super().clean(value))


def read_shares(text: str) -> dict[str, float]:
    rows = [_read_line(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(rows) > MAX_CATEGORIES:
        raise forms.ValidationError(_("At most %d categories.") % MAX_CATEGORIES)
    keys = _find_keys({name for _number, name, _share in rows})
    shares: dict[str, float] = {}
    for number, name, share in rows:
        key = _choose_key(number, name, keys.get(name.casefold(), ()))
        if key in shares:
            raise forms.ValidationError(_("Line %(line)d: “%(name)s” stands twice.") % {"line": number, "name": name})
        shares[key] = share
    return shares


def _read_line(number: int, line: str) -> tuple[int, str, float]:
    name, sign, text = line.translate(_SIGNS).rpartition(":")
    name, text = name.strip(), text.strip().removesuffix("%").strip().replace(",", ".")
    try:
        percent = float(text)
    except ValueError:
        percent = -1.0
    if not (name and sign and 0 <= percent <= 100):
        told = _("Line %d: write a category, a colon and a number from 0 to 100, such as “Laptops: 3.5”.")
        raise forms.ValidationError(told % number)
    return number, name, percent / 100


def _find_keys(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The keys of categories by what they are called, in small letters; a key is a name of its own."""
    asked = Q()
    for name in names:
        asked |= Q(key=name) | Q(name_en__iexact=name) | Q(name_zh__iexact=name)
    found: dict[str, tuple[str, ...]] = {}
    exact: dict[str, tuple[str, ...]] = {}
    rows = Category.objects.filter(asked).values_list("key", "name_en", "name_zh") if asked else ()
    for key, name_en, name_zh in rows:
        exact[key.casefold()] = (key,)
        for name in {name_en.casefold(), name_zh.casefold()} - {""}:
            found[name] = (*found.get(name, ()), key)
    return {**found, **exact}


def _choose_key(number: int, name: str, keys: tuple[str, ...]) -> str:
    if len(keys) == 1:
        return keys[0]
    if not keys:
        told = _("Line %(line)d: no category is called “%(name)s”. Write its name or key as the catalog has it.")
        raise forms.ValidationError(told % {"line": number, "name": name})
    told = _("Line %(line)d: several categories are called “%(name)s”. Write the key of the one you mean: %(keys)s.")
    raise forms.ValidationError(told % {"line": number, "name": name, "keys": ", ".join(keys[:MOST_NAMED])})


def name_categories(keys: Iterable[str]) -> dict[str, str]:
    """What they are called in the language of the page; one that is gone by its key."""
    return {category.key: str(category) for category in Category.objects.filter(key__in=list(keys))}


def say_shares(shares: Mapping[str, float]) -> str:
    names = name_categories(shares)
    told = _("%(category)s: %(share)s")
    said = (told % {"category": names.get(key, key), "share": f"{share:.2%}"} for key, share in shares.items())
    return _("; ").join(said)
