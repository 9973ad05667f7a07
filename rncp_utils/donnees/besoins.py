"""Besoins des clients du cours, et ce qui y répond : convention de cours, sur les chiffres de leur dossier."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from rncp_utils.donnees.fils_rouges.chargement import cas as charger_cas
from rncp_utils.erreurs import ErreurSchema
from rncp_utils.portefeuille.besoins import BesoinDit, BesoinsDuClient, Ecart, Partie
from rncp_utils.yaml_strict import lire_yaml

_DU_CAS = "du cas"


@lru_cache
def besoins_du_client(cas: str) -> BesoinsDuClient:
    """Besoins d'un client du cours, avec ce qui y répond.

    >>> [besoin.id for besoin in besoins_du_client("CAS-04").besoins]
    ['saison', 'retards', 'pont', 'grele', 'foyer', 'nadia']
    """
    lus = lire_yaml(Path(__file__).with_name("besoins.yaml"), decimaux=False).contenu
    if cas not in lus:
        raise ErreurSchema(f"Le cas « {cas} » n'a pas de besoins écrits ; cas connus : {', '.join(lus)}.")
    brut, dossier = lus[cas], charger_cas(cas)
    ventes = dossier.exercices["N"]["FL"]
    return BesoinsDuClient(
        cas=cas,
        client=brut["client"],
        statut=dossier.forme_juridique,
        salaries=dossier.effectif_salarie,
        besoins=tuple(_besoin(un) for un in brut["besoins"]),
        produits=tuple(brut["produits"]),
        ecarts={code: Ecart(**un) for code, un in brut["ecarts"].items()},
        pieges={(un["besoin"], un["produit"]): un["phrase"] for un in brut["pieges"]},
        couts={code: _cout(un, ventes) for code, un in brut["couts"].items()},
    )


def _besoin(brut: Mapping[str, Any]) -> BesoinDit:
    parties = tuple(Partie(partie["quoi"], tuple(partie["produits"])) for partie in brut["parties"])
    return BesoinDit(**{**brut, "parties": parties})


def _cout(brut: Mapping[str, Any], ventes: float) -> dict[str, Any]:
    if "usage" not in brut:
        return dict(brut)
    usage = {nom: ventes if valeur == _DU_CAS else valeur for nom, valeur in brut["usage"].items()}
    return {**brut, "usage": usage}
