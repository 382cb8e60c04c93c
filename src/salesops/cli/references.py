"""Saying which records of an office name others that are not there."""

from __future__ import annotations

SHOWN = 3


def look_at_references() -> tuple[bool, str]:
    """Which columns name records that are not there, how often, and some of the keys.

    It is no fault of the database: an import may bring a deal before its account, which a later one then brings.
    """
    from django.db import models
    from django.db.models import Exists, OuterRef

    from salesops.records.models import NOUNS

    found = []
    for name, noun in NOUNS.items():
        for field in noun._meta.concrete_fields:
            to = next((n for n in NOUNS.values() if n is field.related_model), None)
            if to is None or not isinstance(field, models.ForeignKey):
                continue
            there = to.objects.filter(pk=OuterRef(field.attname))
            astray = noun.objects.filter(
                ~Exists(there), deleted_at=None, **{f"{field.name}__isnull": False}
            )
            if count := astray.count():
                keys = astray.order_by(field.attname).values_list(field.attname, flat=True)
                some = ", ".join(keys.distinct()[:SHOWN])
                found.append(
                    f"{name}.{field.attname} {count:,} ({some}{', …' if count > SHOWN else ''})"
                )
    if not found:
        return True, "Every record that another names is there"
    return True, f"Records name others that are not there; import these too: {'; '.join(found)}"
