"""The cohort on one page: a self-contained HTML file that opens from a disk and prints on A4."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.formats import INSECABLE, formater_nombre, pourcent
from rncp_utils.grading.blocs import AJOURNE, VALIDATION
from rncp_utils.grading.mentions import date_longue, mentions
from rncp_utils.grading.notes import A_CONFIRMER, ECHEC, NON_REMIS
from rncp_utils.grading.resultats import Resultats
from rncp_utils.niveaux import ACQUIS, EN_COURS, NIVEAUX, NON_ACQUIS, NON_EVALUE, Niveau, texte_du_taux
from rncp_utils.pages import environnement
from rncp_utils.referentiel import Bloc, Evaluation, Regles
from rncp_utils.tableurs import ecriture_expliquee
from rncp_utils.typographie import enumerer

GABARIT = "cohorte.html.j2"
PROPOSITIONS = (VALIDATION, AJOURNE, A_CONFIRMER, NON_EVALUE)
LARGE = 13  # number of competences beyond which the heat map is set tighter, to hold on an A4 page
COPIE_VIDE = "copie_vide"  # code of the anomaly, see rncp_utils.autograde.anomalies


@dataclass(frozen=True)
class Case:
    """A cell of the heat map; ``nombre`` is the rate in percent, empty when nothing is marked."""

    niveau: Niveau
    nombre: str
    a_confirmer: bool = False
    definitif: bool = False


def ecrire_page(chemin: Path, resultats: Resultats, edite_le: dt.date | None = None) -> None:
    """Écrit la page de la promotion : chiffres clés, compétences, blocs, anomalies, règles.

    Raises
    ------
    ErreurRncp
        Le fichier ne peut pas être écrit ; l'ancien fichier, s'il existe, est intact.
    """
    texte = rendre_page(resultats, edite_le or dt.date.today())
    with ecriture_expliquee(chemin) as temporaire:
        temporaire.write_text(texte, encoding="utf-8", newline="\n")


def rendre_page(resultats: Resultats, edite_le: dt.date) -> str:
    """Text of the page."""
    montres = _blocs_montres(resultats)
    dense = sum(len(bloc.competences) for bloc in montres) > LARGE
    fiche = resultats.referentiel
    return (
        environnement("rncp_utils.grading")
        .get_template(GABARIT)
        .render(
            fiche=fiche,
            dense=dense,
            attente="à conf." if dense else "à confirmer",
            a_confirmer=bool((resultats.competences["statut"] == A_CONFIRMER).any()),
            edite_le=date_longue(edite_le),
            chiffres=_chiffres(resultats),
            avis=_avis(resultats),
            legende=_legende(resultats.regles),
            montres=[(bloc, fiche.competences_du_bloc(bloc.code)) for bloc in montres],
            sans_copie=_sans_copie([bloc for bloc in fiche.blocs if bloc not in montres]),
            lignes=_lignes(resultats, montres),
            moyennes=_moyennes(resultats, montres),
            table_des_blocs=_table_des_blocs(resultats),
            anomalies=resultats.anomalies.fillna("").to_dict("records"),
            mentions=mentions(fiche, resultats.regles, edite_le),
            propositions=PROPOSITIONS,
            niveaux=NIVEAUX.values(),
        )
    )


def _blocs_montres(resultats: Resultats) -> list[Bloc]:
    """Blocs of which at least one cell is marked or waits for its mark."""
    competences = resultats.competences
    vus = competences[(competences["max"] > 0) | (competences["statut"] == A_CONFIRMER)]["bloc"].unique()
    return [bloc for bloc in resultats.referentiel.blocs if bloc.code in vus]


def _sans_copie(blocs: Sequence[Bloc]) -> str:
    """Why blocs are left out of the heat map."""
    if not blocs:
        return ""
    nombre = sum(len(bloc.competences) for bloc in blocs)
    quels = f"Bloc{'s' if len(blocs) > 1 else ''} {enumerer([str(bloc.numero) for bloc in blocs])}"
    return f"{quels} : aucune réponse notée à ce jour ; {nombre} compétences ne figurent donc pas dans ce tableau."


def _epreuves(resultats: Resultats) -> pd.DataFrame:
    """Copies that are expected: nothing is imposed on the VAE, whose evidence stands for the épreuves."""
    devoirs = resultats.devoirs
    attendues = devoirs["devoir"].isin(resultats.referentiel.codes_evaluations)
    return devoirs[attendues & ~devoirs["apprenant"].isin(resultats.en_vae)]


def _chiffres(resultats: Resultats) -> list[dict[str, str]]:
    epreuves = _epreuves(resultats)
    apprenants = resultats.notes["apprenant"].nunique()
    remises = int((epreuves["statut"] != NON_REMIS).sum())
    retards = int((epreuves["retard_s"] > 0).sum())
    anomalies = resultats.anomalies
    copies = anomalies[anomalies["apprenant"] != ""].drop_duplicates(["apprenant", "devoir"])
    totaux = _totaux(resultats)["taux"].dropna()
    moyenne = texte_du_taux(totaux.mean(), resultats.regles)
    return [
        {"valeur": str(apprenants), "nom": "apprenants", "detail": "inscrits au carnet de notes"},
        {"valeur": str(remises), "nom": "copies remises", "detail": f"sur {len(epreuves)} attendues"},
        {"valeur": str(retards), "nom": "copies en retard", "detail": "après l'échéance de l'apprenant"},
        {"valeur": str(len(anomalies)), "nom": "anomalies", "detail": f"sur {len(copies)} copies"},
        {"valeur": moyenne, "nom": "taux moyen", "detail": f"{len(totaux)} apprenants, partie évaluée"},
    ]


def _totaux(resultats: Resultats) -> pd.DataFrame:
    """Points, maximum and rate of each learner over all that is evaluated."""
    sommes = resultats.competences.groupby("apprenant")[["points", "max"]].sum()
    return sommes.assign(taux=(sommes["points"] / sommes["max"].where(sommes["max"] > 0)))


def _avis(resultats: Resultats) -> dict[str, object]:
    """What is missing for the statuses to be final."""
    statuts = resultats.competences["statut"]
    definitifs = statuts.isin([ACQUIS, EN_COURS, NON_ACQUIS])
    if len(statuts) and definitifs.all():
        return {"titre": "Toutes les épreuves sont corrigées. La décision appartient au jury.", "phrases": []}
    titre = "Une partie des statuts n'est pas définitive." if definitifs.any() else "Aucun statut n'est définitif."
    codes = resultats.referentiel.codes_evaluations
    prevues, generees = set(resultats.cellules["devoir"]), set(resultats.notes["devoir"])
    absentes = [code for code in codes if code not in prevues | generees]
    attente = [code for code in codes if code in prevues - generees] if generees else []
    non_remises = int((_epreuves(resultats)["statut"] == NON_REMIS).sum())
    a_noter, echecs = (int((resultats.notes["statut"] == statut).sum()) for statut in (A_CONFIRMER, ECHEC))
    phrases = {
        f"Épreuves de la fiche absentes du cours ({len(absentes)} sur {len(codes)}) : {', '.join(absentes)}.": absentes,
        f"Épreuves du cours qui ne sont pas encore générées : {', '.join(attente)}.": attente,
        "Aucun apprenant n'est inscrit au carnet de notes.": statuts.empty,
        f"Copies attendues et non remises : {non_remises}.": non_remises,
        f"Réponses à noter ou à confirmer : {a_noter}.": a_noter,
        f"Réponses dont la correction automatique a échoué : {echecs}.": echecs,
    }
    return {"titre": titre, "phrases": [phrase for phrase, fait in phrases.items() if fait]}


def _legende(regles: Regles) -> list[tuple[Niveau, str]]:
    acquis, en_cours = pourcent(regles.competence.acquis, 0), pourcent(regles.competence.en_cours, 0)
    return [
        (NIVEAUX[ACQUIS], f"{acquis} et plus"),
        (NIVEAUX[EN_COURS], f"de {en_cours} à moins de {acquis}"),
        (NIVEAUX[NON_ACQUIS], f"moins de {en_cours}"),
        (NIVEAUX[NON_EVALUE], "aucune réponse notée"),
    ]


def _lignes(resultats: Resultats, montres: Sequence[Bloc]) -> list[dict[str, object]]:
    """Rows of the heat map."""
    codes = [code for bloc in montres for code in bloc.competences]
    visibles = resultats.competences[resultats.competences["competence"].isin(codes)]
    totaux, signes = _totaux(resultats), _signes(resultats)
    return [
        {
            "apprenant": apprenant,
            "signes": signes.get(apprenant, []),
            "cases": [_case(ligne, resultats.regles) for ligne in lignes.itertuples()],
            "points": formater_nombre(totaux.at[apprenant, "points"], 1),
            "max": formater_nombre(totaux.at[apprenant, "max"]),
            "taux": texte_du_taux(min(totaux.at[apprenant, "taux"], 1.0), resultats.regles),
            "evalue": totaux.at[apprenant, "max"] > 0,
        }
        for apprenant, lignes in visibles.groupby("apprenant")
    ]


def _case(ligne: tuple, regles: Regles) -> Case:
    return Case(
        niveau=NIVEAUX.get(ligne.niveau, NIVEAUX[NON_EVALUE]),
        nombre=_sans_unite(texte_du_taux(ligne.taux, regles)),
        a_confirmer=ligne.statut == A_CONFIRMER,
        definitif=ligne.statut in (ACQUIS, EN_COURS, NON_ACQUIS),
    )


def _signes(resultats: Resultats) -> dict[str, list[tuple[str, str]]]:
    """Learner → (class, text) of the badges, read from the copies and from the anomalies."""
    epreuves, anomalies = _epreuves(resultats), resultats.anomalies
    retards = epreuves[epreuves["retard_s"] > 0].groupby("apprenant")["retard_s"].max()
    absents = epreuves[epreuves["statut"] == NON_REMIS].groupby("apprenant").size()
    vides = anomalies[anomalies["code"] == COPIE_VIDE]["apprenant"].unique()
    a_voir = anomalies[anomalies["code"] != COPIE_VIDE]["apprenant"]
    echecs = epreuves[epreuves["statut"] == ECHEC]["apprenant"]
    signes: dict[str, list[tuple[str, str]]] = {nom: [("absent", "VAE")] for nom in resultats.en_vae}
    for apprenant, secondes in retards.items():
        signes.setdefault(apprenant, []).append(("retard", f"en retard ({duree(secondes)})"))
    for apprenant, nombre in absents.items():
        signes.setdefault(apprenant, []).append(("absent", "non remis" if nombre == 1 else f"{nombre} non remis"))
    for apprenant in vides:
        signes.setdefault(apprenant, []).append(("vide", "copie vide"))
    for apprenant in sorted({*a_voir, *echecs} - {""}):
        signes.setdefault(apprenant, []).append(("examiner", "copie à examiner"))
    return signes


def duree(secondes: float) -> str:
    """Lateness in its natural unit, rounded up: « 35 min », « 26 h », « 3 j »."""
    for unite, taille, limite in (("min", 60, 60), ("h", 3600, 48)):
        if secondes <= taille * limite:
            return f"{math.ceil(secondes / taille)}{INSECABLE}{unite}"
    return f"{math.ceil(secondes / 86400)}{INSECABLE}j"


def _sans_unite(pourcentage: str) -> str:
    """The number of « 59,6 % », empty for the dash: the template sets the unit apart, to save room in a wide table."""
    return pourcentage.removesuffix(f"{INSECABLE}%") if "%" in pourcentage else ""


def _moyennes(resultats: Resultats, montres: Sequence[Bloc]) -> dict[str, object]:
    taux = resultats.competences.groupby("competence")["taux"].mean()
    codes = [code for bloc in montres for code in bloc.competences]
    return {
        "cases": [_sans_unite(texte_du_taux(taux[code], resultats.regles)) for code in codes],
        "total": texte_du_taux(_totaux(resultats)["taux"].mean(), resultats.regles),
    }


def _table_des_blocs(resultats: Resultats) -> list[dict[str, object]]:
    fiche, blocs = resultats.referentiel, resultats.blocs
    lignes = []
    for bloc in fiche.blocs:
        siens = blocs[blocs["bloc"] == bloc.code]
        compte = siens["proposition"].value_counts()
        lignes.append(
            {
                "bloc": bloc,
                "epreuves": [_etat(evaluation, resultats) for evaluation in fiche.evaluations_du_bloc(bloc.code)],
                "evalues": int((siens["max"] > 0).sum()),
                "taux": texte_du_taux(siens["taux"].mean(), resultats.regles),
                "propositions": [int(compte.get(nom, 0)) for nom in PROPOSITIONS],
            }
        )
    return lignes


def _etat(evaluation: Evaluation, resultats: Resultats) -> dict[str, object]:
    """Where an evaluation stands: absent from the course, without any copy expected yet, or how many copies came in."""
    epreuves = _epreuves(resultats)
    copies = epreuves[epreuves["devoir"] == evaluation.code]
    remises = int((copies["statut"] != NON_REMIS).sum())
    presente = bool(len(copies)) or evaluation.code in set(resultats.cellules["devoir"])
    etat = f"{remises} copies / {len(copies)}" if len(copies) else "sans copie"
    return {
        "code": evaluation.code,
        "libelle": evaluation.libelle,
        "etat": etat if presente else "absente du cours",
        "presente": presente,
    }
