"""Ce que le coordinateur écrit d'une session : inscriptions, absences, erreurs bloquantes, preuves de VAE.

Des fichiers CSV du dossier ``session`` du cours, remplis dans un tableur ; un fichier absent vaut un fichier vide. Une
faute refuse le fichier entier, avec la liste de toutes ses fautes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurListe
from rncp_utils.grading.lecture_csv import lire_csv_fr, lire_date, lire_oui_non
from rncp_utils.referentiel import Referentiel, Regles, epreuve_du_devoir

DOSSIER = "session"
INSCRIPTIONS, ABSENCES = "inscriptions.csv", "absences.csv"
ERREURS, PREUVES = "erreurs_bloquantes.csv", "preuves.csv"
COLONNES_INSCRIPTIONS = ("apprenant", "nom", "prenom", "voie", "date_entree")
COLONNES_ABSENCES = ("apprenant", "devoir", "justifiee", "motif")
COLONNES_ERREURS = ("apprenant", "devoir", "competence", "motif", "leve", "motif_du_jury")
COLONNES_PREUVES = ("apprenant", "competence", "preuve", "niveau", "evaluateur", "date")
DEROGATION = "derogation"

Fautes = Iterator[tuple[object, str]]


def _vide(colonnes: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(colonnes), dtype=object)


@dataclass(frozen=True)
class Entrees:
    """Tables lues ; colonnes décrites par :class:`rncp_utils.grading.Resultats`."""

    inscriptions: pd.DataFrame
    absences: pd.DataFrame
    erreurs: pd.DataFrame
    preuves: pd.DataFrame

    def renommer(self, noms: Callable[[str], str]) -> Entrees:
        """Les mêmes tables, sous d'autres noms d'apprenants et sans leur nom ni leur prénom."""
        tables = {
            nom: table.assign(apprenant=table["apprenant"].map(noms).astype(object))
            for nom, table in vars(self).items()
        }
        tables["inscriptions"] = tables["inscriptions"].assign(nom="", prenom="")
        return Entrees(**tables)

    @classmethod
    def aucune(cls) -> Entrees:
        """Session dont rien n'est encore écrit."""
        return cls(
            _vide((*COLONNES_INSCRIPTIONS, DEROGATION)),
            _vide(COLONNES_ABSENCES),
            _vide(COLONNES_ERREURS),
            _vide(COLONNES_PREUVES),
        )


def lire_entrees(cours: Path, referentiel: Referentiel, regles: Regles) -> Entrees:
    """Fichiers du dossier ``session`` d'un cours.

    Raises
    ------
    ErreurSchema
        Une colonne manque.
    ErreurListe
        Des lignes ne se lisent pas : toutes leurs fautes.
    """
    dossier = Path(cours) / DOSSIER
    return Entrees(
        lire_inscriptions(cours, referentiel),
        _lire(dossier / ABSENCES, COLONNES_ABSENCES, lambda t: _absences(t, referentiel)),
        _lire(dossier / ERREURS, COLONNES_ERREURS, lambda t: _erreurs(t, referentiel)),
        _lire(dossier / PREUVES, COLONNES_PREUVES, lambda t: _preuves(t, referentiel, regles)),
    )


def lire_inscriptions(cours: Path, referentiel: Referentiel) -> pd.DataFrame:
    """Inscriptions d'un cours ; ErreurListe si des lignes ne se lisent pas."""
    chemin = Path(cours) / DOSSIER / INSCRIPTIONS
    return _lire(chemin, COLONNES_INSCRIPTIONS, lambda table: _inscriptions(table, referentiel), (DEROGATION,))


def _lire(
    chemin: Path,
    colonnes: tuple[str, ...],
    convertir: Callable[[pd.DataFrame], tuple[pd.DataFrame, Fautes]],
    facultatives: tuple[str, ...] = (),
) -> pd.DataFrame:
    if not chemin.exists():
        return _vide((*colonnes, *facultatives))
    brute = lire_csv_fr(chemin, colonnes, facultatives)
    table, trouvees = convertir(brute)
    anonymes = brute.index[brute["apprenant"] == ""]
    fautes = [(rang, "l'identifiant de l'apprenant manque ; écrivez-le.") for rang in anonymes]
    fautes += list(trouvees)
    if fautes:
        phrases = [f"ligne {rang} : {phrase}" for rang, phrase in sorted(fautes, key=lambda faute: faute[0])]
        raise ErreurListe(f"Le fichier « {chemin.name} » est refusé, corrigez chacune de ces fautes :", phrases)
    return table.reset_index(drop=True)


