"""Invented names of accounts, people and deals; a likeness to real ones is chance."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from random import Random

from salesops.sample import offer

_FIRST = (
    "Kestrel Larkspur Tidewater Orchard Lattice Marlow Harbour Bluestem Copperfield Fernhill Granite "
    "Hollowell Juniper Kingsway Lantern Meridian Nettlefold Oakridge Pinecrest Quarry Redwing Saltmarsh "
    "Thornbury Umberline Valehurst Westbourne Yarrow Ashgrove Birchwood Cobalt Driftwood Eastwick Foxglove "
    "Greywater Heronsgate Ironwick Jasper Kelpwood Longmeadow Millbrook Newhaven Osprey Plover Riverstone "
    "Silverline Tamarind Underhill Verbena Wrenfield Aldergate Brightwater Calder Dunmore Ellesmere Fairmile "
    "Glenrock Hazelton Inverness Kirkwall Lindale Maplewood Northolt Orwell Pemberley Queensbury Rosedale "
    "Stonebridge Tarnfield Upland Viewforth Whitmore Yewtree Amberley Bellwether Claymore Dovecote Emberly "
    "Fallowfield Goldcrest Highmoor"
).split()
_PLACE = (
    "Bay Bridge Coast Creek Cross Dale Gate Glen Grove Heath Hill Lake Moor Park Point Ridge Shore Vale "
    "Valley Wharf"
).split()
_PART = "New Old North South East West Upper Lower Great Little Royal United Central First".split()
_BUSINESS = {
    "Rail": "Transport",
    "Airlines": "Transport",
    "Logistics": "Transport",
    "Marine": "Transport",
    "Freight": "Transport",
    "Foods": "Consumer goods",
    "Dairy": "Consumer goods",
    "Furniture": "Consumer goods",
    "Textiles": "Consumer goods",
    "Breweries": "Consumer goods",
    "Retail": "Retail",
    "Stores": "Retail",
    "Outfitters": "Retail",
    "Networks": "Technology",
    "Systems": "Technology",
    "Software": "Technology",
    "Robotics": "Technology",
    "Telecom": "Technology",
    "Media": "Media",
    "Publishing": "Media",
    "Health": "Healthcare",
    "Pharma": "Healthcare",
    "Clinics": "Healthcare",
    "Diagnostics": "Healthcare",
    "Bank": "Financial services",
    "Insurance": "Financial services",
    "Capital": "Financial services",
    "Estates": "Financial services",
    "Water": "Energy and utilities",
    "Energy": "Energy and utilities",
    "Power": "Energy and utilities",
    "Motors": "Manufacturing",
    "Paper": "Manufacturing",
    "Steel": "Manufacturing",
    "Packaging": "Manufacturing",
    "Optics": "Manufacturing",
    "Chemicals": "Manufacturing",
    "Tools": "Manufacturing",
    "Ceramics": "Manufacturing",
    "Mining": "Manufacturing",
}
_KINDS = tuple(_BUSINESS)
_PARTNERS = "Financial services", "Retail", "Manufacturing", "Consumer goods", "Transport"
_GIVEN = (
    "Amara Elias Priya Noor Kenji Peter Ben Molly Eric Anne Spencer Lucía Mateo Ingrid Oskar Fatima Yusuf "
    "Chloé Hugo Mina Ravi Sofia Tomás Greta Pavel Aisha Daniel Leila Marcus Nadia Owen Paula Rasmus Selma "
    "Theo Uma Victor Wanda Xavier Yara Zane Clara Dario Edith Felix Gwen Henrik Isla Jonas Åsa Bruno Carmen "
    "Dmitri Esther Farid Gabriel Hannah Ismail Jürgen Katrin Liam Maya Nils Olga Pedro Quentin Rosa Stefan "
    "Tamara Ulrike Vera Willem Ximena Yannick Zoë Adrian Beatriz Callum Deepa Erik"
).split()
_FAMILY = (
    "Lindholm Raman Haddad Okafor Weiss Moreno Tanaka Novak Bergström Castellan Dufour Eriksen Fairchild "
    "Gallo Hartmann Ibarra Jansen Kowal Lambert Mbeki Nakamura Olsson Petrov Quist Rossi Sato Thorne Ueda "
    "Varga Whitlock Xu Yilmaz Zeller Abbott Brandt Coelho Drake Eklund Ferro Grant Hoffmann Iyer Jørgensen "
    "Keller Lemaire Müller Núñez Oduya Palmer Quigley Richter Sørensen Tremblay Ulrich Visser Wójcik Yates "
    "Zimmer Adeyemi Bauer Costa Demir Engel Fischer Greco Holm Ivanova Joshi Krüger Larsen Mendes Nyberg "
    "Ortega Peeters Reuter Silva Tikka Vogel Walsh Zhang"
).split()
_PROJECTS = (
    "plant rollout, group licence, pilot in two regions, data platform, field app, warehouse scanners, "
    "customer portal, planning suite, contact centre, fleet tracking, quality reporting, store network, "
    "second site, management dashboard, partner portal, audit package, mobile crews, billing upgrade, "
    "maintenance planning, supplier scorecards, demand planning, service desk"
).split(", ")
_MORE = (
    "more seats, second site, another business unit, field teams, group rollout, new region".split(
        ", "
    )
)
_TITLES = (
    "Head of Operations, CIO, Procurement Lead, Finance Director, IT Manager, Plant Manager, "
    "VP Supply Chain, Chief of Staff, Data Lead"
).split(", ")
MONTHS = (
    "January February March April May June July August September October November December"
).split()
_PLAIN = str.maketrans({"ø": "o", "Ø": "O", "ł": "l"})


class AccountNames:
    """Names of organisations, no two of them alike but for letters of another case."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._used: set[str] = set()

    def another(self) -> tuple[str, str]:
        """A name nobody has yet, and its line of business."""
        while True:
            name, industry = organisation(self._random)
            if name in self._used:
                name = f"{self._random.choice(_PART)} {name}"
            if name not in self._used:
                self._used.add(name)
                return name, industry


