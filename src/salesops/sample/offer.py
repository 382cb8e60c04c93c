"""What the sample company sells, to whom, where, and through which stages."""

from typing import NamedTuple


class Product(NamedTuple):
    """Something on the price list: dollars a seat and year, or dollars a day of service."""

    name: str
    code: str
    family: str
    price: int
    share: float  # of new deals, 0 for what is only sold along with others
    is_subscription: bool


class Stage(NamedTuple):
    """An open stage: `goes_on` is the usual chance to leave it for the next and not to be lost."""

    name: str
    probability: int
    category: str
    days: int
    goes_on: float


class Territory(NamedTuple):
    """A country of a team's region, and how many of the region's accounts are there."""

    country: str
    currency: str
    share: float
    legal_form: str


class Team(NamedTuple):
    """A sales team."""

    name: str
    region: str
    territories: tuple[Territory, ...]


class Source(NamedTuple):
    """Where deals come from: `factor` times the usual chance of winning, `leads` for every deal."""

    name: str
    share: float
    factor: float
    leads: int


PRODUCTS = (
    Product("Atlas Core", "AT-100", "Atlas", 720, 0.34, True),
    Product("Atlas Plus", "AT-200", "Atlas", 1180, 0.17, True),
    Product("Beacon Insights", "BE-100", "Beacon", 890, 0.23, True),
    Product("Beacon Forecast", "BE-200", "Beacon", 1450, 0.09, True),
    Product("Cairn Mobile", "CA-100", "Cairn", 560, 0.17, True),
    Product("Implementation day", "SV-100", "Services", 1400, 0, False),
    Product("Training day", "SV-200", "Services", 1100, 0, False),
)
IMPLEMENTATION, TRAINING = 5, 6
PRODUCT_SHARES = [p.share for p in PRODUCTS]
TEAMS = (
    Team(
        "Americas East",
        "Americas",
        (
            Territory("United States", "USD", 0.74, "Inc"),
            Territory("Canada", "USD", 0.26, "Corp"),
        ),
    ),
    Team(
        "Americas West",
        "Americas",
        (
            Territory("United States", "USD", 0.76, "LLC"),
            Territory("Mexico", "USD", 0.24, "SA"),
        ),
    ),
    Team(
        "Northern Europe",
        "EMEA",
        (
            Territory("United Kingdom", "GBP", 0.5, "Ltd"),
            Territory("Netherlands", "EUR", 0.24, "BV"),
            Territory("Sweden", "EUR", 0.26, "AB"),
        ),
    ),
    Team(
        "Central Europe",
        "EMEA",
        (
            Territory("Germany", "EUR", 0.52, "GmbH"),
            Territory("Austria", "EUR", 0.24, "GmbH"),
            Territory("France", "EUR", 0.24, "SAS"),
        ),
    ),
)
EASY_TERRITORIES = ("Canada", "Mexico", "Netherlands", "Sweden", "Austria", "France")
SOURCES = (
    Source("Inbound", 0.28, 1.1, 3),
    Source("Outbound", 0.26, 0.9, 4),
    Source("Partner", 0.16, 1.1, 2),
    Source("Event", 0.12, 0.95, 3),
    Source("Referral", 0.08, 1.3, 1),
    Source("Purchased list", 0.10, 0.2, 9),
)
SOURCE_SHARES = [s.share for s in SOURCES]
BAD_SOURCE = "Purchased list"
NEW, EXPANSION, RENEWAL = "New business", "Expansion", "Renewal"
KIND_FACTOR = {NEW: 1.0, EXPANSION: 1.3, RENEWAL: 2.3}
STAGES = (
    Stage("Prospecting", 10, "pipeline", 13, 0.72),
    Stage("Discovery", 20, "pipeline", 18, 0.74),
    Stage("Solution", 40, "best_case", 20, 0.76),
    Stage("Proposal", 60, "best_case", 18, 0.79),
    Stage("Negotiation", 80, "commit", 14, 0.79),
)
LAST_STAGE = len(STAGES) - 1
RENEWAL_STAGE = 3  # a renewal begins with an offer
WON, LOST, NO_DECISION = "Closed Won", "Closed Lost", "Closed No Decision"
CLOSED = {
    WON: (100, "closed", "won"),
    LOST: (0, "omitted", "lost"),
    NO_DECISION: (0, "omitted", "no_decision"),
}
LOSS_REASONS = ("Price", "Competitor", "No budget", "Missing feature", "Lost contact")
LOSS_SHARES = (0.36, 0.24, 0.16, 0.14, 0.10)
CONTACT_ROLES = (
    "Decision Maker",
    "Champion",
    "Economic Buyer",
    "Technical Buyer",
    "Evaluator",
    "Business User",
)
NEXT_STEPS = (
    "Call with finance",
    "Send proposal",
    "Workshop on site",
    "Security review",
    "Meet sponsor",
    "Reference call",
    "Agree on scope",
    "Legal to send redlines",
)
DOLLARS = {"USD": 1.0, "EUR": 1.09, "GBP": 1.27}  # what one of each is worth
PRICE_LEVEL = {"USD": 1.0, "EUR": 0.95, "GBP": 0.82}  # of the list price in dollars
DISCOUNTS = (0, 0, 0, 0, 5, 5, 8, 10, 10, 12, 15, 20)


def list_price(product: int, currency: str) -> int:
    """The list price in a currency's minor units: whole tens."""
    return round(PRODUCTS[product].price * PRICE_LEVEL[currency] / 10) * 1000
