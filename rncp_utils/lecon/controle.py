"""« Contrôler avant de rendre »: what is missing, unreadable or doubled, said in French before submitting."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import formulaire_html as html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.confidentialite import trouver
from rncp_utils.lecon.identite import APPRENANT, apprenant, mode
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, JeuDeQuestions, charger_questions
from rncp_utils.lecon.lecon_html import texte
from rncp_utils.lecon.reponses import lire_reponses
from rncp_utils.lecon.saisie import complete
from rncp_utils.lecon.verification import verifier_reponses
from rncp_utils.poste.copies import PosteDemande, postes_ecrits
from rncp_utils.poste.fichier import LECTURES

# Never shown to the learner as a fault: kept aside by the form itself, or said by the count.
FORMULAIRE = re.compile(r"(?:Formulaire|Questionnaire)\(\s*[\"']([\w.-]+)[\"']")
LANCEMENT = re.compile(r"LancerAction\(\s*[\"'][\w.-]+[\"'],\s*[\"']([\w.-]+)[\"']")
_TUS = {"absent", "mis_de_cote", "nombre"}


@dataclass(frozen=True)
class Constat:
    """One thing found; ``grave`` when something would be lost by submitting now, ``refus`` when it must not be."""

    phrase: str
    grave: bool
    refus: bool = False


def controler(dossier: Path, proprietaire: str) -> list[Constat]:
    """What a learner should know before submitting the assignment of this folder.

    Raises
    ------
    ErreurRncp
        ``questions.json`` cannot be read.
    """
    jeu = charger_questions(dossier / FICHIER_QUESTIONS)
    titres = _titres(dossier)
    constats = [
        replace(constat, phrase=f"« {titres.get(cellule, cellule)} » : {constat.phrase}")
        for cellule in jeu.cellules
        for constat in _partie(dossier, jeu, cellule, proprietaire)
    ]
    codes = _codes(dossier)
    constats += [*_poste(dossier, jeu, codes), *_lancement(dossier, jeu, codes)]
    return constats + [constat for chemin in sorted(dossier.glob("*.ipynb")) for constat in _notebook(chemin)]


def _partie(dossier: Path, jeu: JeuDeQuestions, cellule: str, proprietaire: str) -> list[Constat]:
    questions = jeu.questions_de(cellule, proprietaire)
    lecture = lire_reponses(dossier, jeu.devoir, cellule)
    reponses, anomalies = verifier_reponses(lecture, questions, proprietaire, jeu.session)
    manquantes = [str(rang) for rang, q in enumerate(questions, start=1) if not complete(q, reponses.get(q.id))]
    constats = []
    if manquantes:
        pluriel = "s" if len(manquantes) > 1 else ""
        liste = ", ".join(manquantes)
        phrase = f"question{pluriel} {liste} sans réponse complète."
        constats.append(Constat(phrase, grave=True))
    constats += [
        Constat(
            f"la question {rang} contient {quoi} : effacez ce passage, ou mettez un code à la place.",
            grave=True,
            refus=True,
        )
        for rang, quoi in trouver(questions, reponses)
    ]
    trouvees = [anomalie for anomalie in [*lecture.anomalies, *anomalies] if anomalie.code not in _TUS]
    return constats + [Constat(a.phrase, grave=a.code != "copie") for a in trouvees]


def _poste(dossier: Path, jeu: JeuDeQuestions, codes: list[str]) -> list[Constat]:
    """The workstations of the assignment where nothing was done but reading."""
    vides = [p for p in postes_ecrits(codes, jeu.devoir, jeu.session) if not _travaille(dossier, p)]
    return [Constat("« Le poste de travail » : aucune saisie n'y est enregistrée.", grave=True) for _ in vides]


def _lancement(dossier: Path, jeu: JeuDeQuestions, codes: list[str]) -> list[Constat]:
    """The actions of prospection that were prepared and never launched."""
    lancements = [trouve[1] for code in codes if (trouve := LANCEMENT.search(code))]
    phrase = "« Le lancement » : l'action n'est pas lancée, ses indicateurs vaudront 0."
    return [
        Constat(phrase, grave=True)
        for cellule in lancements
        if not lire_reponses(dossier, jeu.devoir, cellule).reponses
    ]


def _codes(dossier: Path) -> list[str]:
    """Sources of the code cells of the assignment."""
    cellules = [cellule for chemin in sorted(dossier.glob("*.ipynb")) for cellule in _cellules(chemin)]
    return ["".join(c.get("source", "")) for c in cellules if c.get("cell_type") == "code"]


def _travaille(dossier: Path, poste: PosteDemande) -> bool:
    from rncp_utils.poste.base import chemin_du_poste  # only an assignment with a workstation needs its libraries
    from rncp_utils.poste.rejeu import lire_journal_de

    lignes = lire_journal_de(chemin_du_poste(dossier, poste.devoir, poste.cellule)).lignes
    return any(ligne["action"] not in LECTURES for ligne in lignes)


def _titres(dossier: Path) -> dict[str, str]:
    """Heading under which the form of each cell stands, as the learner reads it."""
    titres, titre = {}, ""
    for chemin in sorted(dossier.glob("*.ipynb")):
        for cellule in _cellules(chemin):
            source = "".join(cellule.get("source", ""))
            if cellule.get("cell_type") == "markdown":
                titre = next((li.lstrip("# ") for li in reversed(source.splitlines()) if li.startswith("##")), titre)
            elif trouve := FORMULAIRE.search(source):
                titres.setdefault(trouve[1], titre)
    return {cellule: titre for cellule, titre in titres.items() if titre}


def _cellules(chemin: Path) -> list[dict[str, Any]]:
    try:
        cellules = json.loads(chemin.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [cellule for cellule in cellules if isinstance(cellule, dict)] if isinstance(cellules, list) else []


def _notebook(chemin: Path) -> list[Constat]:
    try:
        cellules = json.loads(chemin.read_text(encoding="utf-8"))["cells"]
        noms = [str(c["metadata"].get("nbgrader", {}).get("grade_id", "")) for c in cellules]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        phrase = f"Le notebook « {chemin.name} » ne se lit pas : enregistrez-le (Ctrl + S), puis contrôlez de nouveau."
        return [Constat(phrase, grave=True)]
    doubles = sorted(nom for nom, nombre in Counter(noms).items() if nom and nombre > 1)
    constats = [
        Constat(f"La partie « {nom} » figure deux fois dans le notebook : supprimez la copie.", grave=True)
        for nom in doubles
    ]
    return constats + [
        Constat(f"La réponse rédigée « {nom} » est restée telle quelle : écrivez-y votre texte.", grave=True)
        for nom, cellule in zip(noms, cellules, strict=True)
        if _a_rediger(cellule) and "".join(cellule.get("source", "")).strip() in ("", "*Votre réponse ici*")
    ]


def _a_rediger(cellule: dict[str, Any]) -> bool:
    nbgrader = cellule["metadata"].get("nbgrader", {})
    return cellule.get("cell_type") == "markdown" and bool(nbgrader.get("grade") and nbgrader.get("solution"))


def bilan(constats: list[Constat]) -> str:
    """The list, the most serious first; what to do next."""
    if not constats:
        return '<p role="status"><strong>✔ Tout est rempli et lisible.</strong> Vous pouvez rendre le devoir.</p>'
    lignes = "".join(
        f"<li>{'✖' if constat.grave else '▲'} {texte(constat.phrase)}</li>"
        for constat in sorted(constats, key=lambda constat: not constat.grave)
    )
    nombre = len(constats)
    debut = f"{nombre} point{'s' if nombre > 1 else ''} à regarder avant de rendre"
    fin = "Vous pouvez rendre tel quel : ce qui manque vaudra 0."
    if any(constat.refus for constat in constats):
        fin = "Ne rendez pas encore : une copie ne contient aucune donnée qui désigne une personne réelle."
    return (
        f'<div role="status"><p class="rncp-alerte"><strong>▲ {texte(debut)}</strong></p><ul>{lignes}</ul>'
        f"<p>{texte(fin)}</p></div>"
    )


class Controle(Affichage):
    """Last cell of an assignment: the button « Contrôler avant de rendre »."""

    def __init__(self, *, dossier: Path | str = Path()) -> None:
        self.dossier = Path(dossier).resolve()

    def verifier(self) -> str:
        """HTML of what was found."""
        try:
            return bilan(controler(self.dossier, apprenant()))
        except ErreurRncp as erreur:
            return html.message(str(erreur))

    def affichages(self) -> list[dict[str, Any]]:
        if mode() != APPRENANT:
            return []
        import ipywidgets as widgets

        from rncp_utils.lecon.champs_widgets import avec_classe
        from rncp_utils.lecon.formulaire_widgets import cadre

        resultat = avec_classe(widgets.HTML(), "rncp-suivi")
        bouton = avec_classe(widgets.Button(description="Contrôler avant de rendre"), "rncp-bouton")
        avec_classe(bouton, "rncp-principal").on_click(lambda _: setattr(resultat, "value", self.verifier()))
        boite = cadre([widgets.HTML(html.STYLE), widgets.HBox([bouton]), resultat])
        return [dict(boite._repr_mimebundle_()) | {"text/plain": str(self)}]

    def __str__(self) -> str:
        return "Contrôler avant de rendre"
