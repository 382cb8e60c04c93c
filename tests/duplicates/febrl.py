"""People and addresses with duplicates of known truth, spoilt in the manner of Febrl, and how they are compared."""

from __future__ import annotations

from salesops.duplicates import written
from salesops.duplicates._kind import Field, Kind, Level, different

COLUMNS = "given_name surname street_number address_1 address_2 suburb postcode state date_of_birth".split()
_LEAST = 0.88


def _text(name: str, title: str, m: float, u: float) -> Field:
    left, right = f"{{l}}.{name}", f"{{r}}.{name}"
    return Field(
        name,
        title,
        f"{right} IS NULL",
        (
            Level("the same", f"{left} = {right}", m, u, rarity=name),
            Level(
                "alike",
                f"{written.near(left, right, 1)} OR {written.alike(left, right, _LEAST)}",
                0.15,
                2 * u,
            ),
        ),
        different(0.85 - m, 1 - 3 * u),
    )


febrl = Kind(
    noun="person",
    prepared=(
        "SELECT id, "
        + ", ".join(f"{written.plain(c)} AS {c}" for c in COLUMNS)
        + f", {written.skeleton(written.plain('surname'))} AS bones FROM {{rows}}"
    ),
    fields=(
        Field(
            "given_name",
            "Given name",
            "{r}.given_name IS NULL",
            (
                Level(
                    "the same", "{l}.given_name = {r}.given_name", 0.7, 0.01, rarity="given_name"
                ),
                Level("swapped", "{l}.given_name = {r}.surname", 0.05, 0.001),
                Level(
                    "alike", written.alike("{l}.given_name", "{r}.given_name", _LEAST), 0.15, 0.01
                ),
            ),
            different(0.1, 0.98),
        ),
        Field(
            "surname",
            "Surname",
            "{r}.surname IS NULL",
            (
                Level("the same", "{l}.surname = {r}.surname", 0.7, 0.005, rarity="surname"),
                Level("swapped", "{l}.surname = {r}.given_name", 0.05, 0.001),
                Level("alike", written.alike("{l}.surname", "{r}.surname", _LEAST), 0.15, 0.01),
            ),
            different(0.1, 0.98),
        ),
        _text("street_number", "Number", 0.75, 0.02),
        _text("address_1", "Street", 0.7, 0.002),
        _text("suburb", "Suburb", 0.7, 0.002),
        _text("postcode", "Postcode", 0.75, 0.002),
        Field(
            "state",
            "State",
            "{r}.state IS NULL",
            (Level("the same", "{l}.state = {r}.state", 0.9, 0.2),),
            different(0.1, 0.8),
        ),
        _text("date_of_birth", "Date of birth", 0.8, 0.0005),
    ),
    blocks=(
        "date_of_birth",
        "given_name || surname",
        "surname || given_name",
        "bones || postcode",
        "given_name || postcode",
        "address_1 || street_number",
        "surname || suburb",
        "given_name || left(date_of_birth, 4)",
        "surname || left(date_of_birth, 4)",
        "address_1 || given_name",
        "address_1 || surname",
        "suburb || street_number",
        "given_name || suburb",
        "address_1 || suburb",
        "postcode || suburb",
        "postcode || street_number",
    ),
    sure=(
        "{l}.date_of_birth = {r}.date_of_birth AND {l}.given_name = {r}.given_name",
        "{l}.date_of_birth = {r}.date_of_birth AND {l}.surname = {r}.surname",
        "{l}.surname = {r}.surname AND {l}.given_name = {r}.given_name AND {l}.postcode = {r}.postcode",
    ),
    learns_in=(
        "l.date_of_birth = r.date_of_birth",
        "l.surname = r.surname AND l.given_name = r.given_name",
        "l.postcode = r.postcode AND l.address_1 = r.address_1",
    ),
)
