"""How text is compared whose spelling says nothing: placeholders that mean nothing, names that differ only as written."""

from __future__ import annotations

_PLACEHOLDERS = ("n/a", "na", "x", "-", "[.]", "0", "none", "unknown", "tbd", "[?]")
_SPACES = "[ \t-\r]*"  # the range of what Python strips
# A regular expression for text in which nothing is said.
SAYS_NOTHING = f"(?i)^{_SPACES}({'|'.join(_PLACEHOLDERS)})?{_SPACES}\\z"

_LEGAL_FORMS = (
    "inc incorporated corp corporation company co ltd limited llc llp plc gmbh ag kg ug sa sas sarl srl spa "
    "bv nv ab as oy aps pty kk"
)


def spelled_alike(name: str) -> str:
    """SQL for the name of an organisation as all its spellings have it.

    Lower case, `and` for &, letters and digits only, legal forms gone.
    """
    return (
        rf"trim(regexp_replace(regexp_replace(regexp_replace(strip_accents(lower(replace({name}, '&', ' and '))), "
        r"'[.'']', '', 'g'), '[^\p{L}\p{N}]+', ' ', 'g'), "
        rf"'( ({_LEGAL_FORMS.replace(' ', '|')}))+\s*$', '', 'g'))"
    )
