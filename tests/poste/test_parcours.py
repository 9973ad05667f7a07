"""Each situation can be played to the end by reading its documents: profile, opportunities, loan, subscription."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rncp_utils.poste.poste import Poste
from rncp_utils.poste.situation import Situation, situation


@dataclass(frozen=True)
class Lecture:
    """What a careful reader finds: fields, opportunities, demand, plan, guarantees (share of the loan), contract."""

    profil: dict[str, str]
    opportunites: tuple[tuple[str, str], ...]
    dementie: str
    objet: tuple[str, str]
    plan: dict[str, tuple[str, ...]]
    garanties: tuple[tuple[str, str, float], ...]
    remplacees: dict[str, str]
    formule: str
    options: tuple[str, ...]
    beneficiaire: str
    decision: str
    delegataire: str


ORGANISME = ("caution_mutuelle", "Organisme de garantie", 0.5)
LECTURES = {
    "fournil": Lecture(
        {"terminal": "Autre prestataire", "assurance_locaux": "Autre assureur"},
        (("proteger_le_revenu", "PREVOYANCE"), ("encaisser", "TPE")),
        "MULTIRISQUE",
        ("materiel", "materiel_production"),
        {"materiel": ("four", "vitrine"), "travaux": ("électricité",)},
        (ORGANISME, ("gage_materiel", "Élise Marchand", 0.5)),
        {"demande": "demande_2", "extrait_registre": "rne_2027"},
        "60 € par jour",
        ("frais_generaux",),
        "Julien Marchand",
        "accepte_sous_conditions",
        "agence",
    ),
    "vasseur": Lecture(
        {"effectif": "4", "prevoyance": "Autre assureur"},
        (("proteger_l_outil", "HOMMECLE"), ("fideliser", "PEE")),
        "VIE",
        ("fonds", "fonds_commerce"),
        {"fonds": ("fonds",), "stock": ("stock",), "frais": ("frais",)},
        (ORGANISME, ("nantissement_fonds_commerce", "Optique Vasseur", 0.5)),
        {"demande": "demande_2", "extrait_registre": "kbis_2027"},
        "Capital de 150 000 €",
        ("invalidite",),
        "Optique Vasseur",
        "accepte",
        "engagements",
    ),
    "nouri": Lecture(
        {"effectif": "0", "situation": "Pacsé, séparation de biens", "terminal": "Aucun"},
        (("proteger_le_revenu", "PREVOYANCE"), ("encaisser", "TPE")),
        "PEE",
        ("murs", "murs"),
        {"immobilier": ("murs",), "frais": ("frais",), "travaux": ("travaux",)},
        (("hyp_legale_preteur_deniers", "Sophie Nouri", 0.64),),
        {"demande": "demande_2", "justificatif_domicile": "domicile_2027"},
        "40 € par jour",
        ("frais_generaux", "franchise_courte"),
        "Thomas Vidal",
        "accepte_sous_conditions",
        "engagements",
    ),
    "kelya": Lecture(
        {"naf": "4791B", "regime_social": "Salarié et indépendant", "terminal": "Aucun"},
        (("proteger_l_outil", "CYBER"), ("encaisser", "VAD")),
        "TPE",
        ("stock", "stock"),
        {"stock": ("stock",)},
        (ORGANISME, ("gage_stocks", "Kelly Moreau", 0.3)),
        {"demande": "demande_2", "extrait_registre": "rne_2027"},
        "Plafond de 100 000 €",
        ("arret_du_site",),
        "",
        "accepte_sous_conditions",
        "agence",
    ),
}


class Lecteur:
    """Plays the actions of a reader: each must be accepted."""

    def __init__(self, dossier: Path, jouee: Situation) -> None:
        self.situation, self.lecture = jouee, LECTURES[jouee.code]
        self.poste = Poste.ouvrir(dossier, jouee, devoir="B5-MES", apprenant="apprenant")

    def faire(self, action: str, **donnees: Any) -> int | None:
        resultat = self.poste.faire(action, **donnees)
        assert resultat.accepte, f"{action} {donnees} : {resultat.phrase}"
        return resultat.id

    def ligne(self, document: str, libelle: str) -> str:
        """What a document shows beside a label."""
        return dict(next(lu["lignes"] for lu in self.poste.table("document") if lu["id"] == document))[libelle]

    def document(self, piece: str) -> str:
        return next(lu["id"] for lu in self.poste.table("document") if lu["piece"] == piece)

    def explorer(self) -> None:
        for champ, valeur in self.lecture.profil.items():
            self.faire("modifier", champ=champ, valeur=valeur)
        for besoin, produit in self.lecture.opportunites:
            suite = {"motif": "Besoin lu dans les documents.", "echeance": "26/02/2027", "probabilite": 50}
            self.faire("creer_opportunite", besoin=besoin, produit=produit, **suite)
        (fausse,) = [lu for lu in self.poste.table("opportunite") if lu["produit"] == self.lecture.dementie]
        self.faire("ecarter_opportunite", opportunite=fausse["id"], motif="Un document du client dit le contraire.")

    def demander(self) -> None:
        projet, (objet, bien) = self.situation.cas.projets[0], self.lecture.objet
        montant = 100 * projet.pret.montant
        taux = round(10_000 * projet.pret.taux)
        self.faire("ouvrir_dossier")
        self.faire("saisir_demande", objet=objet, bien=bien, montant=montant, duree=projet.pret.duree_mois, taux=taux)
        for nature, besoins in self.lecture.plan.items():
            self.faire("plan", sens="besoin", nature=nature, montant=100 * sum(projet.besoins[nom] for nom in besoins))
        if projet.apport:
            self.faire("plan", sens="ressource", nature="apport", montant=100 * projet.apport)
        self.faire("plan", sens="ressource", nature="pret", montant=montant)

    def joindre(self) -> None:
        for piece in self.lecture.remplacees:
            self.faire("demander_document", piece=piece)
        for piece in self.situation.regles.pieces:
            document = self.lecture.remplacees.get(piece) or self.document(piece)
            self.faire("lire_document", document=document)
            self.faire("joindre", piece=piece, document=document)
        self.faire("completer")
        self.faire("controler")

    def instruire(self) -> None:
        self.faire("analyser")
        for nature, garant, part in self.lecture.garanties:
            montant = round(100 * self.situation.cas.projets[0].pret.montant * part)
            self.faire("garantie", nature=nature, garant=garant, montant=montant)
        self.faire("avis", sens="favorable", texte="La capacité de remboursement suffit.")
        self.faire("transmettre", delegataire=self.lecture.delegataire)
        self.faire("recevoir_decision")

    def debloquer(self) -> None:
        for condition in self.poste.table("condition"):
            piece = self.situation.regles.conditions[condition["code"]].piece
            self.faire("demander_document", piece=piece)
            self.faire("lever_condition", condition=condition["id"], document=self.document(piece))
        self.faire("editer")
        for garantie in self.poste.table("garantie"):
            self.faire("prendre_garantie", garantie=garantie["id"])
        self.faire("debloquer")

    def souscrire(self) -> None:
        besoin, produit = self.lecture.opportunites[0]
        offre = self.situation.regles.produits[produit]
        numero = self.faire("commencer_conseil", produit=produit)
        self.faire("recueillir", souscription=numero, besoin=besoin, texte="Le client dit ce qu'il veut protéger.")
        self.faire("informer", souscription=numero, document=offre.informations[0])
        self.faire("conseiller", souscription=numero, besoin=besoin, texte="Le contrat répond au besoin exprimé.")
        self.faire("remettre", souscription=numero, document=offre.remises[0])
        self.faire(
            "regler",
            souscription=numero,
            formule=self.lecture.formule,
            options=list(self.lecture.options),
            beneficiaire=self.lecture.beneficiaire,
            iban=self.ligne("rib_pro", "IBAN"),
            mandat=self.ligne("mandat", "Référence unique du mandat"),
        )
        for action in ("accord", "signer", "activer"):
            self.faire(action, souscription=numero)


# The three clients of the assessment are drawn with other facts: ``test_variantes`` plays those to the end.
@pytest.mark.parametrize(("code", "apprenant"), [*((code, "") for code in LECTURES), ("kelya", "apprenant7")])
def test_qui_lit_les_documents_va_au_bout(tmp_path: Path, code: str, apprenant: str) -> None:
    qui = {"apprenant": apprenant, "devoir": "B5-MES", "session": "essai"} if apprenant else {}
    lecteur = Lecteur(tmp_path, situation(code, **qui))
    lecteur.explorer()
    lecteur.demander()
    lecteur.joindre()
    lecteur.instruire()
    assert lecteur.poste.table("dossier")[0]["etat"] == lecteur.lecture.decision
    lecteur.debloquer()
    lecteur.souscrire()
    assert lecteur.poste.table("dossier")[0]["etat"] == "debloque"
    assert lecteur.poste.table("souscription")[0]["etat"] == "active"


@pytest.mark.parametrize("code", LECTURES)
def test_la_piece_perimee_bloque_le_controle_et_la_demande_mal_signee_alerte(tmp_path: Path, code: str) -> None:
    lecteur = Lecteur(tmp_path, situation(code))
    lecteur.demander()
    codes = set()
    for piece in lecteur.situation.regles.pieces:
        document = lecteur.document(piece)
        lecteur.faire("lire_document", document=document)
        codes |= {un.code for un in lecteur.poste.faire("joindre", piece=piece, document=document).controles}
    lecteur.faire("completer")
    refus = lecteur.poste.faire("controler")
    assert "P5-A1" in codes
    assert not refus.accepte
    assert "P5-B2" in {un.code for un in refus.controles}
