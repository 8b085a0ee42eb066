"""Which public texts the taggers learn from, and how often the encoder reads each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from feedback.trainers.tagger_data import (
    TaggedText,
    read_demo,
    read_icecat,
    read_litemall,
    read_oa_mine,
    tag_by_own_values,
)

# The commonest attributes of the judged catalog whose values stand in its texts.
ICECAT_LABELS = (
    "brand", "color", "printing_colours", "cable_colour", "brand_compatibility", "product_type", "processor_model",
    "internal_memory_type", "cable_standard", "display_resolution", "material", "operating_system_installed",
    "cable_type", "processor_cache_type", "processor_family", "connector_1", "connector_2", "storage_media",
    "processor_manufacturer", "hd_type", "device_interface", "print_technology",
)  # fmt: skip
# Catalogs' texts are alike: wording reads every third of the big catalog's, the encoder this many of all.
ICECAT_STEP = 3


@dataclass(frozen=True, slots=True)
class Sources:
    """`annotated` by people, `distant` labelled from catalogs' own data. The encoder reads the annotated `repeats`
    times and `most` of the others once; the part for wording reads all.
    """

    annotated: Sequence[TaggedText]
    distant: Sequence[TaggedText]
    repeats: int
    most: int

    @property
    def all(self) -> list[TaggedText]:
        return [*self.annotated, *self.distant]

    @property
    def for_encoder(self) -> list[TaggedText]:
        step = max(1, -(-len(self.distant) // max(self.most, 1)))
        return [*list(self.annotated) * self.repeats, *self.distant[::step]]


def english_sources(folder: Path) -> Sources:
    """What is not in the folder is left out; the demo always is there."""
    offers, icecat = folder / "oa_mine" / "train.jsonl.gz", folder / "chorus_icecat" / "products.jsonl.gz"
    distant = [text for text in tag_by_own_values(read_demo("en")) if text.spans]
    if icecat.exists():
        tagged = tag_by_own_values(read_icecat(icecat), labels=ICECAT_LABELS)
        distant += [text for text in tagged if text.spans][::ICECAT_STEP]
    return Sources(read_oa_mine(offers) if offers.exists() else [], distant, repeats=7, most=2500)


def chinese_sources(folder: Path) -> Sources:
    distant = tag_by_own_values(read_demo("zh"))
    path = folder / "litemall" / "products.jsonl.gz"
    if path.exists():
        known = {label for text in distant for _, _, label in text.spans}
        distant += tag_by_own_values(read_litemall(path), labels=known, least=2)
    return Sources([], distant, repeats=0, most=5000)