def organisation(random: Random) -> tuple[str, str]:
    """A name and its line of business; others may have it too."""
    luck = random.random()
    kind = random.choice(_KINDS)
    if luck < 0.52:
        return f"{random.choice(_FIRST)} {kind}", _BUSINESS[kind]
    if luck < 0.72:
        return f"{random.choice(_FAMILY)} {kind}", _BUSINESS[kind]
    if luck < 0.84:
        one, other = random.sample(_FAMILY, 2)
        return f"{one} & {other}", random.choice(_PARTNERS)
    first = f"{random.choice(_FIRST)} {random.choice(_PLACE)}"
    return f"{first} {kind}", _BUSINESS[kind]


def person(random: Random) -> tuple[str, str]:
    """A given and a family name."""
    return random.choice(_GIVEN), random.choice(_FAMILY)


def title(random: Random) -> str:
    """What somebody does at an account."""
    return random.choice(_TITLES)


def deal(random: Random, account: str, product: int, kind: str, year: int) -> str:
    """What a deal is called."""
    sold = offer.PRODUCTS[product].name
    if kind == offer.RENEWAL:
        return f"{account} – {sold} renewal {year}"
    project = random.choice(_PROJECTS if kind == offer.NEW else _MORE)
    return f"{account} – {sold}, {project}"


def web_domain(name: str) -> str:
    """The domain of an organisation, reserved so that nobody's mail is there."""
    return f"{address(name.replace('&', 'and'))}.example"


@lru_cache(maxsize=2048)
def address(text: str) -> str:
    """Letters and digits only, without accents, in lower case."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(c for c in plain if c.isascii() and c.isalnum()).lower()
