"""Ce qu'une autre fiche reprend de celle du cours : proposé d'après les libellés, confirmé par une personne.

One file, ``correspondances.yaml``: for each competence and each assessment of the other sheet, the codes of the course
whose lessons, exercises and graded cells carry over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import yaml

from rncp_utils.competences.rapprochement import Proximite, proches, proximite
from rncp_utils.erreurs import ErreurListe
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.formats import formater_nombre
from rncp_utils.modeles import lire_modele
from rncp_utils.referentiel import Referentiel
from rncp_utils.referentiel.marques import A_CONFIRMER
from rncp_utils.referentiel.modele import Code, CodeEvaluation, CodeFiche, Liste, Modele, Texte
from rncp_utils.yaml_strict import lire_yaml

CONFIRME = "confirmé"
# Two names of a modality that share less are not the same modality.
SEUIL_DES_MODALITES = 0.5
_EN_TETE = """\
# Correspondances PROPOSÉES d'après les mots communs des libellés : rien n'est acquis tant que vous n'avez pas confirmé.
#
# Pour chaque ligne : corrigez « reprend » (codes de la fiche du cours ; [] si rien ne convient), puis écrivez
# « statut: confirmé ». « libelle » et « proximites » ne servent qu'à lire ; la proximité va de 0 à 1.
"""


class Ligne(Modele):
    """Compétences de la fiche du cours que reprend une compétence de l'autre fiche."""

    competence: Code
    libelle: Texte | None = None
    reprend: Liste[Code]
    statut: Literal["confirmé", "à confirmer"]
    proximites: Liste[Texte] = ()


class LigneEvaluation(Modele):
    """Épreuves du cours que reprend une épreuve de l'autre fiche."""

    epreuve: CodeEvaluation
    libelle: Texte | None = None
    reprend: Liste[CodeEvaluation]
    statut: Literal["confirmé", "à confirmer"]


class Correspondances(Modele):
    """Table entière. S'obtient par :func:`proposer_correspondances` ou :func:`charger_correspondances`."""

    fiche: CodeFiche
    fiche_du_cours: CodeFiche
    competences: Liste[Ligne]
    epreuves: Liste[LigneEvaluation]

    def competence(self, code: str) -> Ligne:
        """Ligne d'une compétence de l'autre fiche."""
        return next(ligne for ligne in self.competences if ligne.competence == code)

    def epreuve(self, code: str) -> LigneEvaluation:
        """Ligne d'une épreuve de l'autre fiche."""
        return next(ligne for ligne in self.epreuves if ligne.epreuve == code)


def proposer_correspondances(cible: Referentiel, cours: Referentiel) -> Correspondances:
    """Propose, pour chaque compétence de ``cible``, la plus proche de celles de la fiche du cours.

    La fiche du cours rapprochée d'elle-même est confirmée ligne à ligne : il n'y a rien à deviner.
    """
    identique = cible == cours
    statut = CONFIRME if identique else A_CONFIRMER
    connues = [(competence.code, competence.libelle) for competence in cours.competences]
    lignes = []
    for competence in cible.competences:
        lus = proches(competence.libelle, connues)
        reprend = [competence.code] if identique else [lu.code for lu in lus[:1]]
        lignes.append(
            Ligne(
                competence=competence.code,
                libelle=competence.libelle,
                reprend=reprend,
                statut=statut,
                proximites=[_phrase(lu) for lu in lus],
            )
        )
    reprises = {ligne.competence: set(ligne.reprend) for ligne in lignes}
    epreuves = [
        LigneEvaluation(
            epreuve=evaluation.code,
            libelle=evaluation.libelle,
            reprend=[evaluation.code] if identique else _epreuve_proche(evaluation.code, cible, cours, reprises),
            statut=statut,
        )
        for evaluation in cible.evaluations
    ]
    return Correspondances(
        fiche=cible.certification.code,
        fiche_du_cours=cours.certification.code,
        competences=lignes,
        epreuves=epreuves,
    )


