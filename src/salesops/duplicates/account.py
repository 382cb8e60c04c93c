"""How two accounts are known to be one organisation."""

from salesops.duplicates import written
from salesops.duplicates._kind import Field, Kind, Level, different
from salesops.foundations.spelling import spelled_alike

_NAME = f"nullif({spelled_alike('name')}, '')"

account = Kind(
    noun="account",
    prepared=(
        "SELECT id, parent_id, name, compact, domain, label, phone, country, region, "
        f"{written.skeleton('compact')} AS bones FROM (SELECT id, parent_id, "
        f"{_NAME} AS name, replace({_NAME}, ' ', '') AS compact, "
        f"{written.domain_of_site('website')} AS domain, "
        f"{written.label_of(written.domain_of_site('website'))} AS label, "
        f"{written.telling_digits('phone')} AS phone, "
        f"{written.plain('country')} AS country, {written.plain('region')} AS region FROM {{rows}})"
    ),
    fields=(
        Field(
            "name",
            "Name",
            "{r}.name IS NULL",
            (
                Level("the same", "{l}.compact = {r}.compact", 0.62, 0.0002, rarity="compact"),
                Level(
                    "the same but for a slip",
                    f"(length({{l}}.compact) >= 6 AND {written.near('{l}.compact', '{r}.compact', 1)}) "
                    f"OR (length({{l}}.compact) >= 10 AND {written.near('{l}.compact', '{r}.compact', 2)})",
                    0.2,
                    0.0002,
                ),
                Level(
                    "one is in the other",
                    "(length({l}.name) >= 5 AND starts_with({r}.name, {l}.name || ' ')) "
                    "OR (length({r}.name) >= 5 AND starts_with({l}.name, {r}.name || ' '))",
                    0.06,
                    0.0006,
                ),
                Level("alike", written.alike("{l}.compact", "{r}.compact", 0.9), 0.06, 0.002),
            ),
            different(0.06, 0.997),
        ),
        Field(
            "website",
            "Website",
            "{r}.domain IS NULL",
            (
                Level("the same", "{l}.domain = {r}.domain", 0.8, 0.0002, rarity="domain"),
                Level(
                    "the same but for its ending or a slip",
                    f"{{l}}.label = {{r}}.label OR {written.near('{l}.domain', '{r}.domain', 1)}",
                    0.08,
                    0.0004,
                ),
            ),
            different(0.12, 0.9994),
        ),
        Field(
            "phone",
            "Telephone",
            "{r}.phone IS NULL",
            (
                Level("the same", "{l}.phone = {r}.phone", 0.7, 0.0002, rarity="phone"),
                Level("one digit apart", written.near("{l}.phone", "{r}.phone", 1), 0.06, 0.0005),
            ),
            different(0.24, 0.9993),
        ),
        Field(
            "place",
            "Country and region",
            "{r}.country IS NULL",
            (
                Level(
                    "the same", "{l}.country = {r}.country AND {l}.region = {r}.region", 0.6, 0.05
                ),
                Level("the same country", "{l}.country = {r}.country", 0.28, 0.2),
            ),
            different(0.12, 0.75),
        ),
    ),
    blocks=(
        "compact",
        "bones",
        "domain",
        "label",
        "phone",
        "left(compact, 6)",
        "right(compact, 6)",
        "split_part(name, ' ', 1) || '|' || split_part(name, ' ', 2)",
        "CASE WHEN length(split_part(name, ' ', 1)) >= 5 THEN split_part(name, ' ', 1) END",
        "CASE WHEN length(split_part(name, ' ', 2)) >= 5 THEN split_part(name, ' ', 2) END",
    ),
    sure=(
        "{l}.domain = {r}.domain AND left({l}.compact, 4) = left({r}.compact, 4)",
        "{l}.compact = {r}.compact AND {l}.phone = {r}.phone",
        "{l}.compact = {r}.compact AND {l}.country = {r}.country AND length({l}.compact) >= 8",
    ),
    learns_in=("l.compact = r.compact", "l.domain = r.domain", "l.phone = r.phone"),
    apart="{l}.id = {r}.parent_id OR {r}.id = {l}.parent_id",
)
