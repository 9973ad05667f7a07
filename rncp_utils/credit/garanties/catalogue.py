"""Catalogue des sûretés et garanties, lu dans ``suretes.yaml`` et contrôlé."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from rncp_utils.erreurs import ErreurListe, ErreurSchema
from rncp_utils.yaml_strict import lire_yaml

CONVENTION = "convention de cours"
IMMOBILIERE, MOBILIERE, PERSONNELLE, ORGANISME = "reelle_immobiliere", "reelle_mobiliere", "personnelle", "organisme"
REELLES = (IMMOBILIERE, MOBILIERE)
FICHIER = Path(__file__).with_name("suretes.yaml")
DE_COURS = ("cout_fixe", "cout_pct", "decote_defaut", "delai_realisation_mois")

Texte = Annotated[str, Field(pattern=r"\S")]
Fraction = Annotated[float, Field(ge=0, le=1)]
Positif = Annotated[float, Field(ge=0)]


class Surete(BaseModel):
    """Une ligne du catalogue. Décotes, coûts et délais sont des conventions de cours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    libelle: Texte
    famille: Literal[IMMOBILIERE, MOBILIERE, PERSONNELLE, ORGANISME, "assurance", "accessoire"]
    assiette: Texte
    forme: Texte
    publicite: Texte
    duree: Texte
    duree_max_mois: Positif | None = None
    rang_possible: bool
    cout_fixe: Positif
    cout_pct: Fraction
    decote_defaut: Fraction
    delai_realisation_mois: Positif
    quotite_max: Fraction | None = None
    texte: Texte
    statut: Literal["verifie", "source_secondaire", "a_verifier"]
    a_verifier: Texte | None = None

    @model_validator(mode="after")
    def _coherente(self) -> Surete:
        if (self.famille == ORGANISME) != (self.quotite_max is not None):
            raise ValueError("quotite_max va avec la famille organisme, et avec elle seule")
        if self.statut != "verifie" and self.a_verifier is None:
            raise ValueError("un texte non vérifié dit ce qui reste à vérifier (a_verifier)")
        return self


def catalogue_suretes() -> pd.DataFrame:
    """Catalogue des sûretés et garanties d'un crédit professionnel : une ligne par code.

    Returns
    -------
    DataFrame
        Index ``code`` ; ``libelle``, ``famille`` (reelle_immobiliere, reelle_mobiliere, personnelle, organisme,
        assurance, accessoire), ``assiette``, ``forme``, ``publicite``, ``duree``, ``duree_max_mois``,
        ``rang_possible``, ``cout_fixe`` (euros), ``cout_pct`` et ``decote_defaut`` (fractions),
        ``delai_realisation_mois``, ``quotite_max`` (fraction de la perte finale), ``texte``, ``statut`` (verifie,
        source_secondaire, a_verifier) et ``a_verifier``. ``attrs["conventions_de_cours"]`` nomme les colonnes sans
        autorité. Le tableau est à vous : modifiez-le librement.

    Source : ordonnance 2021-1192 du 15 septembre 2021, en vigueur le 1er janvier 2022 ; statut de chaque texte à sa
    ligne.

    >>> catalogue = catalogue_suretes()
    >>> fonds = catalogue.loc["nantissement_fonds_commerce"]
    >>> fonds["famille"], float(fonds["decote_defaut"])
    ('reelle_mobiliere', 0.5)
    """
    table = pd.DataFrame({code: surete.model_dump() for code, surete in _lire(FICHIER).items()}).T
    table.index = pd.Index(table.index, name="code", dtype="str")
    nombres = ("duree_max_mois", *DE_COURS, "quotite_max")
    table = table.infer_objects().astype(dict.fromkeys(nombres, "float64") | {"rang_possible": "bool"})
    textes = [nom for nom in table if nom not in (*nombres, "rang_possible")]
    table = table.astype(dict.fromkeys(textes, "str"))
    table.attrs["conventions_de_cours"] = DE_COURS
    table.attrs["source"] = CONVENTION
    return table


def surete(code: str) -> Surete:
    """Fiche d'une sûreté du catalogue.

    Raises
    ------
    ErreurSchema
        Code inconnu.

    >>> surete("bpifrance").quotite_max
    0.7
    """
    fiches = _lire(FICHIER)
    if code not in fiches:
        raise ErreurSchema(f"La sûreté « {code} » est inconnue : choisissez parmi {', '.join(fiches)}.")
    return fiches[code]


@cache
def _lire(chemin: Path) -> dict[str, Surete]:
    """Sheets of a catalogue file, every fault said at once."""
    lu = lire_yaml(chemin, decimaux=False)
    fautes = list(lu.fautes)
    fiches: dict[str, Surete] = {}
    try:
        fiches = TypeAdapter(dict[Texte, Surete]).validate_python(_suretes(lu.contenu))
    except ValidationError as erreur:
        fautes += [f"{' › '.join(map(str, faute['loc']))} : {faute['msg']}" for faute in erreur.errors()]
    if fautes:
        raise ErreurListe(f"Le catalogue {chemin.name} est refusé :", fautes)
    return fiches


def _suretes(contenu: Any) -> Any:
    return contenu.get("suretes") if isinstance(contenu, dict) else contenu
