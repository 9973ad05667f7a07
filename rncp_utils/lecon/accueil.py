"""Home of the course: the blocs, their lessons and assignments, where the learner stands, what to do next."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.devoirs import Devoir, devoirs_du_cours
from rncp_utils.lecon.formulaire_html import STYLE
from rncp_utils.lecon.lecon_html import duree, texte
from rncp_utils.lecon.progression import NIVEAUX_DE_POSITION, Avancement, lire_avancement

if TYPE_CHECKING:
    from rncp_utils.lecon.fiche import Fiche
    from rncp_utils.lecon.parcours import Parcours
    from rncp_utils.referentiel import Referentiel

PAGES = {"glossaire.ipynb": "Le glossaire", "references.ipynb": "Les textes de droit cités"}


@dataclass(frozen=True)
class LeconDuCours:
    """A lesson of the course folder and what was done of it."""

    fiche: Fiche
    notebook: Path
    avancement: Avancement

    @property
    def reussis(self) -> int:
        return len(set(self.avancement.reussis()) & set(self.fiche.exercices))

    @property
    def finie(self) -> bool:
        return self.reussis == len(self.fiche.exercices)


class Accueil(Affichage):
    """The only cell of ``accueil.ipynb``; executed again, it is up to date.

    Parameters
    ----------
    dossier : Path
        Folder of the course (the one of ``accueil.ipynb``).
    """

    def __init__(self, *, dossier: Path | str = Path()) -> None:
        self.dossier = Path(dossier).resolve()

    def affichages(self) -> list[dict[str, Any]]:
        from rncp_utils.lecon.parcours import charger_parcours
        from rncp_utils.referentiel import charger_referentiel

        referentiel, parcours = charger_referentiel(), charger_parcours(self.dossier)
        lecons = lecons_du_cours(self.dossier, parcours)
        devoirs = list(devoirs_du_cours(referentiel, self.dossier))
        return [self.en_html(page(referentiel, parcours, lecons, devoirs, self.dossier))]

    def __str__(self) -> str:
        return "Accueil du parcours"


def lecons_du_cours(dossier: Path, parcours: Parcours) -> list[LeconDuCours]:
    """Lessons below a folder: a sheet and the notebook of the same name, in the suggested order."""
    from rncp_utils.lecon.fiche import charger_fiche

    trouvees = []
    for chemin in sorted(dossier.glob("*/*.yaml")):
        notebook = chemin.with_suffix(".ipynb")
        if notebook.exists():
            fiche = charger_fiche(chemin)
            trouvees.append(LeconDuCours(fiche, notebook, lire_avancement(chemin.parent, fiche.lecon)))
    return sorted(trouvees, key=lambda lecon: parcours.place(lecon.fiche))


def page(
    referentiel: Referentiel, parcours: Parcours, lecons: list[LeconDuCours], devoirs: list[Devoir], dossier: Path
) -> str:
    """The whole page."""
    corps = [
        _suite(lecons, dossier),
        _ordre(parcours, lecons),
        *_modules(referentiel, parcours, lecons, devoirs, dossier),
        _competences(referentiel, lecons),
        _pages(dossier),
    ]
    return f'{STYLE}<div class="rncp-accueil rncp-questionnaire">{"".join(corps)}</div>'


def _suite(lecons: list[LeconDuCours], dossier: Path) -> str:
    """What to do next: the lesson begun, or the first one that is not done, and what it asks for first."""
    reste = [lecon for lecon in lecons if not lecon.finie]
    if not lecons:
        return "<p>Aucune leçon n'est encore installée dans ce dossier : prévenez votre formateur.</p>"
    if not reste:
        return "<p><strong>✔ Toutes les leçons sont faites.</strong> Passez aux devoirs.</p>"
    commencees = [lecon for lecon in reste if lecon.avancement.exercices]
    suivante = (commencees or reste)[0]
    verbe = "reprendre" if commencees else "commencer"
    manquent = [lecon for lecon in reste if lecon.fiche.lecon in suivante.fiche.prerequis]
    avant = f"<p>Avant elle : {', '.join(_lien(lecon, dossier) for lecon in manquent)}.</p>" if manquent else ""
    return f'<p class="rncp-titre">Pour continuer : {verbe} {_lien(suivante, dossier)}</p>{avant}'


def _pages(dossier: Path) -> str:
    """Links to the pages that are not lessons."""
    liens = [_vers(dossier / nom, dossier, titre) for nom, titre in PAGES.items() if (dossier / nom).exists()]
    return f"<h2>Pour chercher</h2><p>{' · '.join(liens)}</p>" if liens else ""


def _ordre(parcours: Parcours, lecons: list[LeconDuCours]) -> str:
    """The suggested order in one sentence, and the time that it takes."""
    if not lecons or len(parcours.ordre) < 2:
        return ""
    from rncp_utils.lecon.parcours import nom_du_module

    noms = ", ".join(nom_du_module(code).lower() for code in parcours.ordre)
    autonomie = duree(sum(lecon.fiche.minutes for lecon in lecons))
    tutore = sum(parcours.tutore_minutes.values())
    temps = f"{autonomie} en autonomie" + (f", {duree(tutore)} avec un tuteur" if tutore else "")
    return f"<p>{texte(f'Ordre conseillé : {noms}. {parcours.raison} Durée : {temps}. {parcours.rythme}')}</p>"


def _lien(lecon: LeconDuCours, dossier: Path) -> str:
    return _vers(lecon.notebook, dossier, f"{lecon.fiche.lecon} · {lecon.fiche.titre}")


def _vers(notebook: Path, dossier: Path, nom: str) -> str:
    adresse = quote(Path(os.path.relpath(notebook, dossier)).as_posix())
    return f'<a href="{adresse}">{texte(nom)}</a>'


def _modules(
    referentiel: Referentiel, parcours: Parcours, lecons: list[LeconDuCours], devoirs: list[Devoir], dossier: Path
) -> Iterable[str]:
    from rncp_utils.lecon.parcours import PRISE_EN_MAIN, module, titres_des_modules

    par_code = {lecon.fiche.lecon: lecon for lecon in lecons}
    for code, titre in titres_des_modules(referentiel, parcours).items():
        yield f"<h2>{texte(titre)}</h2>"
        lignes = "".join(_ligne(lecon, par_code, dossier) for lecon in lecons if module(lecon.fiche) == code)
        entetes = ("Titre", "À faire avant", "Durée", "Compétences", "Exercices réussis")
        yield _table("Leçons", entetes, lignes) if lignes else "<p>Leçons à venir.</p>"
        siens = (devoir for devoir in devoirs if (devoir.bloc or PRISE_EN_MAIN) == code)
        lignes = "".join(_ligne_de_devoir(devoir, dossier) for devoir in siens)
        if lignes:
            yield _table("Devoirs", ("Titre", "Où vous en êtes"), lignes)
    yield "<p>Les devoirs se récupèrent et se rendent par le menu <em>Nbgrader</em>, <em>Assignment List</em>.</p>"


def _table(titre: str, entetes: Iterable[str], lignes: str) -> str:
    colonnes = "".join(f"<th scope='col'>{texte(entete)}</th>" for entete in entetes)
    return f"<table><caption>{titre}</caption><thead><tr>{colonnes}</tr></thead><tbody>{lignes}</tbody></table>"


def _ligne_de_devoir(devoir: Devoir, dossier: Path) -> str:
    nom = f"{devoir.code} · {devoir.libelle}"
    lien = _vers(devoir.notebook, dossier, nom) if devoir.notebook else texte(nom)
    return f"<tr><th scope='row'>{lien}</th><td>{texte(devoir.etat)}</td></tr>"


def _ligne(lecon: LeconDuCours, par_code: Mapping[str, LeconDuCours], dossier: Path) -> str:
    total = len(lecon.fiche.exercices)
    etat = "✔ " if lecon.finie and total else ""
    return (
        f"<tr><th scope='row'>{_lien(lecon, dossier)}</th><td>{_avant(lecon.fiche, par_code, dossier)}</td>"
        f"<td>{duree(lecon.fiche.minutes)}</td>"
        f"<td>{', '.join(lecon.fiche.competences) or '–'}</td><td>{etat}{lecon.reussis} sur {total}</td></tr>"
    )


def _avant(fiche: Fiche, par_code: Mapping[str, LeconDuCours], dossier: Path) -> str:
    """Links to the lessons asked for, then to those advised; those that are done carry a tick."""

    def lien(code: str) -> str:
        if code not in par_code:
            return texte(code)
        return ("✔ " if par_code[code].finie else "") + _vers(par_code[code].notebook, dossier, code)

    demandees = ", ".join(map(lien, fiche.prerequis))
    conseillees = ", ".join(map(lien, fiche.conseilles))
    parties = [demandees, f"utile : {conseillees}" if conseillees else ""]
    return " ; ".join(partie for partie in parties if partie) or "–"


def _competences(referentiel: Referentiel, lecons: list[LeconDuCours]) -> str:
    """One row a competence that a lesson teaches: exercises done, self-positioning."""
    lignes = []
    for competence in referentiel.competences:
        faits = [
            (nom in lecon.avancement.reussis())
            for lecon in lecons
            for nom, exercice in lecon.fiche.exercices.items()
            if exercice.competence == competence.code
        ]
        if faits:
            position = _position(competence.code, lecons)
            lignes.append(
                f"<tr><th scope='row'>{competence.code} · {texte(competence.libelle)}</th>"
                f"<td>{sum(faits)} sur {len(faits)}</td><td>{texte(position)}</td></tr>"
            )
    if not lignes:
        return ""
    return "<h2>Où vous en êtes, par compétence</h2><p>Pour vous seul·e : rien de ce tableau n'est noté.</p>" + _table(
        "Compétences", ("Compétence", "Exercices réussis", "Votre position"), "".join(lignes)
    )


def _position(code: str, lecons: list[LeconDuCours]) -> str:
    positions: list[Mapping[str, int]] = [lecon.avancement.positions for lecon in lecons]
    niveaux = [position[code] for position in positions if code in position]
    return f"{niveaux[-1]} · {NIVEAUX_DE_POSITION[niveaux[-1]]}" if niveaux else "–"
