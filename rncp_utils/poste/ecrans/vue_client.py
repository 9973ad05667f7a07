"""What is known of the client, in HTML: the screens and the grader's record show the same tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from rncp_utils.formats import avec_unite, euros, formater_nombre
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.mots import SANS_VALEUR, jour, montant
from rncp_utils.poste.ecrans.tableaux import Brut, cote_a_cote, ecrit, html, marque, tableau

RUBRIQUES = {
    "identite": "Identité",
    "activite": "Activité",
    "dirigeant": "Dirigeant",
    "foyer": "Foyer",
    "equipements": "Équipements",
    "mouvements": "Mouvements",
}
A_COMPLETER = "à compléter"
MOUVEMENTS_MONTRES = 12
ORIGINES = {"systeme": "Proposée par le poste", "conseiller": "Vous"}
ECARTEE = "ecartee"
ETATS = {"proposee": "proposée", "ouverte": "ouverte"}


def profil(lecture: Lecture) -> str:
    """Fields of the profile, one table a rubric."""
    champs = lecture.table("champ")
    rubriques = dict.fromkeys([*RUBRIQUES, *(champ["rubrique"] for champ in champs)])
    return cote_a_cote(*(_rubrique(code, champs) for code in rubriques))


def _rubrique(code: str, champs: list[dict[str, Any]]) -> str:
    lignes = [(c["libelle"], valeur_lue(c), jour(c["maj_le"])) for c in champs if c["rubrique"] == code]
    return tableau(RUBRIQUES.get(code, code), ("Champ", "Valeur", "Mise à jour"), lignes) if lignes else ""


def valeur_lue(champ: Mapping[str, Any]) -> str:
    """The value of a field as a banker reads it; a missing one says so, and is no zero."""
    valeur = champ["valeur"]
    if valeur in (None, ""):
        return marque(f"▲ {A_COMPLETER}", "manque")
    try:
        if champ["type"] == "montant":
            nombre = Decimal(valeur)
            return euros(nombre, 0 if nombre == int(nombre) else 2)
        if champ["type"] in ("entier", "pourcent"):
            unite = "%" if champ["type"] == "pourcent" else champ["unite"] or ""
            return avec_unite(Decimal(valeur), unite) if unite else formater_nombre(Decimal(valeur))
    except InvalidOperation:
        return str(valeur)
    return jour(valeur) if champ["type"] == "date" else str(valeur)


def autour(lecture: Lecture) -> str:
    """People around the client, what he already has, his accounts and their last movements."""
    return cote_a_cote(_liens(lecture), _engagements(lecture), _comptes(lecture), _mouvements(lecture))


def _liens(lecture: Lecture) -> str:
    noms = {tiers["id"]: tiers for tiers in lecture.table("tiers")}
    lignes = [(noms[lien["tiers"]]["nom"], lien["qualite"], lien["precision"] or "") for lien in lecture.table("lien")]
    return tableau("Personnes et sociétés liées", ("Nom", "Lien", "Précision"), lignes, vide="aucune n'est connue.")


def _engagements(lecture: Lecture) -> str:
    lignes = [
        (e["libelle"], montant(e["encours"]), montant(e["echeance"]), jour(e["fin"]))
        for e in lecture.table("engagement")
    ]
    tetes = ("Produit ou crédit", "Encours", "Échéance mensuelle", "Fin")
    return tableau("Ce que le client a déjà", tetes, lignes, nombres=(1, 2), vide="rien n'est connu.")


def _comptes(lecture: Lecture) -> str:
    lignes = [(c["libelle"], montant(c["solde"]), montant(c["autorisation"])) for c in lecture.table("compte")]
    return tableau("Comptes", ("Compte", "Solde", "Découvert autorisé"), lignes, nombres=(1, 2))


def _mouvements(lecture: Lecture) -> str:
    """The last movements, the most recent first."""
    derniers = sorted(lecture.table("mouvement"), key=lambda m: (m["jour"], m["id"]), reverse=True)
    lignes = [(jour(m["jour"]), m["libelle"], montant(m["montant"])) for m in derniers[:MOUVEMENTS_MONTRES]]
    return tableau("Derniers mouvements", ("Jour", "Libellé", "Montant"), lignes, nombres=(2,))


def opportunites(lecture: Lecture) -> str:
    """Opportunities, those that were set aside with their reason."""
    tetes = ("N°", "Besoin", "Produit", "Motif", "Échéance", "Probabilité", "Origine", "État")
    lignes = [_opportunite(une, lecture) for une in lecture.table("opportunite")]
    return tableau("Opportunités", tetes, lignes, nombres=(5,))


def _opportunite(une: dict[str, Any], lecture: Lecture) -> list[Any]:
    motif = ecrit(une["motif"]) if une["origine"] == "conseiller" else html(une["motif"])
    etat: str = ETATS.get(une["etat"], une["etat"])
    if une["etat"] == ECARTEE:
        etat = marque("écartée")
        motif = Brut(f"{motif}<br><strong>Écartée\xa0:</strong> {ecrit(une['motif_ecart'] or '')}")
    probabilite = SANS_VALEUR if une["probabilite"] is None else f"{une['probabilite']} %"
    produit, origine = lecture.produit(une["produit"]), ORIGINES.get(une["origine"], une["origine"])
    besoin, echeance = lecture.besoin(une["besoin"]), jour(une["echeance"])
    return [une["id"], besoin, produit, motif, echeance, probabilite, origine, etat]


def rendez_vous(lecture: Lecture) -> str:
    """Appointments with the client followed."""
    lignes = [(jour(rdv["jour"]), rdv["objet"]) for rdv in sorted(lecture.table("rdv"), key=lambda rdv: rdv["jour"])]
    return tableau("Rendez-vous", ("Jour", "Objet"), lignes, vide="aucun n'est pris.")


def taches(lecture: Lecture) -> str:
    """Things to do for the client followed."""
    lignes = [(tache["libelle"], jour(tache["jour"])) for tache in lecture.table("tache")]
    return tableau("Tâches", ("À faire", "Pour le"), lignes, vide="aucune n'est prévue.")


def comptes_rendus(lecture: Lecture) -> str:
    """What was written after each meeting."""
    lignes = [
        (cr["id"], _ecrit(cr["texte"]), _ecrit(cr["suite"]), jour(cr["suite_le"]))
        for cr in lecture.table("compte_rendu")
    ]
    return tableau("Comptes rendus", ("N°", "Compte rendu", "Suite", "Pour le"), lignes, vide="aucun n'est écrit.")


def reclamations(lecture: Lecture) -> str:
    """Complaints and the answers given."""
    lignes = [
        (r["id"], _ecrit(r["objet"]), _ecrit(r["reponse"]), jour(r["repondu_le"])) for r in lecture.table("reclamation")
    ]
    tetes = ("N°", "Réclamation", "Réponse", "Répondu le")
    return tableau("Réclamations", tetes, lignes, vide="aucune n'est enregistrée.")


def _ecrit(texte: str | None) -> Any:
    return ecrit(texte) if texte else ""


def document_html(document: dict[str, Any]) -> str:
    """A document: what identifies it, then what it says."""
    entete = [("Date du document", jour(document["date_piece"]))]
    if document["date_validite"]:
        entete.append(("Valable jusqu'au", jour(document["date_validite"])))
    if document["signataire"]:
        entete.append(("Signataire", document["signataire"]))
    return tableau(document["titre"], ("Rubrique", "Contenu"), [*entete, *document["lignes"]])
