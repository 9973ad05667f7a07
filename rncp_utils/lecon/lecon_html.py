"""HTML of what stands around the exercises of a lesson: its start, its end, the calculations shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from rncp_utils.formats import INSECABLE
from rncp_utils.lecon.formulaire_html import STYLE, typographier
from rncp_utils.lecon.progression import NIVEAUX_DE_POSITION, Avancement

if TYPE_CHECKING:
    from rncp_utils.lecon.fiche import Fiche


def texte(brut: str) -> str:
    """Escaped text with French no-break spaces."""
    return escape(typographier(brut))


def depart(fiche: Fiche, avancement: Avancement) -> str:
    """What the start cell says: the lesson is ready, how long its parts are, where to go on."""
    reprise = texte(_reprise(fiche, avancement))
    parties = "".join(
        f"<li>{texte(sequence.titre)} · {sequence.minutes}{INSECABLE}min{_fait(sequence.exercices, avancement)}</li>"
        for sequence in fiche.sequences
    )
    return (
        f'{STYLE}<div class="rncp-depart"><p role="status"><strong>Leçon prête ✔</strong> — {reprise}</p>'
        f"<ol>{parties}</ol></div>"
    )


def _reprise(fiche: Fiche, avancement: Avancement) -> str:
    if not avancement.exercices:
        total = duree(fiche.minutes)
        nombre = len(fiche.sequences)
        return f"{total} en {nombre} partie{'s' if nombre > 1 else ''} ; vous pouvez vous arrêter après chacune."
    reussis = avancement.reussis()
    reste = [nom for sequence in fiche.sequences for nom in sequence.exercices if nom not in reussis]
    if not reste:
        return "tous les exercices sont réussis. Il reste à vous positionner en fin de leçon."
    return f"vous reprenez à l'exercice {reste[0]} : « {fiche.exercices[reste[0]].titre} »."


def _fait(exercices: Sequence[str], avancement: Avancement) -> str:
    if not exercices:
        return ""
    reussis = sum(nom in avancement.reussis() for nom in exercices)
    signe = " ✔" if reussis == len(exercices) else ""
    return f" · {reussis} exercice{'s' if reussis > 1 else ''} sur {len(exercices)}{signe}"


def duree(minutes: int) -> str:
    """« 2 h 15 », « 45 min »."""
    heures, reste = divmod(minutes, 60)
    if not heures:
        return f"{reste}{INSECABLE}min"
    return f"{heures}{INSECABLE}h{INSECABLE}{reste:02}" if reste else f"{heures}{INSECABLE}h"


def calcul(titre: str, formule: str, nombres: Iterable[tuple[str, str]], code: str) -> str:
    """« Voir le calcul »: formula in French, then the numbers, then the code for who wants it."""
    lignes = "".join(f"<tr><th scope='row'>{texte(nom)}</th><td>{texte(valeur)}</td></tr>" for nom, valeur in nombres)
    nombres_html = f"<table><caption>Avec les nombres du cas</caption><tbody>{lignes}</tbody></table>" if lignes else ""
    programme = (
        f"<details><summary>Voir le code</summary><pre><code>{escape(code)}</code></pre></details>" if code else ""
    )
    return (
        f'{STYLE}<details class="rncp-calcul"><summary>{texte(titre)}</summary>'
        f'<p class="rncp-formule">{texte(formule)}</p>{nombres_html}{programme}</details>'
    )


def bilan(fiche: Fiche, avancement: Avancement) -> str:
    """End of a lesson: what was done, exercise by exercise, and what to remember."""
    # Module 0 teaches no competence of the qualification: an empty column would puzzle.
    avec_competence = any(exercice.competence for exercice in fiche.exercices.values())
    lignes = "".join(_ligne_de_bilan(nom, fiche, avancement, avec_competence) for nom in fiche.exercices)
    titres = ["Exercice", *(["Compétence"] if avec_competence else []), "Résultat", "Essais"]
    entetes = "".join(f'<th scope="col">{titre}</th>' for titre in titres)
    retenir = "".join(f"<li>{texte(point)}</li>" for point in fiche.a_retenir)
    return (
        f'{STYLE}<div class="rncp-bilan-lecon"><table><caption>Vos exercices</caption><thead><tr>{entetes}</tr></thead>'
        f"<tbody>{lignes}</tbody></table>"
        + (f"<p><strong>À retenir</strong></p><ul>{retenir}</ul>" if retenir else "")
        + "</div>"
    )


def _ligne_de_bilan(nom: str, fiche: Fiche, avancement: Avancement, avec_competence: bool) -> str:
    fait = avancement.exercices.get(nom)
    resultat = "– pas encore fait"
    if fait and fait["essais"]:
        resultat = "✔ réussi" if fait["part"] >= 1 else f"▲ {round(100 * fait['part'])}{INSECABLE}% juste"
    essais = fait["essais"] if fait else 0
    exercice = fiche.exercices[nom]
    competence = f"<td>{exercice.competence}</td>" if avec_competence else ""
    return (
        f"<tr><th scope='row'>{nom} · {texte(exercice.titre)}</th>{competence}<td>{resultat}</td><td>{essais}</td></tr>"
    )


def sources(fiche: Fiche) -> str:
    """Dated sources; what nobody has read in its primary text says so."""
    etats = {
        "verifie": "vérifié le",
        "a_verifier": "à vérifier, relevé le",
        "convention_de_cours": "convention de cours du",
        "donnees_fictives": "données fictives du cours,",
    }
    lignes = []
    for source in fiche.sources:
        nom = texte(source.texte)
        if source.lien:
            nom = f'<a href="{escape(source.lien)}" target="_blank" rel="noopener">{nom}</a>'
        lignes.append(f"<li>{nom} — {etats[source.statut]} {source.date:%d/%m/%Y}</li>")
    return f'{STYLE}<ul class="rncp-sources">{"".join(lignes)}</ul>'


def positions(libelles: Mapping[str, str]) -> str:
    """Heading of the self-positioning."""
    niveaux = ", ".join(f"{rang} « {nom} »" for rang, nom in enumerate(NIVEAUX_DE_POSITION))
    noms = "".join(f"<li><strong>{code}</strong> {texte(libelle)}</li>" for code, libelle in libelles.items())
    return f"{STYLE}<p>{texte(f'Où en êtes-vous ? De 0 à 3 : {niveaux}.')}</p><ul>{noms}</ul>"