def _phrase(lu: Proximite) -> str:
    return f"{lu.code} : {formater_nombre(lu.valeur, 2)} (mots communs : {', '.join(lu.communs)})"


def _epreuve_proche(code: str, cible: Referentiel, cours: Referentiel, reprises: dict[str, set[str]]) -> list[str]:
    """The assessment of the course with the nearest name among those that assess a competence taken up."""
    evaluation = cible.evaluation(code)
    visees = set().union(*(reprises[c] for c in cible.bloc(evaluation.bloc).competences))
    candidates = []
    for sienne in cours.evaluations:
        communes = len(visees & set(cours.bloc(sienne.bloc).competences))
        proche = proximite(evaluation.libelle, sienne.libelle)[0]
        if communes and proche >= SEUIL_DES_MODALITES:
            candidates.append((proche, communes, sienne.code))
    return [max(candidates, key=lambda c: c[:2])[2]] if candidates else []


def ecrire_correspondances(correspondances: Correspondances, chemin: Path) -> None:
    """Écrit la table, à relire ; le fichier précédent est remplacé."""
    contenu = correspondances.model_dump(mode="json")
    ecrire_texte(chemin, f"{_EN_TETE}\n{yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False, width=110)}")


def charger_correspondances(chemin: Path, cible: Referentiel, cours: Referentiel) -> Correspondances:
    """Lit une table relue.

    Raises
    ------
    ErreurDonnees
        Le fichier ne peut pas être ouvert.
    ErreurListe
        Forme, codes inconnus, en double ou absents : toutes les fautes, en une fois.
    """
    lu = lire_yaml(chemin)
    table, fautes = lire_modele(Correspondances, lu.contenu if isinstance(lu.contenu, dict) else {})
    fautes = [*lu.fautes, *fautes]
    if table is not None:
        fautes += _fautes_croisees(table, cible, cours)
    if fautes or table is None:
        raise ErreurListe(f"Les correspondances {chemin.name} sont refusées, corrigez chacune de ces fautes :", fautes)
    return table


def _fautes_croisees(table: Correspondances, cible: Referentiel, cours: Referentiel) -> Iterator[str]:
    for champ, lue, fiche in (("fiche", table.fiche, cible), ("fiche_du_cours", table.fiche_du_cours, cours)):
        if lue != fiche.certification.code:
            yield f"{champ} : écrit pour la fiche {lue}, or la fiche chargée est la {fiche.certification.code}."
    competences: list[tuple[str, Any]] = [(ligne.competence, ligne) for ligne in table.competences]
    epreuves: list[tuple[str, Any]] = [(ligne.epreuve, ligne) for ligne in table.epreuves]
    yield from _fautes_de_liste("competences", competences, cible.codes_competences, cours.codes_competences)
    yield from _fautes_de_liste("epreuves", epreuves, cible.codes_evaluations, cours.codes_evaluations)


def _fautes_de_liste(
    nom: str, lignes: list[tuple[str, Any]], attendus: tuple[str, ...], connus: tuple[str, ...]
) -> Iterator[str]:
    comptes = Counter(code for code, _ in lignes)
    for code in attendus:
        if code not in comptes:
            yield f"{nom} : la ligne de {code} manque ; ajoutez-la, avec « reprend: [] » si rien ne convient."
    for code, nombre in comptes.items():
        if code not in attendus:
            yield f"{nom} : « {code} » n'existe pas dans l'autre fiche ; ôtez la ligne ou corrigez le code."
        elif nombre > 1:
            yield f"{nom} : « {code} » a {nombre} lignes ; réunissez-les."
    for code, ligne in lignes:
        for repris, fois in Counter(ligne.reprend).items():
            if repris not in connus:
                yield f"{nom} › {code} : « {repris} » n'existe pas dans la fiche du cours ; corrigez le code."
            elif fois > 1:
                yield f"{nom} › {code} : « {repris} » est cité {fois} fois ; gardez-en un."
