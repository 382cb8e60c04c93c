"""A number with its noun, as people say it."""


def counted(number: int, one: str, many: str = "") -> str:
    """1 open deal, 3 open deals."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
