"""All the tables of a cohort, written together or not at all."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.grading.feuilles import feuilles, fichiers_csv, tables_machine
from rncp_utils.grading.page import ecrire_page
from rncp_utils.grading.pseudonymes import Pseudonymes
from rncp_utils.grading.resultats import Resultats, calculer
from rncp_utils.referentiel import Referentiel, Regles
from rncp_utils.tableurs import ecrire_csv_fr, ecrire_csv_machine, ecrire_xlsx, ecriture_expliquee

CLASSEUR, PAGE = "notes.xlsx", "cohorte.html"
_LOT = 20_000  # rows of a JSON file in memory at once


@dataclass(frozen=True)
class Exports(Resultats):
    """Tableaux d'une promotion et fichiers écrits.

    Attributes
    ----------
    fichiers
        Chemins des fichiers, dans l'ordre où ils se lisent : la page, le classeur, les CSV.
    """

    fichiers: tuple[Path, ...]


def exporter(
    url_base: str,
    dossier_source: Path,
    dossier_sortie: Path,
    *,
    referentiel: Referentiel | None = None,
    regles: Regles | None = None,
    anomalies: pd.DataFrame | None = None,
    edite_le: dt.date | None = None,
    cours: Path | None = None,
    pseudonymes: Pseudonymes | None = None,
    machine: bool = False,
) -> Exports:
    """Écrit les tableaux d'une promotion : page, classeur et CSV. Tout est écrit, ou rien ne change.

    Parameters
    ----------
    url_base, dossier_source, referentiel, regles, anomalies, cours, pseudonymes
        Voir :func:`rncp_utils.grading.resultats.calculer`.
    dossier_sortie
        Dossier des fichiers ; créé s'il n'existe pas. Les fichiers d'un export précédent sont remplacés.
    edite_le
        Date portée sur les documents ; aujourd'hui par défaut.
    machine
        Écrit aussi les tableaux pour un programme, en CSV (« , », point décimal) et en JSON.

    Raises
    ------
    ErreurDonnees, ErreurSchema, ErreurListe
        Le carnet de notes, les devoirs ou les anomalies ne peuvent pas être lus.
    ErreurRncp
        Le dossier ou l'un de ses fichiers ne peut pas être écrit.
    """
    resultats = calculer(
        url_base,
        dossier_source,
        referentiel=referentiel,
        regles=regles,
        anomalies=anomalies,
        cours=cours,
        pseudonymes=pseudonymes,
    )
    sortie = Path(dossier_sortie)
    edite_le = edite_le or dt.date.today()
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        # In the same folder: moving within a file system is a mere change of name.
        with tempfile.TemporaryDirectory(dir=sortie, prefix=".export-") as dossier:
            noms = _ecrire(resultats, Path(dossier), edite_le, machine)
            fichiers = _mettre_en_place(noms, Path(dossier), sortie)
    except OSError as erreur:
        raise ErreurRncp(
            f"Les tableaux ne peuvent pas être écrits dans « {sortie} » : un de ces fichiers est ouvert dans un autre "
            "programme, ou le dossier est protégé ou plein ; fermez-le ou changez de dossier, puis recommencez. "
            "Aucun fichier n'a été modifié."
        ) from erreur
    return Exports(**vars(resultats), fichiers=fichiers)


def _ecrire(resultats: Resultats, dossier: Path, edite_le: dt.date, machine: bool) -> list[str]:
    ecrire_page(dossier / PAGE, resultats, edite_le)
    ecrire_xlsx(feuilles(resultats, edite_le), dossier / CLASSEUR)
    noms = [PAGE, CLASSEUR, *ecrire_les_csv(resultats, dossier)]
    return [*noms, *ecrire_pour_un_programme(resultats, dossier, edite_le)] if machine else noms


def ecrire_les_csv(resultats: Resultats, dossier: Path) -> list[str]:
    """Écrit les tableaux en CSV pour un tableur français et rend leurs noms."""
    tables = fichiers_csv(resultats)
    for nom, table in tables.items():
        ecrire_csv_fr(table, dossier / nom)
    return list(tables)


def ecrire_pour_un_programme(resultats: Resultats, dossier: Path, edite_le: dt.date) -> list[str]:
    """Écrit les tableaux en CSV et en JSON pour un programme et rend leurs noms."""
    noms = []
    for nom, table in tables_machine(resultats).items():
        noms += [f"{nom}_machine.csv", f"{nom}.json"]
        ecrire_csv_machine(table, dossier / noms[-2])
        _ecrire_json(table, dossier / noms[-1], _origine(resultats, edite_le))
    return noms


def _origine(resultats: Resultats, edite_le: dt.date) -> dict[str, object]:
    """What the figures were computed from, at the head of each JSON file."""
    regles = resultats.regles
    return {
        "fiche": resultats.referentiel.certification.code,
        "regles": {"version": regles.version, "empreinte": regles.empreinte},
        "edite_le": edite_le.isoformat(),
    }


def _ecrire_json(table: pd.DataFrame, chemin: Path, origine: dict[str, object]) -> None:
    """``{…, "lignes": [{…}, …]}``, a batch of rows at a time: the text of a large cohort does not fit in memory."""
    with ecriture_expliquee(chemin) as temporaire, temporaire.open("w", encoding="utf-8") as fichier:
        fichier.write(json.dumps(origine, ensure_ascii=False)[:-1] + ', "lignes": [')
        for debut in range(0, len(table), _LOT):
            lot = table.iloc[debut : debut + _LOT]
            if "date_entree" in lot:
                lot = lot.assign(date_entree=[str(jour) if jour else None for jour in lot["date_entree"]])
            texte = lot.to_json(orient="records", force_ascii=False, date_format="iso", date_unit="s")
            fichier.write((", " if debut else "") + texte[1:-1])
        fichier.write("]}\n")


def _mettre_en_place(noms: list[str], depuis: Path, vers: Path) -> tuple[Path, ...]:
    """Move the files; if one cannot be replaced, put back the former ones and let the error out."""
    anciens = depuis / "anciens"
    anciens.mkdir()
    deplaces: list[str] = []
    try:
        for nom in noms:
            if (vers / nom).exists():
                (vers / nom).replace(anciens / nom)
            deplaces.append(nom)
            (depuis / nom).replace(vers / nom)
    except OSError:
        for nom in deplaces:
            (vers / nom).unlink(missing_ok=True)
            if (anciens / nom).exists():
                shutil.move(anciens / nom, vers / nom)
        raise
    return tuple(vers / nom for nom in noms)
