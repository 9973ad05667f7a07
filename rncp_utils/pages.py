"""HTML pages made from templates: every value escaped, an unknown one refused, French typography."""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined

from rncp_utils.formats import INSECABLE


def environnement(paquet: str, **filtres: Callable[..., object]) -> Environment:
    """Templates of the folder ``gabarits`` of a package, with the filter ``typo`` and those given."""
    env = Environment(
        loader=PackageLoader(paquet, "gabarits"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"typo": typographie, **filtres}
    return env


def typographie(texte: object) -> str:
    """French typography: spaces that do not break before ``: ; ? %`` and inside « », curved apostrophes."""
    return re.sub(r" (?=[:;?%»])|(?<=«) ", INSECABLE, str(texte)).replace("'", "’")
