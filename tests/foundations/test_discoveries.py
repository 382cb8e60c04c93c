"""Of many looks those are kept of which few are false."""

from salesops.foundations.discoveries import discoveries

# Benjamini and Hochberg 1995, §4.1: thrombolysis in fifteen looks.
PRINTED: tuple[float, ...] = (
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
)
PRINTED += (0.4262, 0.5719, 0.6528, 0.7590, 1.0)


def test_the_printed_example_gives_its_four() -> None:
    chances = {str(n): chance for n, chance in enumerate(PRINTED)}
    assert list(discoveries(chances, 0.05)) == ["0", "1", "2", "3"]


def test_each_is_told_with_the_rate_at_which_it_would_still_be_found() -> None:
    found = discoveries({"a": 0.02, "b": 0.01, "c": 0.9}, 1)
    assert found == {"b": 0.03, "a": 0.03, "c": 0.9}
    assert list(found) == ["b", "a", "c"]


def test_of_no_looks_none_is_kept() -> None:
    assert discoveries({}, 0.5) == {}
