"""Ce que tout document remis au jury doit dire de lui-même : nature, règles, fiche, calcul."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date

from rncp_utils.formats import pourcent
from rncp_utils.referentiel import Referentiel, Regles


def date_longue(jour: dt.date) -> str:
    """« 18 décembre 2023 »."""
    return format_date(jour, "d MMMM yyyy", locale="fr_FR")


def mentions(referentiel: Referentiel, regles: Regles, edite_le: dt.date) -> dict[str, str]:
    """Intitulé → texte des mentions, dans l'ordre où elles se lisent."""
    clauses = dict.fromkeys(bloc.mention_certificat for bloc in referentiel.blocs if bloc.mention_certificat)
    code = referentiel.certification.code
    nature = (
        "Ce document n'est pas un certificat. C'est un relevé de résultats : l'outil propose, le jury décide "
        f"({referentiel.jury.libelle})."
    )
    if clauses:
        citations = " ".join(f"« {clause} »" for clause in clauses)
        nature += f" La fiche RNCP {code} précise, pour chaque bloc : {citations}."
    return {
        "Nature du document": nature,
        "Fiche": f"RNCP {code}, {referentiel.certification.intitule}. {_validite(referentiel, edite_le)}",
        "Règles appliquées": (
            f"Version {regles.version} du {date_longue(regles.date)}, {regles.statut}. "
            + (f"Validées par {regles.valide_par}." if regles.valide_par else "Elles ne sont pas encore validées.")
        ),
        "Empreinte des règles": f"SHA-256 {regles.empreinte}",
        "Taux et statuts": _calcul(regles),
        "Blocs": _compensation(regles),
        "Absences et rattrapages": _absences(regles),
        "Édition": f"Document édité le {date_longue(edite_le)}.",
    }


def _validite(referentiel: Referentiel, edite_le: dt.date) -> str:
    validite = referentiel.validite
    periode = f"Enregistrement du {date_longue(validite.debut)} au {date_longue(validite.fin)}"
    if referentiel.est_valide_le(edite_le):
        return f"{periode}."
    if edite_le < validite.debut:
        return f"{periode} : il n'a pas encore pris effet."
    return (
        f"{periode} : il a pris fin. Une entrée en formation après cette date est un entraînement hors certification ; "
        "les droits des personnes entrées avant cette date sont à vérifier auprès du certificateur."
    )


def _calcul(regles: Regles) -> str:
    acquis, en_cours = pourcent(regles.competence.acquis, 0), pourcent(regles.competence.en_cours, 0)
    return (
        "Taux d'une compétence : points obtenus / points évalués, toutes épreuves confondues ; une épreuve non passée "
        f"n'est pas un zéro. Acquis à partir de {acquis}, en cours à partir de {en_cours}, non acquis en dessous, "
        f"après arrondi du taux à {regles.arrondi.taux} décimales. « À confirmer » : une note reste à donner ou à "
        "confirmer. « Non évalué » : une épreuve obligatoire du bloc manque. Une pénalité de retard est déduite du "
        "total du devoir, pas des compétences."
    )


def _absences(regles: Regles) -> str:
    effets = {"zero": "compte zéro", "non_evalue": "laisse l'épreuve non évaluée"}
    sessions = regles.rattrapage.sessions
    rattrapage = (
        f"Rattrapage : {sessions} session{'s' if sessions > 1 else ''} au plus, la meilleure note de chaque épreuve "
        "est conservée."
        if sessions
        else "Aucun rattrapage n'est prévu."
    )
    return (
        f"Une absence justifiée {effets[regles.absences.justifiee]}, une absence injustifiée "
        f"{effets[regles.absences.injustifiee]}. {rattrapage} Une erreur bloquante plafonne la compétence à "
        "« en cours », sauf si le jury la lève, avec un motif."
    )


def _compensation(regles: Regles) -> str:
    compensation = regles.bloc.compensation
    jamais = f" (jamais {', '.join(compensation.exclues)})" if compensation.exclues else ""
    return (
        "Un bloc est proposé à validation si toutes ses compétences sont acquises, ou si au plus "
        f"{compensation.max_en_cours} est en cours{jamais} et que la moyenne des taux du bloc atteint "
        f"{pourcent(compensation.moyenne_bloc_min, 0)}. Aucune compétence non acquise n'est compensée."
    )
