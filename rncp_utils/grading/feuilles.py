"""Which sheet of the workbook, and which CSV file, holds what."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from rncp_utils.grading.mentions import mentions
from rncp_utils.grading.resultats import Resultats
from rncp_utils.niveaux import symbole
from rncp_utils.tableurs import Feuille

CONTENU = {
    "Compétences": "Un apprenant par ligne ; pour chaque compétence, le taux sur la partie évaluée, son repère et le "
    "statut.",
    "Détail": "Un apprenant et une compétence par ligne ; points, taux, niveau de la partie évaluée, statut, motif.",
    "Blocs": "Un apprenant et un bloc par ligne ; taux moyen, nombres de compétences, proposition, motif.",
    "Certification": "Un apprenant par ligne ; état du dossier, proposition, motif, décision du jury.",
    "Devoirs": "Un apprenant et un devoir par ligne ; total, pénalité de retard, date de remise.",
    "Cellules": "Un apprenant et une question notée par ligne : l'origine de tous les chiffres.",
    "Anomalies": "Ce qui, dans une copie, demande un regard avant le jury.",
}
LIBELLES = {
    "apprenant": "Apprenant",
    "devoir": "Devoir",
    "cellule": "Question",
    "notebook": "Notebook",
    "competence": "Compétence",
    "libelle": "Libellé",
    "bloc": "Bloc",
    "points": "Points",
    "max": "Points évalués",
    "taux": "Taux",
    "taux_points": "Taux en points",
    "repere": "Repère",
    "niveau": "Niveau (partie évaluée)",
    "statut": "Statut",
    "motif": "Motif",
    "acquis": "Acquises",
    "en_cours": "En cours",
    "non_acquis": "Non acquises",
    "non_evalues": "Non évaluées",
    "a_confirmer": "À confirmer",
    "proposition": "Proposition",
    "brut": "Points bruts",
    "penalite": "Pénalité",
    "retard_h": "Retard (heures)",
    "remis_le": "Remis le (heure de Paris)",
    "auto": "Note automatique",
    "manuel": "Note manuelle",
    "extra": "Points en plus",
    "commentaire": "Commentaire",
    "session": "Session",
    "prise_en_compte": "Prise en compte",
    "voie": "Voie d'accès",
    "date_entree": "Entrée en formation",
    "dossier": "Dossier",
    "decision": "Décision du jury",
    "motif_du_jury": "Motif du jury",
}
# A sheet of more rows takes minutes to write and to open: it is said where its rows are.
LIGNES_MAX = 60_000
_AILLEURS = {"Détail": "apprenant_x_competence_long.csv", "Cellules": "notes_par_cellule.csv"}


def feuilles(resultats: Resultats, edite_le: dt.date) -> dict[str, Feuille]:
    """Sheets of ``notes.xlsx``, in their order."""
    regles = resultats.regles.competence
    seuils = (float(regles.en_cours), float(regles.acquis))
    libelles = {c.code: f"{c.code_bloc} {c.libelle}" for c in resultats.referentiel.competences}
    en_taux = {"taux": ("taux", "taux_points"), "seuils": seuils}
    possibles = LIBELLES | {"max": "Points possibles"}
    toutes = {
        "Compétences": Feuille(
            _large(resultats),
            **en_taux,
            libelles=LIBELLES | {"repere": ""},
            largeurs={"repere": 4.5, "taux": 8.5, "statut": 12},
            infobulles=libelles,
            pages=len(resultats.referentiel.blocs),
        ),
        "Détail": Feuille(_detail(resultats), **en_taux, libelles=LIBELLES, figees=3, largeurs={"libelle": 85}),
        "Blocs": Feuille(_blocs(resultats), **en_taux, libelles=LIBELLES, figees=2),
        "Certification": Feuille(resultats.certifications, libelles=LIBELLES, largeurs={"motif": 70}),
        "Devoirs": Feuille(en_heures(resultats.devoirs), **en_taux, libelles=possibles, figees=2),
        "Cellules": Feuille(en_heures(resultats.notes.drop(columns="penalite")), libelles=possibles, figees=4),
        "Anomalies": Feuille(resultats.anomalies.drop(columns="code"), libelles=LIBELLES, largeurs={"motif": 90}),
    }
    ecrites = {nom: feuille for nom, feuille in toutes.items() if len(feuille.table) <= LIGNES_MAX}
    return {"Lisez-moi": _lisez_moi(resultats, edite_le, set(toutes) - set(ecrites)), **ecrites}


def _lisez_moi(resultats: Resultats, edite_le: dt.date, absentes: set[str]) -> Feuille:
    lignes = {f"Feuille « {nom} »": _trop_longue(nom) if nom in absentes else texte for nom, texte in CONTENU.items()}
    lignes |= mentions(resultats.referentiel, resultats.regles, edite_le)
    lignes["Repères"] = (
        "✔ acquis, ▲ en cours, ✖ non acquis : niveau sur la seule partie évaluée, jamais un statut définitif."
    )
    table = pd.DataFrame(lignes.items(), columns=["Rubrique", "Contenu"])
    return Feuille(table, largeurs={"Rubrique": 26, "Contenu": 110}, filtre=False)


def _trop_longue(nom: str) -> str:
    ailleurs = f" : ses lignes sont dans {_AILLEURS[nom]}" if nom in _AILLEURS else ""
    return f"Feuille non écrite, elle dépasserait {LIGNES_MAX} lignes{ailleurs}."


def _large(resultats: Resultats) -> pd.DataFrame:
    """Learner × competence: rate, sign and status side by side under the code of the competence."""
    codes = list(resultats.referentiel.codes_competences)
    longue = resultats.competences.assign(repere=_reperes(resultats.competences["niveau"]))
    large = longue.pivot(index="apprenant", columns="competence", values=["taux", "repere", "statut"])
    ordre = pd.MultiIndex.from_product([codes, ["taux", "repere", "statut"]])
    large = large.swaplevel(axis=1).reindex(columns=ordre)
    large = large.astype({(code, "taux"): float for code in codes}).reset_index()
    large.columns = pd.MultiIndex.from_tuples([("", "apprenant"), *ordre])
    return large


def _reperes(niveaux: pd.Series) -> pd.Series:
    return niveaux.map(symbole).where(niveaux.notna(), "")


def _detail(resultats: Resultats) -> pd.DataFrame:
    table = resultats.competences.drop(columns="epreuves_manquantes")
    table.insert(3, "libelle", table["competence"].map({c.code: c.libelle for c in resultats.referentiel.competences}))
    table.insert(table.columns.get_loc("taux") + 1, "repere", _reperes(table["niveau"]))
    return table


def _blocs(resultats: Resultats) -> pd.DataFrame:
    table = resultats.blocs.copy()
    niveaux = table["taux"].map(resultats.regles.statut_du_taux, na_action="ignore")
    table.insert(table.columns.get_loc("taux") + 1, "repere", _reperes(niveaux))
    return table


def en_heures(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its lateness in hours (``retard_h``) and its instants on a clock in Paris."""
    heures = (table["retard_s"] / 3600).round(2)
    paris = table["remis_le"].dt.tz_convert("Europe/Paris")
    return table.assign(retard_s=heures, remis_le=paris).rename(columns={"retard_s": "retard_h"})


