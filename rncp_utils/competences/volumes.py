"""Durées du cours, par module : séquences des leçons, temps tutoré, épreuves ; à côté, les volumes de la conception."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import nbformat
import pandas as pd

from rncp_utils.lecon.accueil import lecons_du_cours
from rncp_utils.lecon.fiche import Fiche
from rncp_utils.lecon.lecon_html import duree
from rncp_utils.lecon.parcours import PRISE_EN_MAIN, charger_parcours, module
from rncp_utils.referentiel import Referentiel
from rncp_utils.yaml_strict import lire_yaml

CHEMIN_VOLUMES = Path(__file__).with_name("volumes.yaml")
NATURES = ("tutore", "autonomie", "epreuves")
TOTAL = "Total"
# « **Épreuve du bloc 1, rapport d'activité · 2 h 30 · 100 points** »
_DUREE = re.compile(r"·\s*(\d{1,2})\s*h(?:eures?)?(?:\s*(\d{2}))?\s*·")


def minutes_d_une_epreuve(devoir: Path) -> int | None:
    """Durée que disent les consignes d'un devoir, en minutes ; None si aucun de ses notebooks ne la dit."""
    for chemin in sorted(devoir.glob("*.ipynb")):
        textes = (c.source for c in nbformat.read(chemin, as_version=4).cells if c.cell_type == "markdown")
        for texte in textes:
            if lue := _DUREE.search(texte):
                return 60 * int(lue[1]) + int(lue[2] or 0)
    return None


def volumes(fiches: Iterable[Fiche], tutore: dict[str, int], epreuves: pd.DataFrame, fiche: str) -> pd.DataFrame:
    """Minutes par module.

    Parameters
    ----------
    fiches : iterable of Fiche
        Leçons du cours.
    tutore : dict
        Temps tutoré de chaque module, en minutes.
    epreuves : DataFrame
        Colonnes bloc et minutes, une ligne par épreuve ; minutes vides si elles ne sont pas connues.
    fiche : str
        Numéro de la fiche, pour les volumes de la conception.

    Returns
    -------
    DataFrame
        Une ligne par module puis « Total » : module, lecons (nombre), tutore, autonomie, epreuves, ensemble, et les
        mêmes durées prévues (``prevu_…``, vides si la conception ne dit rien de cette fiche).
    """
    lecons = pd.DataFrame([(module(lecon), lecon.minutes) for lecon in fiches], columns=["module", "autonomie"])
    table = lecons.groupby("module").agg(lecons=("autonomie", "size"), autonomie=("autonomie", "sum"))
    prevus = _prevus(fiche)
    noms = sorted(
        {*table.index, *tutore, *epreuves["bloc"], *prevus.index}, key=lambda nom: (nom != PRISE_EN_MAIN, nom)
    )
    table = table.reindex(noms, fill_value=0)
    table.insert(1, "tutore", pd.Series(tutore, dtype=int).reindex(noms, fill_value=0))
    table["epreuves"] = epreuves.groupby("bloc")["minutes"].sum().reindex(noms, fill_value=0)
    table = table.astype(int)
    table["ensemble"] = table[list(NATURES)].sum(axis=1)
    table = table.join(prevus.reindex(noms).add_prefix("prevu_"))
    table.loc[TOTAL] = table.sum(min_count=1)
    return table.astype({"lecons": int}).rename_axis("module").reset_index()


def volumes_du_cours(cours: Path, referentiel: Referentiel, epreuves: pd.DataFrame) -> pd.DataFrame:
    """:func:`volumes` d'un dossier de cours ; ``epreuves`` vient de :func:`minutes_des_epreuves`."""
    parcours = charger_parcours(cours / "course")
    fiches = [lecon.fiche for lecon in lecons_du_cours(cours / "course", parcours)]
    return volumes(fiches, parcours.tutore_minutes, epreuves, referentiel.certification.code)


def minutes_des_epreuves(cours: Path, referentiel: Referentiel) -> pd.DataFrame:
    """Durée de chaque épreuve présente : epreuve, bloc, minutes (vide si ses consignes ne la disent pas)."""
    lignes = [
        (evaluation.code, evaluation.bloc, minutes_d_une_epreuve(cours / "source" / evaluation.code))
        for evaluation in referentiel.evaluations
        if (cours / "source" / evaluation.code).is_dir()
    ]
    return pd.DataFrame(lignes, columns=["epreuve", "bloc", "minutes"]).astype({"minutes": float})


def phrase_des_volumes(table: pd.DataFrame) -> str:
    """« 48 h 20 en autonomie, 40 h 30 avec un tuteur, 21 h d'épreuves : 109 h 50. »"""
    total = table.set_index("module").loc[TOTAL]
    return (
        f"{duree(int(total['autonomie']))} en autonomie, {duree(int(total['tutore']))} avec un tuteur, "
        f"{duree(int(total['epreuves']))} d'épreuves : {duree(int(total['ensemble']))} en tout."
    )


def _prevus(fiche: str) -> pd.DataFrame:
    lus = lire_yaml(CHEMIN_VOLUMES).contenu.get(fiche, {})
    table = pd.DataFrame.from_dict(lus, orient="index", columns=list(NATURES)).astype(float)
    return table.assign(ensemble=table.sum(axis=1))
