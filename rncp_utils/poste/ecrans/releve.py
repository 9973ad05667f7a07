"""What was done at the workstation, in plain HTML: for whoever grades it, or reads its feedback."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rncp_utils.lecon.formulaire_html import avertissements
from rncp_utils.poste.ecrans import vue_client, vue_conseil, vue_credit, vue_journal
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.mots import ECRANS
from rncp_utils.poste.ecrans.tableaux import STYLE, html

if TYPE_CHECKING:
    from rncp_utils.poste.poste import Poste

RIEN = "Aucune action n'est enregistrée sur ce poste."


def releve(poste: Poste, ecrans: Sequence[str], *, apprenant: str, notes: Iterable[str]) -> str:
    """State of the screens that were asked for, then the journal, from a workstation played again."""
    lecture = Lecture(poste)
    parties = [
        f"<h3>{html(ECRANS[code])}</h3>{contenu}"
        for code in ecrans
        if code in PARTIES and (contenu := PARTIES[code](lecture))
    ]
    journal = f"<h3>Journal</h3>{vue_journal.journal(lecture)}" if poste.journal() else f"<p>{html(RIEN)}</p>"
    return (
        f'{STYLE}<div class="rncp-questionnaire rncp-poste">{vue_journal.bandeau(lecture)}'
        f"<p>{html(apprenant)}</p>{avertissements(notes)}{vue_journal.etats(lecture)}{''.join(parties)}{journal}</div>"
    )


def _demande(lecture: Lecture) -> str:
    return "" if lecture.dossier is None else vue_credit.demande(lecture) + vue_credit.plan(lecture)


def _decision(lecture: Lecture) -> str:
    vues = (vue_credit.analyse, vue_credit.garanties, vue_credit.opinion, vue_credit.decision, vue_credit.conditions)
    return "" if lecture.dossier is None else "".join(vue(lecture) for vue in vues)


def _conseil(lecture: Lecture) -> str:
    des_etapes = [vue_conseil.etapes(lecture, une) for une in lecture.table("souscription")]
    return vue_conseil.souscriptions(lecture) + "".join(des_etapes)


def _souscription(lecture: Lecture) -> str:
    return "".join(vue_conseil.reglages(lecture, une) for une in lecture.table("souscription"))


def _suivi(lecture: Lecture) -> str:
    vues = (vue_client.comptes_rendus, vue_client.taches, vue_client.rendez_vous, vue_client.reclamations)
    return "".join(vue(lecture) for vue in vues)


PARTIES: Mapping[str, Callable[[Lecture], str]] = {
    "P2": vue_client.profil,
    "P3": lambda lecture: vue_client.opportunites(lecture) + vue_client.rendez_vous(lecture),
    "P4": _demande,
    "P5": vue_credit.pieces,
    "P6": _decision,
    "P7": _conseil,
    "P8": _souscription,
    "P9": _suivi,
}
