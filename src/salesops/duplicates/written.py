"""What a value says however it is written, as DuckDB expressions: names, mail, web addresses, telephone numbers."""

from __future__ import annotations

# Where anybody may have an address, the part behind the @ says nothing of where they work.
PUBLIC_MAIL = (
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.uk ymail.com aol.com "
    "icloud.com me.com mac.com gmx.de gmx.net gmx.com web.de t-online.de freenet.de proton.me protonmail.com "
    "mail.com mail.ru yandex.ru qq.com 163.com 126.com orange.fr wanadoo.fr free.fr laposte.net libero.it "
    "comcast.net verizon.net att.net sbcglobal.net btinternet.com"
).split()
# Where many organisations have a page.
SHARED_SITES = (
    "facebook.com linkedin.com instagram.com twitter.com x.com youtube.com wordpress.com blogspot.com wixsite.com "
    "sites.google.com"
).split()
# Mail that several people read.
SHARED_BOXES = (
    "info contact office sales mail hello admin support service team kontakt accounts billing marketing enquiries "
    "help hr jobs press"
).split()
LEAST_IN_COMMON = 0.77  # six letters of which two are wrong
LEAST_DIGITS, TELLING_DIGITS = 6, 8


def listed(words: list[str]) -> str:
    """The words as SQL, for IN."""
    return "(" + ", ".join(f"'{w}'" for w in words) + ")"


def plain(text: str) -> str:
    """Lower case letters and digits without accents, one space between words; null where there are none."""
    bare = f"regexp_replace(strip_accents(lower({text})), '[.'']', '', 'g')"
    letters = rf"regexp_replace({bare}, '[^\p{{L}}\p{{N}}]+', ' ', 'g')"
    return f"nullif(trim({letters}), '')"


def mail(text: str) -> str:
    """An address in lower case; null where it is none."""
    return f"nullif(regexp_extract(lower(trim({text})), '^[^@ ]+@[^@ ]+[.][^@ ]+$'), '')"


def domain_of_mail(address: str) -> str:
    """The part behind the @ where it tells a place of work."""
    behind = f"split_part({address}, '@', 2)"
    return f"CASE WHEN {behind} NOT IN {listed(PUBLIC_MAIL)} THEN nullif({behind}, '') END"


def domain_of_site(text: str) -> str:
    """The host of a web address without www; null for sites that many share."""
    host = rf"regexp_extract(lower(trim({text})), '^(?:[a-z]+://)?(?:www[0-9]?[.])?([^/:?# ]+[.][^/:?# ]+)', 1)"
    return f"CASE WHEN {host} NOT IN {listed(SHARED_SITES)} THEN nullif({host}, '') END"


def label_of(domain: str) -> str:
    """What a domain is called without its ending: acme of acme.co.uk."""
    bare = rf"regexp_replace({domain}, '[.](?:(?:co|com|org|net|ac|gov)[.])?[a-z]+$', '')"
    return f"nullif(regexp_extract({bare}, '[^.]+$'), '')"


def telling_digits(text: str) -> str:
    """The last digits of a telephone number, which prefixes and country codes leave alone; null where too few."""
    digits = rf"regexp_replace(regexp_replace({text}, '(?i)(ext|x|#).*$', ''), '[^0-9]', '', 'g')"
    return (
        f"CASE WHEN length({digits}) >= {LEAST_DIGITS} THEN right({digits}, {TELLING_DIGITS}) END"
    )


def skeleton(text: str) -> str:
    """A word by its first letter and its consonants: what most slips leave alone."""
    return f"left({text}, 1) || regexp_replace(substr({text}, 2), '[aeiouyhw ]', '', 'g')"


def near(left: str, right: str, slips: int) -> str:
    """Two texts differ by at most so many letters typed wrongly, left out, added or swapped.

    Counting slips is dear, so it is done only of what has most letters in common, which is told thirty times
    faster; CASE is what spares the others.
    """
    return (
        f"CASE WHEN abs(length({left}) - length({right})) <= {slips} "
        f"AND jaro_similarity({left}, {right}) >= {LEAST_IN_COMMON} "
        f"THEN damerau_levenshtein({left}, {right}) <= {slips} ELSE false END"
    )


def alike(left: str, right: str, least: float) -> str:
    """Two texts are alike as names are: by letters in common, the beginning counting most."""
    return (
        f"CASE WHEN left({left}, 1) = left({right}, 1) "
        f"THEN jaro_winkler_similarity({left}, {right}) >= {least} ELSE false END"
    )
