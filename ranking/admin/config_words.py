"""What each weight and parameter of a ranking configuration is called, and what it does."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "bm25": _("matching words"),
    "dense": _("matching meaning"),
    "in_stock": _("in stock"),
    "popularity": _("popularity"),
    "rating": _("rating"),
    "fresh": _("newness"),
    "margin": _("margin"),
    "k1": _("repeated words"),
    "b": _("long texts"),
    "minimum_coverage": _("least share of the words"),
    "dense_limit": _("nearest products"),
    "dense_margin": _("distance from the nearest"),
    "dense_floor": _("least similarity"),
    "window": _("products compared by meaning"),
    "ef_search": _("thoroughness"),
    "fresh_half_life_days": _("days until half as new"),
}
EXPLANATIONS = {
    "bm25": _("How well the words of the query are found in the product's texts."),
    "dense": _("How near the meaning of the query is to the product, even in other words or the other language."),
    "in_stock": _("Prefers what can be bought now."),
    "popularity": _("Prefers what sells and is looked at."),
    "rating": _("Prefers what buyers rated well, weighed by how many did."),
    "fresh": _("Prefers what is new."),
    "margin": _("Prefers what earns more."),
    "k1": _("How much it counts that a word comes several times; 1.2 is usual."),
    "b": _("How much long texts are held back; 0 not at all, 1 fully."),
    "minimum_coverage": _("Which share of the query's information a product must hold to be found by words."),
    "dense_limit": _("How many nearest products by meaning are considered."),
    "dense_margin": _("How much less similar than the best a product found by meaning alone may be."),
    "dense_floor": _("The least similarity of a product found by meaning alone."),
    "window": _("How many products found by words also get their nearness in meaning."),
    "ef_search": _("How thoroughly the vector index is searched; more finds more and takes longer."),
    "fresh_half_life_days": _("After how many days a product is half as new."),
}
