"""What is left of an organisation's name once the ways of writing it are taken away, as a DuckDB expression."""

LEGAL_FORMS = (
    "inc incorporated corp corporation company co ltd limited llc llp plc gmbh ag kg ug sa sas sarl srl spa "
    "bv nv ab as oy aps pty kk"
)


def plain_company(name: str) -> str:
    """SQL of a name in lower case, `and` for &, letters and digits only, without accents and legal forms."""
    return (
        "trim(regexp_replace(regexp_replace(regexp_replace(strip_accents(lower(replace("
        rf"{name}, '&', ' and '))), '[.'']', '', 'g'), '[^\p{{L}}\p{{N}}]+', ' ', 'g'), "
        rf"'( ({LEGAL_FORMS.replace(' ', '|')}))+\s*$', '', 'g'))"
    )
