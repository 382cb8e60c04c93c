"""How two contacts are known to be one person."""

from salesops.duplicates import written
from salesops.duplicates._kind import Field, Kind, Level, different
from salesops.duplicates._person import MAIL, MAIL_DOMAIN, NAME, WHOLE, people

contact = Kind(
    noun="contact",
    prepared=people(
        f"SELECT id, account_id, {WHOLE} AS whole, {written.plain('first_name')} AS given_name, "
        f"{written.plain('last_name')} AS family_name, email AS address, "
        f"{written.telling_digits('phone')} AS phone, {written.plain('title')} AS title FROM {{rows}}",
        "account_id, phone, title",
    ),
    fields=(
        NAME,
        MAIL,
        Field(
            "phone",
            "Telephone",
            "{r}.phone IS NULL",
            (
                # Who work in one place share its switchboard.
                Level(
                    "the same, as colleagues have",
                    "{l}.phone = {r}.phone "
                    "AND ({l}.account_id = {r}.account_id OR {l}.mail_domain = {r}.mail_domain)",
                    0.4,
                    0.03,
                    is_fixed=True,
                ),
                Level("the same", "{l}.phone = {r}.phone", 0.7, 0.0005, rarity="phone"),
                Level("one digit apart", written.near("{l}.phone", "{r}.phone", 1), 0.08, 0.0008),
            ),
            different(0.22, 0.9987),
        ),
        Field(
            "company",
            "Account or mail domain",
            "{r}.account_id IS NULL AND {r}.mail_domain IS NULL",
            (
                Level(
                    "the same account",
                    "{l}.account_id = {r}.account_id",
                    0.6,
                    0.002,
                    rarity="account_id",
                ),
                *MAIL_DOMAIN,
            ),
            different(0.25, 0.998),
        ),
        Field(
            "title",
            "Title",
            "{r}.title IS NULL",
            (
                Level("the same", "{l}.title = {r}.title", 0.5, 0.04),
                Level("alike", written.alike("{l}.title", "{r}.title", 0.88), 0.2, 0.04),
            ),
            different(0.3, 0.92),
        ),
    ),
    blocks=(
        "own_mail",
        "phone",
        "box",
        "sorted",
        "family_bones || '|' || left(given, 1)",
        "given || '|' || left(family, 2)",
        "family || '|' || coalesce(account_id, mail_domain)",
        "given || '|' || coalesce(account_id, mail_domain)",
        "family || '|' || mail_domain",
        "given_bones || '|' || right(family, 3)",
        "family || '|' || left(given, 1)",
    ),
    sure=(
        "{l}.own_mail = {r}.own_mail",
        "{l}.whole = {r}.whole AND {l}.phone = {r}.phone",
        "{l}.whole = {r}.whole AND {l}.account_id = {r}.account_id",
    ),
    learns_in=(
        "l.whole = r.whole",
        "l.own_mail = r.own_mail",
        "l.phone = r.phone",
    ),
)
