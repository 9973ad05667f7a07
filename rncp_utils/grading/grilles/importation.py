"""Des grilles signées aux notes manuelles de nbgrader ; ce qui n'est pas prêt est gardé et dit.

Rien n'est écrit tant qu'une faute reste : toutes sont dites en une fois. La note automatique ne change jamais.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurListe
from rncp_utils.formats import formater_nombre
from rncp_utils.grading.grilles.modele import NIVEAU_MAX, NIVEAUX, CelluleObservee, Grille
from rncp_utils.grading.grilles.observateurs import Observateur, cle, lire_observateurs, observateur_declare
from rncp_utils.grading.grilles.saisie import MOTS_MINIMUM, Saisie
from rncp_utils.grading.journal import Evenement, inscrire
from rncp_utils.grading.notes import notes_par_cellule

TITRE = "Les grilles ne sont pas importées, rien n'a changé ; corrigez chacune de ces fautes :"
# Two levels between the machine and the expert: one of them must be explained.
ECART_A_MOTIVER = 2.0
# Between two experts, more than one level is not an average: a third one looks.
ECART_ENTRE_EXPERTS = 1
COLONNES = ("apprenant", "devoir", "cellule", "competence", "avant", "points", "max", "niveau_expert", "niveau_machine")


@dataclass(frozen=True)
class Bilan:
    """Ce que l'import a fait.

    Attributes
    ----------
    notes
        Une ligne par cellule notée (:data:`COLONNES`) ; ``avant`` est la note manuelle remplacée, ``niveau_machine``
        celui des réponses corrigées automatiquement pour la même compétence du devoir (NaN s'il n'y en a pas).
    gardees
        Une phrase par grille incomplète ou non signée : gardée, sans note.
    remarques
        Écarts importants entre la machine et l'expert, motivés.
    """

    notes: pd.DataFrame
    gardees: tuple[str, ...]
    remarques: tuple[str, ...]

    def phrases(self) -> list[str]:
        """Ce que la personne qui importe doit lire, une phrase par fait."""
        copies = len(self.notes[["apprenant", "devoir"]].drop_duplicates())
        ecrites = f"Notes écrites dans le carnet : {len(self.notes)}, pour {copies} copie{'s' if copies > 1 else ''}."
        gardees = [f"Gardée, sans note : {phrase}" for phrase in self.gardees]
        return [ecrites, *gardees, *(f"▲ {remarque}" for remarque in self.remarques)]


def importer_grilles(
    cours: Path, url_base: str, cellules: pd.DataFrame, saisies: Iterable[Saisie], *, qui: str = ""
) -> Bilan:
    """Écrit les notes et les commentaires des grilles signées dans le carnet de notes, tous ou aucun.

    Parameters
    ----------
    cours
        Dossier du cours : experts déclarés, journal d'audit.
    url_base
        Adresse SQLAlchemy du carnet de notes.
    cellules
        Cellules notées du cours (:func:`rncp_utils.competences.lire_devoirs`).
    saisies
        Grilles lues par :func:`rncp_utils.grading.grilles.lire_saisies`.
    qui
        Personne qui importe, pour le journal ; par défaut, l'observateur.

    Raises
    ------
    ErreurListe
        Observateur non déclaré, deux grilles du même observateur, copie non corrigée, écart sans motif…
    """
    saisies = list(saisies)
    pretes = [saisie for saisie in saisies if saisie.signe and not saisie.obstacle()]
    notes = _notes_a_lire(url_base, cellules) if pretes else pd.DataFrame()
    fautes = _fautes_des_saisies(saisies, lire_observateurs(cours))
    lignes, remarques = [], []
    for groupe in _groupes(pretes).values():
        arbitree, desaccords = _arbitrer(groupe)
        fautes += desaccords
        if not desaccords:
            for ligne in _lignes(groupe, arbitree, notes, fautes, remarques):
                lignes.append(ligne)
    if fautes:
        raise ErreurListe(TITRE, fautes)
    _ecrire(cours, url_base, [ligne for ligne in lignes if ligne["change"]], qui)
    table = pd.DataFrame(lignes, columns=[*COLONNES]) if lignes else pd.DataFrame(columns=list(COLONNES))
    gardees = tuple(f"{s.devoir}, {s.apprenant} ({s.observateur}) : {s.etat}" for s in saisies if s not in pretes)
    return Bilan(table, gardees, tuple(remarques))


def _notes_a_lire(url_base: str, cellules: pd.DataFrame) -> pd.DataFrame:
    notes = notes_par_cellule(url_base, cellules)
    declarees = cellules.assign(notebook=cellules["notebook"].astype(str).str.removesuffix(".ipynb"))
    declarees = declarees[["devoir", "notebook", "cellule", "manuel"]].astype({"devoir": object})
    declarees = declarees.rename(columns={"manuel": "redigee"})
    return notes.merge(declarees, on=["devoir", "notebook", "cellule"], how="left")


def _fautes_des_saisies(saisies: list[Saisie], declares: tuple[Observateur, ...]) -> list[str]:
    fautes = []
    vues: set[tuple[str, str, str]] = set()
    for saisie in saisies:
        lieu = f"{saisie.devoir}, {saisie.apprenant}"
        if observateur_declare(declares, saisie.observateur) is None:
            connus = ", ".join(observateur.nom for observateur in declares) or "aucun"
            fautes.append(
                f"{lieu} : « {saisie.observateur} » n'est pas un observateur déclaré ({connus}) ; déclarez cette "
                "personne avec sa qualité, ou corrigez son nom."
            )
        identite = (saisie.devoir, saisie.apprenant, cle(saisie.observateur))
        if identite in vues:
            fautes.append(f"{lieu} : deux grilles de {saisie.observateur} ; gardez celle qui est valable.")
        vues.add(identite)
        if saisie.signe and (obstacle := saisie.obstacle()):
            fautes.append(f"{lieu} : la grille est signée, mais elle ne peut pas l'être : {obstacle}")
    return fautes


def _groupes(saisies: list[Saisie]) -> dict[tuple[str, str], list[Saisie]]:
    groupes: dict[tuple[str, str], list[Saisie]] = {}
    for saisie in saisies:
        groupes.setdefault((saisie.devoir, saisie.apprenant), []).append(saisie)
    return groupes


def _arbitrer(groupe: list[Saisie]) -> tuple[dict[str, float], list[str]]:
    """Level of each criterion: the only one, the mean of two that agree, the median from three experts on."""
    niveaux, desaccords = {}, []
    for critere in groupe[0].grille.criteres:
        vus = [saisie.niveaux[critere] for saisie in groupe]
        if len(vus) == 2 and max(vus) - min(vus) > ECART_ENTRE_EXPERTS:
            texte = groupe[0].grille.criteres[critere].texte
            desaccords.append(
                f"{groupe[0].devoir}, {groupe[0].apprenant} : {groupe[0].observateur} ({vus[0]}) et "
                f"{groupe[1].observateur} ({vus[1]}) s'écartent de plus d'un niveau sur « {texte} » ; demandez la "
                "grille d'un troisième expert."
            )
        niveaux[critere] = statistics.mean(vus) if len(vus) < 3 else statistics.median(vus)
    return niveaux, desaccords


def _lignes(
    groupe: list[Saisie], niveaux: Mapping[str, float], notes: pd.DataFrame, fautes: list[str], remarques: list[str]
) -> Iterable[dict]:
    grille, apprenant = groupe[0].grille, groupe[0].apprenant
    copie = notes[(notes["devoir"] == grille.devoir) & (notes["apprenant"] == apprenant)]
    for cellule in grille.cellules:
        lieu = f"{grille.devoir}, {apprenant}, {cellule.cellule}"
        trouvees = copie[copie["cellule"] == cellule.cellule]
        if faute := _faute_de_cellule(trouvees, cellule):
            fautes.append(f"{lieu} : {faute}")
            continue
        note = trouvees.iloc[0]
        expert = statistics.mean(niveaux[critere.id] for critere in cellule.criteres)
        machine = _niveau_machine(copie, cellule.competence)
        if abs(expert - machine) >= ECART_A_MOTIVER:
            phrase = f"niveau {formater_nombre(expert, 1)} pour l'expert, {formater_nombre(machine, 1)} pour la machine"
            if not _motive(groupe, cellule):
                fautes.append(f"{lieu} : {phrase} ; écrivez au moins un commentaire qui l'explique.")
                continue
            remarques.append(f"{lieu} : {phrase}, motivé par l'expert.")
        points = round(expert / NIVEAU_MAX * note["max"], 2)
        commentaire = commentaire_de(groupe, cellule)
        change = note["manuel"] != points or note["commentaire"] != commentaire or note["statut"] != "corrigé"
        yield {
            "apprenant": apprenant,
            "devoir": grille.devoir,
            "notebook": note["notebook"],
            "cellule": cellule.cellule,
            "competence": cellule.competence,
            "avant": note["manuel"],
            "points": points,
            "max": note["max"],
            "niveau_expert": expert,
            "niveau_machine": machine,
            "commentaire": commentaire,
            "change": change,
            "observateurs": ", ".join(saisie.observateur for saisie in groupe),
        }


def _faute_de_cellule(trouvees: pd.DataFrame, cellule: CelluleObservee) -> str:
    if trouvees.empty:
        return (
            "le carnet de notes n'a pas cette cellule pour cet apprenant ; vérifiez son identifiant, ou générez le "
            "devoir puis recommencez."
        )
    if len(trouvees) > 1:
        return "deux notebooks du devoir ont une cellule de ce nom ; renommez-en une."
    note = trouvees.iloc[0]
    if note["statut"] == "non remis":
        return "aucune copie n'est corrigée pour cet apprenant ; collectez et corrigez sa copie, puis recommencez."
    if note["competence"] != cellule.competence:
        return f"le devoir l'étiquette {note['competence']}, la grille {cellule.competence} ; accordez-les."
    return ""


def _niveau_machine(copie: pd.DataFrame, competence: str) -> float:
    """Level, from 0 to 3, of what was graded by the machine in the same assignment for the same competence."""
    corrigees = copie[(copie["competence"] == competence) & copie["auto"].notna() & (copie["redigee"] == False)]  # noqa: E712
    maximum = corrigees["max"].sum()
    return float(corrigees["auto"].sum() / maximum * NIVEAU_MAX) if maximum else math.nan


def _motive(groupe: list[Saisie], cellule: CelluleObservee) -> bool:
    textes = [saisie.commentaires.get(critere.id, "") for saisie in groupe for critere in cellule.criteres]
    return any(len(texte.split()) >= MOTS_MINIMUM for texte in textes)


def commentaire_de(groupe: list[Saisie], cellule: CelluleObservee) -> str:
    """Comment that the learner reads in the feedback: who saw what, when, at which level."""
    parties = []
    for saisie in groupe:
        parties.append(
            f"Observation de {saisie.observateur}, le {saisie.date:%d/%m/%Y}, grille {saisie.grille.grille}."
        )
        for critere in cellule.criteres:
            niveau = saisie.niveaux[critere.id]
            dit = saisie.commentaires.get(critere.id, "")
            suite = f" {dit}" if dit else ""
            parties.append(f"- {critere.texte} : {niveau} sur {NIVEAU_MAX} ({NIVEAUX[niveau]}).{suite}")
    if len(groupe) > 1:
        parties.append("Niveau retenu : moyenne des deux observations." if len(groupe) == 2 else "Niveau médian.")
    return "\n".join(parties)


def _ecrire(cours: Path, url_base: str, lignes: list[dict], qui: str) -> None:
    from nbgrader.api import Gradebook

    if not lignes:
        return
    with Gradebook(url_base) as carnet:
        try:
            for ligne in lignes:
                cle_de = (ligne["cellule"], ligne["notebook"], ligne["devoir"], ligne["apprenant"])
                note, remarque = carnet.find_grade(*cle_de), carnet.find_comment(*cle_de)
                note.manual_score, note.needs_manual_grade = ligne["points"], False
                remarque.manual_comment = ligne["commentaire"]
            # In this order, a note that changed is always in the journal.
            carnet.db.flush()
            inscrire(cours, (_evenement(ligne, qui) for ligne in lignes))
            carnet.db.commit()
        except BaseException:
            carnet.db.rollback()
            raise


def _evenement(ligne: dict, qui: str) -> Evenement:
    avant = "" if math.isnan(ligne["avant"]) else formater_nombre(ligne["avant"], 2)
    return Evenement(
        qui=qui or ligne["observateurs"],
        quoi="note manuelle",
        objet=f"{ligne['apprenant']} · {ligne['devoir']} · {ligne['cellule']}",
        avant=avant,
        apres=formater_nombre(ligne["points"], 2),
        motif=f"grille signée par {ligne['observateurs']}",
    )


def modele_vierge(grille: Grille, apprenants: Iterable[str], *, session: str = "", jour: dt.date) -> pd.DataFrame:
    """Table CSV to fill in a spreadsheet: every criterion, for every learner."""
    tables = [Saisie(grille, apprenant, "", jour, session).table() for apprenant in apprenants]
    return pd.concat(tables, ignore_index=True)
