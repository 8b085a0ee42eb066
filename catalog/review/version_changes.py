"""What another extractor version would change, and how far the live ones have come with reading the catalog."""

from dataclasses import dataclass

from django.db import connection

from catalog.documents import EXTRACTION_FINGERPRINT_SQL
from catalog.models import Evidence, ExtractorVersion

_COMPARED = """
WITH chosen AS (SELECT DISTINCT product_id, attribute, value_key FROM catalog_evidence WHERE version_id = %(chosen)s),
     present AS (
         SELECT DISTINCT e.product_id, e.attribute, e.value_key FROM catalog_evidence e
         JOIN catalog_extractorversion v ON v.id = e.version_id AND v.status = 'live' AND v.id <> %(chosen)s
         WHERE v.name = %(name)s)
SELECT count(*) FILTER (WHERE present.product_id IS NULL), count(*) FILTER (WHERE chosen.product_id IS NULL),
       count(*) FILTER (WHERE chosen.product_id IS NOT NULL AND present.product_id IS NOT NULL),
       count(*) FILTER (WHERE chosen.product_id IS NULL AND EXISTS (
           SELECT 1 FROM catalog_proposal r WHERE r.product_id = present.product_id AND r.attribute = present.attribute
           AND r.value_key = present.value_key AND r.status = 'accepted' AND r.decided_at IS NULL
           AND NOT EXISTS (
               SELECT 1 FROM catalog_evidence o JOIN catalog_extractorversion ov ON ov.id = o.version_id
               WHERE ov.status = 'live' AND ov.name <> %(name)s AND o.product_id = r.product_id
               AND o.attribute = r.attribute AND o.value_key = r.value_key)))
FROM chosen FULL JOIN present USING (product_id, attribute, value_key)
"""
_PROGRESS = f"""
SELECT v.name, v.version, (SELECT count(*) FROM catalog_product WHERE status = 'active'), counted.done, counted.failed
FROM catalog_extractorversion v, LATERAL (
    SELECT count(*) FILTER (WHERE e.status = 'done') AS done, count(*) FILTER (WHERE e.status = 'failed') AS failed
    FROM catalog_extraction e JOIN catalog_product p ON p.id = e.product_id AND p.status = 'active'
    WHERE e.version_id = v.id AND e.fingerprint = {EXTRACTION_FINGERPRINT_SQL}) counted
WHERE v.status = 'live' ORDER BY v.name
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """Values by who finds them: only the chosen version, only the one in use, both; and how many of those that only the
    one in use finds are in the shop now by their confidence alone, so that they would go.
    """

    appear: int
    disappear: int
    stay: int
    leave_shop: int
    products: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Products that one live extractor version has read as they are now, could not read, and has yet to read."""

    name: str
    version: str
    read: int
    failed: int
    stale: int

    @property
    def percent(self) -> int:
        total = self.read + self.failed + self.stale
        return 100 * (self.read + self.failed) // total if total else 100


def compare_versions(chosen: ExtractorVersion) -> VersionChanges:
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED, {"chosen": chosen.pk, "name": chosen.name})
        appear, disappear, stay, leave_shop = cursor.fetchone()
    products = Evidence.objects.filter(version__name=chosen.name, version__status=ExtractorVersion.Status.LIVE)
    either = products.values("product_id").union(Evidence.objects.filter(version=chosen).values("product_id"))
    return VersionChanges(appear, disappear, stay, leave_shop, either.count())


def read_progress() -> list[Progress]:
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS)
        rows = cursor.fetchall()
    return [
        Progress(name, version, done, failed, max(total - done - failed, 0))
        for name, version, total, done, failed in rows
    ]
