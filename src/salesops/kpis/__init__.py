"""The KPIs: one definition a number, one file a KPI."""

from collections.abc import Mapping

from salesops.foundations.catalogue import catalogue
from salesops.kpis._definition import Kpi

KPIS: Mapping[str, Kpi] = catalogue(__name__, Kpi)