def _inscriptions(table: pd.DataFrame, fiche: Referentiel) -> tuple[pd.DataFrame, Fautes]:
    dates = table["date_entree"].map(lire_date)

    def fautes() -> Fautes:
        voies = [voie.code for voie in fiche.voies_acces.voies]
        yield from _doubles(table, ["apprenant"], "est inscrit deux fois")
        yield from _inconnus(table["voie"], voies, "la voie")
        yield from _illisibles(table["date_entree"], dates, "la date", "écrivez-la JJ/MM/AAAA")

    return table.assign(date_entree=dates.astype(object)), fautes()


def _absences(table: pd.DataFrame, fiche: Referentiel) -> tuple[pd.DataFrame, Fautes]:
    justifiee = table["justifiee"].map(lire_oui_non)

    def fautes() -> Fautes:
        yield from _doubles(table, ["apprenant", "devoir"], "est noté absent deux fois")
        for rang, devoir in table["devoir"].items():
            if epreuve_du_devoir(devoir, fiche) is None:
                connues = ", ".join(fiche.codes_evaluations)
                yield rang, f"« {devoir} » n'est pas une épreuve ; épreuves : {connues}, et -R1 pour un rattrapage."
        # Empty would read as "no", and cost a zero: the coordinator says it.
        muettes = justifiee.isna() | (table["justifiee"] == "")
        for rang, texte in table["justifiee"][muettes].items():
            yield rang, f"« {texte} » ne dit pas si l'absence est justifiée ; écrivez oui ou non."

    return table.assign(justifiee=justifiee.fillna(False).astype(bool)), fautes()


def _erreurs(table: pd.DataFrame, fiche: Referentiel) -> tuple[pd.DataFrame, Fautes]:
    leve = table["leve"].map(lire_oui_non)

    def fautes() -> Fautes:
        yield from _inconnus(table["competence"], fiche.codes_competences, "la compétence", exigee=True)
        for rang, ligne in table.iterrows():
            if not ligne["motif"]:
                yield rang, "le motif de l'erreur bloquante manque ; écrivez ce qui a été constaté."
            if pd.isna(leve[rang]):
                yield rang, f"« {ligne['leve']} » n'est ni oui ni non ; corrigez la colonne « leve »."
            elif leve[rang] and not ligne["motif_du_jury"]:
                yield rang, "l'erreur est levée sans motif du jury ; écrivez-le."

    return table.assign(leve=leve.fillna(False).astype(bool)), fautes()


def _preuves(table: pd.DataFrame, fiche: Referentiel, regles: Regles) -> tuple[pd.DataFrame, Fautes]:
    dates = table["date"].map(lire_date)
    niveaux = pd.to_numeric(table["niveau"].str.replace(",", "."), errors="coerce")

    def fautes() -> Fautes:
        maximum = regles.vae.niveau_max
        yield from _doubles(table, ["apprenant", "competence", "preuve"], "a deux fois la même preuve")
        yield from _inconnus(table["competence"], fiche.codes_competences, "la compétence", exigee=True)
        yield from _illisibles(table["date"], dates, "la date", "écrivez-la JJ/MM/AAAA")
        hors = (table["niveau"] != "") & ~niveaux.isin(range(maximum + 1))
        for rang, texte in table["niveau"][hors].items():
            yield rang, f"le niveau « {texte} » n'est pas un nombre entier de 0 à {maximum} ; corrigez-le."
        for rang in table.index[(table["niveau"] != "") & (table["evaluateur"] == "")]:
            yield rang, "la preuve est notée sans le nom de son évaluateur ; écrivez-le."

    return table.assign(niveau=niveaux.astype(float), date=dates.astype(object)), fautes()


def _doubles(table: pd.DataFrame, cles: list[str], quoi: str) -> Fautes:
    for rang, ligne in table[table.duplicated(cles)].iterrows():
        suite = ", ".join(ligne[cle] for cle in cles[1:])
        yield rang, f"« {ligne[cles[0]]} » {quoi}{f' ({suite})' if suite else ''} ; gardez une ligne."


def _inconnus(colonne: pd.Series, connus: tuple[str, ...] | list[str], quoi: str, *, exigee: bool = False) -> Fautes:
    for rang, code in colonne.items():
        if code not in connus and (code or exigee):
            yield rang, f"{quoi} « {code} » est inconnue ; choisissez : {', '.join(connus)}."


def _illisibles(textes: pd.Series, dates: pd.Series, quoi: str, suite: str) -> Fautes:
    for rang, texte in textes.items():
        if texte and pd.isna(dates[rang]):
            yield rang, f"{quoi} « {texte} » ne se lit pas ; {suite}."
