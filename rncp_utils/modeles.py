"""What the models of our YAML files share: strictness, lists, and a reading that says every fault in French."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rncp_utils.fautes import fautes_en_francais

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
# YAML only knows lists; tuples keep what is shared and cached from being changed by one of its readers.
Liste = Annotated[tuple[T, ...], Field(strict=False)]
ListeRemplie = Annotated[tuple[T, ...], Field(strict=False, min_length=1)]


class Modele(BaseModel):
    """Base: no silent conversion, no unknown field, no change after reading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def lire_modele(
    modele: type[M], contenu: Any, *, exemples: Mapping[str, str] = MappingProxyType({})
) -> tuple[M | None, list[str]]:
    """Objet d'un contenu lu, et ses fautes en français ; None s'il en a.

    Parameters
    ----------
    modele : type
        Modèle pydantic.
    contenu
        Données lues, telles qu'elles sont dans le fichier.
    exemples : dict, optional
        Par motif, ce qu'il faut écrire (voir :func:`rncp_utils.fautes.fautes_en_francais`).
    """
    try:
        return modele.model_validate(contenu), []
    except ValidationError as erreur:
        return None, fautes_en_francais(erreur, contenu, exemples=exemples)
