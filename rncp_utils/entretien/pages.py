"""HTML of an interview: messages, gauge, debriefing. Every text is escaped here, and only here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from rncp_utils.entretien.comite import (
    AU_RETOUR,
    DECISIONS,
    FAUTE,
    ISSUES,
    LEVEE,
    NON_ABORDEE,
    RESTEE,
    Comite,
    conditions_ajoutees,
    constats,
    decision,
    regles_du_comite,
)
from rncp_utils.entretien.indicateurs import (
    Echange,
    Indicateur,
    apprises,
    calculer_indicateurs,
    echanges,
    est_prematuree,
    questions,
)
from rncp_utils.entretien.modele import Scenario
from rncp_utils.entretien.moteur import Situation, replique_du_client
from rncp_utils.entretien.mots import mots
from rncp_utils.entretien.verite import ROUGES, SIGNAUX, Verite
from rncp_utils.formats import INSECABLE, pourcent
from rncp_utils.lecon.formulaire_html import STYLE as STYLE_FORMULAIRE
from rncp_utils.lecon.formulaire_html import avertissements, statut, typographier
from rncp_utils.lecon.saisie import Etat
from rncp_utils.niveaux import ACQUIS, EN_COURS, NIVEAUX, NON_ACQUIS, Niveau
from rncp_utils.typographie import compter

STYLE = STYLE_FORMULAIRE + f"<style>{Path(__file__).with_name('entretien.css').read_text(encoding='utf-8')}</style>"
VOUS = "Vous"
# The opening and the conclusion do not come back.
_JUGEES = {LEVEE: "convaincante", RESTEE: "à reprendre", NON_ABORDEE: "non abordée"}
_MILLIERS = re.compile(r"(?<=\d) (?=\d{3}\b)")


def joli(texte: str) -> str:
    """Text with the no-break spaces of French, in numbers too; not escaped."""
    return _MILLIERS.sub(INSECABLE, typographier(texte))


def html(texte: str) -> str:
    """Text, escaped, with the no-break spaces of French."""
    return escape(joli(texte))


def message(qui: str, texte: str, *, vous: bool = False) -> str:
    """One message of the conversation."""
    classe = "rncp-message rncp-vous" if vous else "rncp-message"
    return f'<p class="{classe}"><strong>{html(qui)}{INSECABLE}:</strong> {html(texte)}</p>'


def messages(scenario: Scenario, situation: Situation, *, vous: str = VOUS) -> list[str]:
    """Messages of the conversation, in order: the client speaks first and last. ``{rang}`` in ``vous`` is numbered."""
    lus = [message(scenario.voix(scenario.depart), scenario.noeud(scenario.depart).replique)]
    suivants = [*(tour.noeud for tour in situation.tours), situation.noeud][1:]
    for rang, (tour, suivant) in enumerate(zip(situation.tours, suivants, strict=True), start=1):
        choix = scenario.noeud(tour.noeud).choix_de(tour.choix)
        aussitot = replique_du_client(scenario, tour)
        lus.append(message(vous.format(rang=rang), choix.texte, vous=True))
        if scenario.voix(tour.noeud) != scenario.voix(suivant) and aussitot:
            lus.append(message(scenario.voix(tour.noeud), aussitot))
            aussitot = ""
        lus.append(message(scenario.voix(suivant), f"{aussitot} {scenario.noeud(suivant).replique}".strip()))
    return lus


def entete(scenario: Scenario, etat: Etat, notes: Iterable[str]) -> str:
    """What stands above the conversation: the brief, the rules, what was found again."""
    regle = (
        "Entraînement : vous pouvez recommencer autant de fois que vous le voulez ; un bilan vous attend à la fin."
        if scenario.commente
        else "Chaque réplique dite est définitive : elle est enregistrée aussitôt. Aucun indice n'est donné."
    )
    return (
        f'{STYLE}<h3 class="rncp-rang">{html(scenario.titre)}</h3><p>{html(scenario.brief_apprenant)}</p>'
        f'<p class="rncp-regle">{html(regle)}</p>'
        f'<div class="rncp-suivi">{statut(etat)}</div>{avertissements(notes)}'
    )


def jauge(scenario: Scenario, situation: Situation) -> str:
    """Open and closed questions of the discovery so far, beside the range that is aimed at (training)."""
    if scenario.comite is not None:
        return _jauge_du_comite(scenario, situation, scenario.comite)
    verite = scenario.verite_connue
    ouvertes, fermees = questions(echanges(situation, verite))
    bas, haut = verite.seuils.questionnement.plein
    part = ouvertes / (ouvertes + fermees) if ouvertes + fermees else 0.0
    compte = f"{compter(ouvertes, 'question ouverte', 'questions ouvertes')}, {compter(fermees, 'fermée')}"
    repere = f"repère : de {pourcent(bas, 0)} à {pourcent(haut, 0)} d'ouvertes"
    phrase = f"Découverte : {compte}" + (f", soit {pourcent(part, 0)} d'ouvertes" if ouvertes + fermees else "")
    return (
        f'<div class="rncp-jauge"><p>{html(f"{phrase} ({repere}).")}</p>'
        f'<div class="rncp-barre" aria-hidden="true"><i style="left:{bas:.0%};width:{haut - bas:.0%}"></i>'
        f'<b style="width:{part:.0%}"></b></div></div>'
    )


def bilan(scenario: Scenario, situation: Situation) -> str:
    """Debriefing of a training interview: the six indicators, what was missed, what to try."""
    if scenario.comite is not None:
        return _bilan_du_comite(scenario, situation, scenario.comite)
    verite = scenario.verite_connue
    indicateurs = calculer_indicateurs(situation, scenario)
    lus = echanges(situation, verite)
    parties = [
        _tableau(indicateurs, verite),
        _themes(lus, verite),
        _latents(lus, verite),
        _repliques(scenario, lus, verite),
        _pieges(lus, verite),
    ]
    return _section(scenario, parties)


def _section(scenario: Scenario, parties: Iterable[str]) -> str:
    titre = f'<h3 tabindex="-1">{html(mots(scenario).titre_du_bilan)}</h3>'
    return f'<section class="rncp-bilan-entretien">{titre}{"".join(parties)}</section>'


def _jauge_du_comite(scenario: Scenario, situation: Situation, comite: Comite) -> str:
    """The credit that is left, and the objections that will come back (training)."""
    depart, reste = scenario.confiance_depart, situation.confiance
    ici = {situation.noeud, *(tour.noeud for tour in situation.tours)}
    suspens = [
        c.etape.titre_courant
        for c in constats(situation, comite)
        if c.issue == RESTEE and c.etape.reprise and c.etape.reprise not in ici
    ]
    reviennent = f" Le comité reviendra sur : {' ; '.join(suspens)}." if suspens else ""
    return (
        f'<div class="rncp-jauge"><p>{html(f"Crédit du comité : {reste} sur {depart}.{reviennent}")}</p>'
        f'<div class="rncp-barre" aria-hidden="true"><b style="width:{reste / depart:.0%}"></b></div></div>'
    )


def _bilan_du_comite(scenario: Scenario, situation: Situation, comite: Comite) -> str:
    """Debriefing of a session: the decision and its rules, then each objection with the evidence that lifts it."""
    rendue = decision(situation, comite)
    credit = f"crédit du comité : {situation.confiance} sur {scenario.confiance_depart}"
    titre = f"{DECISIONS[rendue]} ({credit})." if rendue else f"Séance close avant la décision ({credit})."
    ajoutees = conditions_ajoutees(situation, comite)
    conditions = "".join(f"<li>{html(condition)}.</li>" for condition in ajoutees)
    lues = "".join(f"<li>{html(regle)}</li>" for regle in regles_du_comite(scenario))
    return _section(
        scenario,
        [
            f"<p><strong>{html(titre)}</strong></p>",
            f"<h4>Ce que le comité ajoute à vos conditions</h4><ul>{conditions}</ul>" if ajoutees else "",
            _etapes(scenario, situation, comite),
            f"<h4>Comment la décision se calcule (convention du cours)</h4><ul>{lues}</ul>",
        ],
    )


def _etapes(scenario: Scenario, situation: Situation, comite: Comite) -> str:
    lignes = []
    for constat in constats(situation, comite):
        nom = {LEVEE: ACQUIS, AU_RETOUR: EN_COURS}.get(constat.issue, NON_ACQUIS)
        niveau = NIVEAUX[nom]
        issue = ISSUES[constat.issue] if constat.etape.reprise else _JUGEES[constat.issue]
        dites = "".join(
            f"<p>«{INSECABLE}{html(scenario.noeud(tour.noeud).choix_de(tour.choix).texte)}{INSECABLE}»<br>"
            f"{html('▲ Faute. ' * (reponse.valeur == FAUTE) + reponse.retour)}</p>"
            for _, tour, reponse in constat.dites
        )
        lignes.append(_ligne_jugee(constat.etape.titre, niveau, issue, dites or "Rien.", html(constat.etape.piece)))
    tetes = ("Moment", "Issue", "Ce que vous avez dit", "La preuve")
    return _table_jugee("Chaque moment de la séance, et ce qui répond", tetes, lignes)


def _ligne_jugee(nom: str, niveau: Niveau, dit: str, *cellules: str) -> str:
    """A row: what is judged, its level in colour, then cells already in HTML."""
    suite = "".join(f"<td>{cellule}</td>" for cellule in cellules)
    return (
        f'<tr><th scope="row">{html(nom)}</th>'
        f'<td class="rncp-niveau" style="background:{niveau.fond};color:{niveau.encre}">'
        f"{niveau.symbole}{INSECABLE}{html(dit)}</td>{suite}</tr>"
    )


def _table_jugee(legende: str, tetes: Iterable[str], lignes: Iterable[str]) -> str:
    colonnes = "".join(f'<th scope="col">{nom}</th>' for nom in tetes)
    return (
        f"<table><caption>{legende}</caption><thead><tr>{colonnes}</tr></thead><tbody>{''.join(lignes)}</tbody></table>"
    )


def _tableau(indicateurs: dict[str, Indicateur], verite: Verite) -> str:
    lignes = []
    for code, indicateur in indicateurs.items():
        nom = ACQUIS if indicateur.part >= 1 else NON_ACQUIS if indicateur.part <= 0 else EN_COURS
        niveau, retour = NIVEAUX[nom], verite.retours[code]
        conseil = retour.acquis if nom == ACQUIS else retour.a_reprendre
        observe = (html(indicateur.explication), html(conseil))
        lignes.append(_ligne_jugee(indicateur.nom, niveau, niveau.nom, *observe))
    tetes = ("Critère", "Niveau", "Ce qui est observé", "À retenir")
    return _table_jugee("Six critères, calculés à partir de vos répliques", tetes, lignes)


def _themes(lus: list[Echange], verite: Verite) -> str:
    sues = apprises(lus)
    lignes = []
    for theme, nom in verite.themes.items():
        du_theme = [i for i in verite.informations if i.theme == theme]
        manquantes = [i.libelle for i in du_theme if i.id not in sues]
        compte = f"{len(du_theme) - len(manquantes)} sur {len(du_theme)}"
        reste = f"il restait à savoir : {' ; '.join(manquantes)}" if manquantes else "tout a été dit"
        lignes.append(f"<li><strong>{html(nom)}</strong> ({compte}){INSECABLE}: {html(reste)}.</li>")
    return f"<h4>Ce que vous avez appris, thème par thème</h4><ul>{''.join(lignes)}</ul>"


def _latents(lus: list[Echange], verite: Verite) -> str:
    sues = apprises(lus)
    lignes = []
    for besoin in verite.besoins_latents:
        trouve = sues.issuperset(besoin.informations)
        marque = "✔ apparu" if trouve else "✖ resté caché"
        lignes.append(f"<li><strong>{html(besoin.libelle)}</strong> ({marque}). {html(besoin.conseil)}</li>")
    return f"<h4>Les besoins qui n'étaient pas demandés</h4><ul>{''.join(lignes)}</ul>"


def _repliques(scenario: Scenario, lus: list[Echange], verite: Verite) -> str:
    lignes = []
    for echange in lus:
        motifs = [SIGNAUX[signal] for signal in echange.note.signaux]
        if est_prematuree(echange, verite):
            motifs.insert(0, "solution proposée trop tôt")
        if echange.note.rouge:
            motifs.insert(0, ROUGES[echange.note.rouge])
        if motifs:
            dite = scenario.noeud(echange.tour.noeud).choix_de(echange.tour.choix).texte
            lignes.append(
                f"<li>Échange {echange.rang}, «{INSECABLE}{html(dite)}{INSECABLE}»{INSECABLE}: "
                f"<strong>{html(', '.join(motifs))}</strong>. {html(echange.note.retour)}</li>"
            )
    if not lignes:
        return "<h4>Vos répliques à revoir</h4><p>Aucune.</p>"
    return f"<h4>Vos répliques à revoir</h4><ul>{''.join(lignes)}</ul>"


def _pieges(lus: list[Echange], verite: Verite) -> str:
    dits = {f"{echange.tour.noeud}.{echange.tour.choix}" for echange in lus}
    lignes = "".join(
        f"<li><strong>{html(piege.libelle)}</strong> "
        f"({'✖ non évité' if dits.intersection(piege.choix) else '✔ évité'}). {html(piege.explication)}</li>"
        for piege in verite.pieges
    )
    return f"<h4>Les pièges de cet entretien</h4><ul>{lignes}</ul>" if lignes else ""
