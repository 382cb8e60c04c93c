"""How two people are known to be one: what contacts and leads have in common."""

from salesops.duplicates import written
from salesops.duplicates._kind import Field, Level, different

# Names are there in one piece or in two, in either order: "Reyes, Ana" and "Ana Reyes".
_WHOLE = (
    "CASE WHEN contains(name, ',') THEN trim(split_part(name, ',', 2)) || ' ' || trim(split_part(name, ',', 1)) "
    "ELSE name END"
)
WHOLE = written.plain(_WHOLE)


def people(rows: str, others: str) -> str:
    """SQL of people prepared from `rows`, which have whole, given_name, family_name, address and `others`."""
    return (
        f"SELECT id, {others}, given, family, given || ' ' || family AS whole, "
        "list_aggregate(list_sort([given, family]), 'string_agg', ' ') AS sorted, "
        f"{written.skeleton('family')} AS family_bones, {written.skeleton('given')} AS given_bones, "
        f"mail, CASE WHEN split_part(mail, '@', 1) NOT IN {written.listed(written.SHARED_BOXES)} THEN mail END AS own_mail, "
        "split_part(mail, '@', 1) AS box, mail_domain FROM ("
        "SELECT *, coalesce(given_name, CASE WHEN contains(whole, ' ') THEN split_part(whole, ' ', 1) END) AS given, "
        "coalesce(family_name, split_part(whole, ' ', -1)) AS family, "
        f"{written.domain_of_mail('mail')} AS mail_domain "
        f"FROM (SELECT *, {written.mail('address')} AS mail FROM ({rows})))"
    )


# A company that the mail tells: nothing more where the whole mail is the same, as that counts as mail.
MAIL_DOMAIN = (
    Level("", "{l}.own_mail = {r}.own_mail", 0.1, 0.1, is_fixed=True),
    Level(
        "the same mail domain",
        "{l}.mail_domain = {r}.mail_domain",
        0.15,
        0.001,
        rarity="mail_domain",
    ),
)
NAME = Field(
    "name",
    "Name",
    "{r}.family IS NULL",
    (
        Level("the same", "{l}.whole = {r}.whole", 0.6, 0.00005, rarity="whole"),
        Level(
            "the same, given and family name swapped",
            "{l}.given = {r}.family AND {l}.family = {r}.given",
            0.03,
            0.00001,
        ),
        Level(
            "the same but for a slip or a short form",
            "({l}.family = {r}.family AND ("
            f"{written.near('{l}.given', '{r}.given', 1)} OR {written.alike('{l}.given', '{r}.given', 0.88)} "
            "OR (starts_with({l}.given, {r}.given) AND length({r}.given) >= 3) "
            "OR (starts_with({r}.given, {l}.given) AND length({l}.given) >= 3))) "
            f"OR ({{l}}.given = {{r}}.given AND {written.near('{l}.family', '{r}.family', 2)}) "
            f"OR ({written.near('{l}.given', '{r}.given', 2)} AND {written.near('{l}.family', '{r}.family', 2)} "
            "AND length({l}.whole) >= 9)",
            0.24,
            0.0004,
        ),
        Level(
            "the same family name and initial",
            "{l}.family = {r}.family AND left({l}.given, 1) = left({r}.given, 1) "
            "AND least(length({l}.given), length({r}.given)) = 1",
            0.08,
            0.0006,
        ),
        Level("the same family name", "{l}.family = {r}.family", 0.06, 0.004, rarity="family"),
        Level("the same given name", "{l}.given = {r}.given", 0.04, 0.008),
        Level(
            "one of them is the same",
            "({l}.given IS NULL AND {l}.family = {r}.given) OR ({r}.given IS NULL AND {r}.family = {l}.given)",
            0.02,
            0.004,
        ),
    ),
    different(0.02, 0.987),
)
MAIL = Field(
    "email",
    "Mail",
    "{r}.own_mail IS NULL",
    (
        Level("the same", "{l}.own_mail = {r}.own_mail", 0.62, 0.00002),
        # Names that are alike make mails that are, and whoever has a name has a mail like it.
        Level(
            "the same but for a slip",
            written.near("{l}.own_mail", "{r}.own_mail", 2),
            0.12,
            0.004,
            is_fixed=True,
        ),
        Level("the same before the @", "{l}.box = {r}.box", 0.1, 0.04, is_fixed=True),
    ),
    different(0.16, 0.9996),
)