def fichiers_csv(resultats: Resultats) -> dict[str, pd.DataFrame]:
    """CSV files: name → table. Rates are percentages there (``_pct``), as a coordinator reads them."""
    notes = resultats.notes.drop(columns="penalite")
    notes = notes.assign(remis_le=notes["remis_le"].dt.tz_convert("Europe/Paris"))
    return {
        "notes_par_cellule.csv": notes,
        "apprenant_x_competence.csv": _large_csv(resultats),
        "apprenant_x_competence_long.csv": _en_pourcents(resultats.competences),
        "apprenant_x_bloc.csv": _en_pourcents(resultats.blocs),
        "certifications.csv": resultats.certifications,
        "anomalies.csv": resultats.anomalies,
    }


def tables_machine(resultats: Resultats) -> dict[str, pd.DataFrame]:
    """Tables for a program: name without suffix → table. Rates stay between 0 and 1, instants in UTC."""
    return {
        "notes_par_cellule": resultats.notes,
        "apprenant_x_competence": resultats.competences,
        "apprenant_x_bloc": resultats.blocs,
        "certifications": resultats.certifications,
    }


def _large_csv(resultats: Resultats) -> pd.DataFrame:
    """Learner × competence, the rate in percent and the status of each competence side by side."""
    codes = resultats.referentiel.codes_competences
    # Every learner has every competence, in the order of the sheet: the columns are those of a grid.
    forme = (len(resultats.competences) // len(codes), len(codes))
    taux = resultats.competences["taux"].to_numpy(float).reshape(forme) * 100
    statut = resultats.competences["statut"].to_numpy(dtype=object).reshape(forme)
    colonnes = {"apprenant": resultats.competences["apprenant"].to_numpy(dtype=object).reshape(forme)[:, 0]}
    for rang, code in enumerate(codes):
        colonnes |= {f"{code}_taux_pct": taux[:, rang], f"{code}_statut": statut[:, rang]}
    return pd.DataFrame({nom: pd.Series(valeurs, dtype=valeurs.dtype) for nom, valeurs in colonnes.items()})


def _en_pourcents(table: pd.DataFrame) -> pd.DataFrame:
    taux = [colonne for colonne in table.columns if "taux" in colonne]
    return table.assign(**{colonne: table[colonne] * 100 for colonne in taux}).rename(
        columns={colonne: f"{colonne}_pct" for colonne in taux}
    )
