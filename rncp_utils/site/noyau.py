"""What the cells of a lesson show on the site: loaded in the kernel that executes it (``--ext rncp_utils.site.noyau``).

IPython lets a type be shown otherwise than it shows itself: lessons and the library stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from rncp_utils.lecon.lecon_html import texte
from rncp_utils.site.champs import REPONDRE, questions

Rendu = Callable[[Any], str]


def load_ipython_extension(ip: Any) -> None:
    """Show still what asks for a kernel."""
    afficheur = ip.display_formatter.ipython_display_formatter
    for module, nom, rendu in RENDUS:
        # By name: a lesson without an interview does not load one.
        afficheur.for_type_by_name(f"rncp_utils.{module}", nom, _montrer(rendu))


def _montrer(rendu: Rendu) -> Callable[[Any], None]:
    def montrer(objet: Any) -> None:
        from IPython.display import display

        display({"text/html": rendu(objet), "text/plain": ""}, raw=True)

    return montrer


def _exercice(exercice: Any) -> str:
    from rncp_utils.lecon import exercice_html

    # The question without what answers it: `correcteur.champs` pairs both.
    champs = [question for question, _ in exercice.correcteur.champs] if exercice.valeurs is None else []
    return f'<div class="rncp-questionnaire">{exercice_html.enonce(exercice)}{questions(champs)}</div>'


def _depart(demarrage: Any) -> str:
    from rncp_utils.lecon.lecon_html import duree

    fiche = demarrage.lecon.fiche
    parties = "".join(f"<li>{texte(s.titre)} · {s.minutes}\u00a0min</li>" for s in fiche.sequences)
    competences = f" Compétences : {', '.join(fiche.competences)}." if fiche.competences else ""
    annonce = f"Leçon {fiche.lecon}, {duree(fiche.minutes)}.{competences}"
    return f'<div class="rncp-depart"><p>{texte(annonce)}</p><ol>{parties}</ol></div>'


def _bilan(_: Any) -> str:
    from rncp_utils.lecon.lecon import lecon_ouverte

    points = "".join(f"<li>{texte(point)}</li>" for point in lecon_ouverte().fiche.a_retenir)
    return f'<ul class="rncp-retenir">{points}</ul>'


def _positions(positions: Any) -> str:
    lignes = "".join(f"<li><strong>{escape(c)}</strong> {texte(nom)}</li>" for c, nom in positions.libelles.items())
    return f"<p>{texte('Dans JupyterHub, vous direz de 0 à 3 où vous en êtes.')}</p><ul>{lignes}</ul>"


def _entretien(_: Any) -> str:
    return _a_jouer("Entretien simulé", "vous choisissez vos phrases, la personne en face répond, et un bilan suit.")


def _poste(poste: Any) -> str:
    from rncp_utils.poste.ecrans.mots import ECRANS

    ecrans = ", ".join(ECRANS[code] for code in poste.ecrans)
    return _a_jouer("Poste de travail simulé", f"le logiciel d'une banque, avec ses écrans ({ecrans}).")


def _matrice(matrice: Any) -> str:
    besoins = "".join(f"<li>{texte(besoin.nom)}</li>" for besoin in matrice.besoins.besoins)
    return _a_jouer(matrice.titre, "vous mettez une solution, ou aucune, en face de chaque besoin.", besoins)


def _a_jouer(titre: str, quoi: str, lignes: str = "") -> str:
    liste = f"<ul>{lignes}</ul>" if lignes else ""
    return (
        f'<div class="rncp-questionnaire"><p class="rncp-titre">{texte(titre)}</p><p>Ici, {texte(quoi)}</p>{liste}'
        f'<p class="rncp-repondre">{texte(REPONDRE)}</p></div>'
    )


RENDUS: tuple[tuple[str, str, Rendu], ...] = (
    ("lecon.exercice", "Exercice", _exercice),
    ("lecon.lecon", "Demarrage", _depart),
    ("lecon.parties", "Bilan", _bilan),
    ("lecon.parties", "AutoPositionnement", _positions),
    ("lecon.matrice", "Matrice", _matrice),
    ("entretien.interface", "Entretien", _entretien),
    ("poste.interface", "PosteDeTravail", _poste),
)
