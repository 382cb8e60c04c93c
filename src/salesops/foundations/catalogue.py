"""A catalogue reads a folder of files, one object a file, into a read-only mapping."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")


def catalogue(package: str, kind: type[T]) -> Mapping[str, T]:
    """Every module of `package` holds one object of `kind` under the module's own name.

    Modules whose name begins with an underscore are not content and are passed over. Raises TypeError
    naming the file when a module does not keep to that.
    """
    found: dict[str, T] = {}
    folder = import_module(package)
    for module in sorted(m.name for m in pkgutil.iter_modules(folder.__path__)):
        if module.startswith("_"):
            continue
        thing = getattr(import_module(f"{package}.{module}"), module, None)
        if not isinstance(thing, kind):
            raise TypeError(f"{package}/{module}.py must define `{module}`, a {kind.__name__}.")
        found[module] = thing
    return MappingProxyType(found)
