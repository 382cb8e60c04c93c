"""How two leads are known to be one person's, at least one of them still to be worked."""

from salesops.duplicates import written
from salesops.duplicates._kind import Field, Kind, Level, different
from salesops.duplicates._person import MAIL, MAIL_DOMAIN, NAME, WHOLE, people
from salesops.foundations.spelling import spelled_alike

lead = Kind(
    noun="lead",
    prepared=people(
        f"SELECT id, {WHOLE} AS whole, NULL::VARCHAR AS given_name, NULL::VARCHAR AS family_name, "
        f"email AS address, nullif(replace({spelled_alike('company')}, ' ', ''), '') AS company, "
        "coalesce(is_converted, false) AS is_converted FROM {rows}",
        "company, is_converted",
    ),
    fields=(
        NAME,
        MAIL,
        Field(
            "company",
            "Company",
            "{r}.company IS NULL AND {r}.mail_domain IS NULL",
            (
                Level("the same", "{l}.company = {r}.company", 0.55, 0.001, rarity="company"),
                *MAIL_DOMAIN,
                Level(
                    "alike",
                    f"{written.alike('{l}.company', '{r}.company', 0.9)} "
                    "OR starts_with({l}.company, {r}.company) OR starts_with({r}.company, {l}.company)",
                    0.15,
                    0.004,
                ),
            ),
            different(0.15, 0.995),
        ),
    ),
    blocks=(
        "own_mail",
        "box",
        "sorted",
        "family_bones || '|' || left(given, 1)",
        "given || '|' || left(family, 2)",
        "family || '|' || coalesce(company, mail_domain)",
        "given || '|' || coalesce(company, mail_domain)",
        "family || '|' || mail_domain",
        "given_bones || '|' || right(family, 3)",
    ),
    sure=(
        "{l}.own_mail = {r}.own_mail",
        "{l}.whole = {r}.whole AND {l}.company = {r}.company",
    ),
    learns_in=(
        "l.whole = r.whole",
        "l.own_mail = r.own_mail",
    ),
    apart="{l}.is_converted AND {r}.is_converted",
)
