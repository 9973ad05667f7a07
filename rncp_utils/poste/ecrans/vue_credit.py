"""What a credit file holds, in HTML: the screens and the grader's record show the same tables."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from rncp_utils.formats import fois, pourcent
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.mots import DELEGATAIRES, SANS_VALEUR, SENS_DE_L_AVIS, jour, montant, taux
from rncp_utils.poste.ecrans.tableaux import ecrit, html, marque, paragraphe, replie, tableau
from rncp_utils.poste.etats import NOMS
from rncp_utils.poste.situation import Situation
from rncp_utils.poste.valideur import regles_publiees

SENS = {"besoin": "Besoins", "ressource": "Ressources"}


def _fois(points: int | None) -> str:
    return fois(None if points is None else Decimal(points) / 10_000)


def _part(points: int | None) -> str:
    return pourcent(None if points is None else Decimal(points) / 10_000)


RATIOS: dict[str, tuple[str, Callable[[int | None], str]]] = {
    "caf": ("Capacité d'autofinancement annuelle", montant),
    "prelevements": ("Prélèvements ou dividendes annuels", montant),
    "annuites_en_cours": ("Annuités des crédits en cours", montant),
    "annuites_nouvelles": ("Annuité du crédit demandé", montant),
    "couverture": ("Couverture des annuités par la CAF", _fois),
    "couverture_apres_prelevements": ("Couverture après prélèvements ou dividendes", _fois),
    "part_financee": ("Part du projet financée par le crédit", _part),
    "engagement_total": ("Engagement total de la banque", montant),
    "autonomie": ("Autonomie financière", _part),
}


def demande(lecture: Lecture) -> str:
    """The demand as it is recorded."""
    dossier, regles = lecture.dossier, lecture.regles
    duree = SANS_VALEUR if dossier["duree"] is None else f"{dossier['duree']} mois"
    lignes = [
        ("Objet", regles.objets.get(dossier["objet"], dossier["objet"])),
        ("Bien financé", regles.biens.get(dossier["bien"], dossier["bien"])),
        ("Montant", montant(dossier["montant"])),
        ("Durée", duree),
        ("Taux", taux(dossier["taux"])),
    ]
    return tableau("Demande enregistrée", ("Rubrique", "Valeur"), lignes)


def plan(lecture: Lecture) -> str:
    """Needs and resources of the project, their totals, and whether they balance."""
    lignes, totaux = lecture.du_dossier("plan_ligne"), {}
    tables = []
    for sens, nom in SENS.items():
        du_sens = [ligne for ligne in lignes if ligne["sens"] == sens]
        totaux[sens] = sum(ligne["montant"] for ligne in du_sens)
        natures = lecture.regles.natures[sens]
        corps = [(natures.get(ligne["nature"], ligne["nature"]), montant(ligne["montant"])) for ligne in du_sens]
        corps.append((f"Total des {nom.lower()}", montant(totaux[sens])))
        tables.append(tableau(f"Plan de financement : {nom.lower()}", ("Ligne", "Montant"), corps, nombres=(1,)))
    ecart = totaux["ressource"] - totaux["besoin"]
    if not lignes:
        bilan = "Le plan de financement est vide."
    elif ecart == 0:
        bilan = f"✔ Plan équilibré : {montant(totaux['besoin'])} de chaque côté."
    else:
        manque = "aux ressources" if ecart < 0 else "aux besoins"
        bilan = marque(f"▲ Plan non équilibré : il manque {montant(abs(ecart))} {manque}.", "alerte")
    return "".join(tables) + paragraphe(bilan)


def pieces(lecture: Lecture) -> str:
    """The checklist: each piece, what is attached to it, and what a reader must look at."""
    jointes = {ligne["piece"]: ligne["document"] for ligne in lecture.du_dossier("piece")}
    documents = {document["id"]: document for document in lecture.table("document")}
    lignes: list[list[Any]] = []
    for piece, libelle in lecture.regles.pieces.items():
        document = documents.get(jointes.get(piece, ""))
        mois = lecture.regles.validite_mois.get(piece)
        regle = f"{mois} mois au plus" if mois else ""
        if document is None:
            lignes.append([libelle, regle, marque("▲ manquante", "manque"), "", ""])
        else:
            nom = marque(f"✔ {document['titre']}", "fait")
            lignes.append([libelle, regle, nom, jour(document["date_piece"]), document["signataire"] or ""])
    tetes = ("Pièce demandée", "Date exigée", "Document joint", "Date du document", "Signataire")
    return tableau("Pièces du dossier", tetes, lignes)


def analyse(lecture: Lecture) -> str:
    """Ratios and grade that the workstation computed."""
    if lecture.avis is None:
        return paragraphe("Les ratios ne sont pas encore calculés.")
    ratios = lecture.avis["ratios"]
    lignes = [(nom, lire(ratios[code])) for code, (nom, lire) in RATIOS.items() if code in ratios]
    lignes.append(("Cote du client (convention du cours)", str(lecture.avis["cote"])))
    return tableau("Ratios recalculés par le poste", ("Ratio", "Valeur"), lignes, nombres=(1,))


def garanties(lecture: Lecture) -> str:
    """Guarantees proposed, and those that are taken."""
    lignes = [
        (
            lecture.regles.garanties.get(g["nature"], g["nature"]),
            g["garant"] or "",
            montant(g["montant"]),
            marque("✔ prise", "fait") if g["prise"] else "proposée",
        )
        for g in lecture.du_dossier("garantie")
    ]
    return tableau("Garanties", ("Nature", "Garant", "Montant", "État"), lignes, nombres=(2,), vide="aucune.")


def nom_de_garantie(garantie: dict[str, Any], lecture: Lecture) -> str:
    """A guarantee in a menu."""
    nature = lecture.regles.garanties.get(garantie["nature"], garantie["nature"])
    qui = f", {garantie['garant']}" if garantie["garant"] else ""
    return f"{nature}{qui} : {montant(garantie['montant'])}"


def opinion(lecture: Lecture) -> str:
    """The opinion given on the file."""
    avis = lecture.avis
    if avis is None or not avis["sens"]:
        return paragraphe("Aucun avis n'est donné.")
    sens = SENS_DE_L_AVIS.get(avis["sens"], avis["sens"])
    return tableau("Votre avis", ("Sens", "Texte"), [(sens, ecrit(avis["texte"] or ""))])


def decision(lecture: Lecture) -> str:
    """Who decides, and what was decided."""
    dossier = lecture.dossier
    if dossier is None or not (dossier["delegataire"] or dossier["decision"] or dossier["motif"]):
        return paragraphe("Le dossier n'est pas encore transmis.")
    lignes = [
        ("Délégataire", DELEGATAIRES.get(dossier["delegataire"], dossier["delegataire"])),
        ("Décision", NOMS[dossier["decision"]] if dossier["decision"] else "pas encore rendue"),
        ("Motif", dossier["motif"]),
    ]
    return tableau("Décision", ("Rubrique", "Valeur"), lignes)


def conditions(lecture: Lecture) -> str:
    """Conditions of the decision, and those that are lifted."""
    lignes = [
        (c["libelle"], marque("✔ levée", "fait") if c["levee"] else marque("▲ à lever", "manque"))
        for c in lecture.du_dossier("condition")
    ]
    return tableau("Conditions de la décision", ("Condition", "État"), lignes, vide="aucune.")


def regles_du_valideur(situation: Situation) -> str:
    """The published rules of the simulated decider, folded."""
    lignes = "".join(f"<li>{html(ligne)}</li>" for ligne in regles_publiees(situation))
    return replie("Comment la décision se calcule (convention du cours)", f"<ul>{lignes}</ul>")
