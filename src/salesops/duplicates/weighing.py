"""Weighing pairs of records with Splink: what each likeness of a field says, learned without anybody's labels.

The model is Fellegi and Sunter's. How often different records agree by chance (u) is counted on random pairs; how often
records of one thing do (m) is learned by expectation maximisation among pairs that agree in something else. Where there
is too little to learn from, or what was learned contradicts itself, what is known beforehand stands.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import duckdb

from salesops.duplicates._kind import Field, Kind, Level, on

if TYPE_CHECKING:
    from splink import Linker

Shares = tuple[tuple[float, float], ...]

ROWS, PAIRS = "_prepared", "_pairs"
LEAST_ROWS = 30  # fewer make too few random pairs to count chance with
KNOWN_AS_PAIRS = 1_000  # what is known beforehand of chance weighs as much as so many pairs
LEAST_EXPECTED = 60  # pairs of one thing, to learn from
SAMPLED_PAIRS = 1_000_001.0  # of a million itself Splink warns
LEARNED_PAIRS = 500_000.0
RECALL_OF_SURE = 0.7
FEWEST_DUPLICATES = 0.01  # a hundredth of the records at least is taken to be there twice
KNOWN_AS_ROWS = 1_000  # what is known beforehand of frequencies weighs as much as so many rows
SEED = 1
# Chance and certainty are never quite nothing or all: one such value would decide every pair.
LEAST_SHARE = 1e-7


@dataclass(frozen=True)
class Model:
    """What is known of a kind: how often two random records are one thing, and (m, u) of each level of each field,
    `otherwise` last. `learned` names the fields whose m came from the data; `rows` says from how many."""

    prior: float
    shares: Mapping[str, Shares]
    learned: tuple[str, ...] = ()
    rows: int = 0

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        return {
            "prior": self.prior,
            "shares": {name: [list(s) for s in of] for name, of in self.shares.items()},
            "learned": list(self.learned),
            "rows": self.rows,
        }

    @staticmethod
    def of_json(kind: Kind, kept: Mapping[str, Any]) -> Model | None:
        """What was kept; None where it is of other fields or levels than the kind has now."""
        shares = {n: tuple((m, u) for m, u in of) for n, of in kept.get("shares", {}).items()}
        if {f.name: len(f.levels) + 1 for f in kind.fields} != {
            n: len(s) for n, s in shares.items()
        }:
            return None
        return Model(kept["prior"], shares, tuple(kept["learned"]), kept["rows"])


def known_beforehand(kind: Kind, rows: int) -> Model:
    """The model before anything is learned."""
    shares = {f.name: tuple((level.m, level.u) for level in _levels(f)) for f in kind.fields}
    return Model(_fewest(rows), shares, (), rows)


def learn(work: duckdb.DuckDBPyConnection, kind: Kind) -> Model:
    """What the prepared rows tell of a kind."""
    rows = _count(work, f"SELECT count(*) FROM {ROWS}")
    model = known_beforehand(kind, rows)
    if rows < LEAST_ROWS:
        return model
    sure = " OR ".join(f"({on(c, 'l', 'r')})" for c in kind.sure)
    expected = _count(
        work,
        f"SELECT count(*) FROM {PAIRS} p JOIN {ROWS} l ON l.id = p.join_key_l "
        f"JOIN {ROWS} r ON r.id = p.join_key_r WHERE {sure}",
    )
    expected = int(expected / RECALL_OF_SURE)
    model = Model(max(_fewest(rows), expected / _pairs(rows)), model.shares, (), rows)
    linker = _linker(work, kind, model)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=SAMPLED_PAIRS, seed=SEED, num_chunks=1
    )
    chance = _shrunk(_shares(linker, kind), model.shares, min(SAMPLED_PAIRS, _pairs(rows)))
    learned: dict[str, Shares] = {}
    if expected >= LEAST_EXPECTED:
        for rule in kind.learns_in:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, fix_u_probabilities=True, max_pairs=LEARNED_PAIRS
            )
        for name, of in _shares(linker, kind).items():
            found = tuple((m, u) for (m, _), (_, u) in zip(of, chance[name], strict=True))
            if makes_sense(found):
                learned[name] = found
    shares = {}
    for field in kind.fields:
        known = model.shares[field.name]
        m_of = learned.get(field.name, known)
        shares[field.name] = tuple(
            own if level.is_fixed else (m, u)
            for level, own, (m, _), (_, u) in zip(
                _levels(field), known, m_of, chance[field.name], strict=True
            )
        )
    return Model(model.prior, shares, tuple(learned), rows)


def _shrunk(
    counted: Mapping[str, Shares], known: Mapping[str, Shares], pairs: float
) -> dict[str, Shares]:
    """The chances that were counted on so many pairs, drawn towards what is known beforehand where these are few."""
    return {
        name: tuple(
            (m, (u * pairs + known_u * KNOWN_AS_PAIRS) / (pairs + KNOWN_AS_PAIRS))
            for (m, u), (_, known_u) in zip(of, known[name], strict=True)
        )
        for name, of in counted.items()
    }


def makes_sense(shares: Sequence[tuple[float, float]]) -> bool:
    """More likeness speaks more for one thing, the most speaks for it and the least against it."""
    ratios = [m / u for m, u in shares]
    ordered = all(a >= b * 0.5 for a, b in pairwise(ratios))
    return ordered and ratios[0] > 2 and ratios[-1] < 1 and shares[-1][0] < 0.5


def weigh(work: duckdb.DuckDBPyConnection, kind: Kind, model: Model, least: float) -> str:
    """Weigh the pairs; returns the table with those whose probability is `least` or more."""
    linker = _linker(work, kind, model)
    found = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    return str(found.physical_name)


def weight_of(field: Field) -> str:
    """SQL of what a field of a weighed pair adds to its weight, in bits."""
    rare = f" + coalesce(mw_tf_adj_{field.name}, 0)" if _rarity(field) else ""
    return f"(coalesce(mw_{field.name}, 0){rare})"


def level_of(field: Field) -> str:
    """SQL of the words for how alike a field of a weighed pair is; null where one of them says nothing."""
    levels = _levels(field)
    cases = " ".join(
        f"WHEN {len(levels) - 1 - place} THEN '{level.words}'" for place, level in enumerate(levels)
    )
    return f"CASE gamma_{field.name} {cases} END"


def _fewest(rows: int) -> float:
    return min(0.5, FEWEST_DUPLICATES * max(rows, 1) / _pairs(rows))


def _pairs(rows: int) -> float:
    return max(1.0, rows * (rows - 1) / 2)


def _count(work: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = work.execute(sql).fetchall()
    return int(found[0][0])


def _levels(field: Field) -> tuple[Level, ...]:
    return (*field.levels, field.otherwise)


def _chances(kind: Kind, model: Model) -> dict[str, float]:
    """How often two different things agree in each column whose rare values count for more."""
    return {
        level.rarity: max(u, LEAST_SHARE)
        for field in kind.fields
        for level, (_, u) in zip(_levels(field), model.shares[field.name], strict=True)
        if level.rarity
    }


def _rarity(field: Field) -> bool:
    return any(level.rarity for level in field.levels)


def _linker(work: duckdb.DuckDBPyConnection, kind: Kind, model: Model) -> Linker:
    """Splink over the prepared rows. It is imported here, as nothing but a search needs it."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    database = DuckDBAPI(connection=work)
    linker = Linker(
        database.register(ROWS), _settings(kind, model), log_level=None, validate_settings=False
    )
    for column, chance in _chances(kind, model).items():
        table = f"_frequency_of_{column}"
        # Two records that are one thing have made its value no more frequent among things; and what few rows tell of
        # frequencies is little against what is known beforehand.
        work.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {column}, "
            f"(greatest(count(*) - 2, 0) + {KNOWN_AS_ROWS * chance}) / (sum(count(*)) OVER () + {KNOWN_AS_ROWS}) "
            f"AS tf_{column} FROM {ROWS} WHERE {column} IS NOT NULL GROUP BY 1"
        )
        linker.table_management.register_term_frequency_lookup(database.register(table), column)
    linker.table_management.register_blocked_pairs_for_predict(database.register(PAIRS))
    return linker


def _settings(kind: Kind, model: Model) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": model.prior,
        "blocking_rules_to_generate_predictions": ["l.id = r.id"],  # pairs are handed in
        "comparisons": [_comparison(f, model.shares[f.name]) for f in kind.fields],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "max_iterations": 25,
    }


def _comparison(field: Field, shares: Sequence[tuple[float, float]]) -> dict[str, Any]:
    unknown = " OR ".join(f"({on(field.unknown, side, side)})" for side in ("l", "r"))
    levels: list[dict[str, Any]] = [
        {"sql_condition": _sided(unknown), "label_for_charts": "unknown", "is_null_level": True}
    ]
    for level, (m, u) in zip(_levels(field), shares, strict=True):
        said: dict[str, Any] = {
            "sql_condition": _sided(on(level.condition, "l", "r")),
            "label_for_charts": level.words or "told already",
            "m_probability": max(m, LEAST_SHARE),
            "u_probability": max(u, LEAST_SHARE),
        }
        if level.rarity:
            said |= {
                "tf_adjustment_column": level.rarity,
                "tf_minimum_u_value": max(u, LEAST_SHARE) / 2,
            }
        levels.append(said)
    return {"output_column_name": field.name, "comparison_levels": levels}


def _sided(condition: str) -> str:
    """`l.name` as Splink names it once a pair is one row: `name_l`."""
    return re.sub(r"\b([lr])\.(\w+)", r"\2_\1", condition)


def _shares(linker: Linker, kind: Kind) -> dict[str, Shares]:
    told = linker.misc.save_model_to_json()
    found = {}
    for comparison in told["comparisons"]:
        levels = [v for v in comparison["comparison_levels"] if not v.get("is_null_level")]
        found[comparison["output_column_name"]] = tuple(
            (
                max(float(v.get("m_probability") or 0), LEAST_SHARE),
                max(float(v.get("u_probability") or 0), LEAST_SHARE),
            )
            for v in levels
        )
    return {f.name: found[f.name] for f in kind.fields}
