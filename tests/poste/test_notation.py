"""What a hidden test calls: the replayed state, bounded points, one French sentence a criterion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from rncp_utils.poste.notation import CopieDuPoste, Critere, cite, constat, ordre_du_conseil, pareils, valeur
from rncp_utils.poste.poste import Poste
from rncp_utils.poste.rejeu import Rejeu
from tests.poste.petit_poste import REGLAGES, conseiller, faire, monter, nouveau, signer


@dataclass(eq=False)
class CelluleDuPoste:
    """What a notebook gives to a hidden test."""

    poste: Poste
    chemin: Path = Path("absent")

    @property
    def situation(self):
        return self.poste.situation

    def rejeu(self):
        return Rejeu(self.poste)


def copie_de(poste) -> CopieDuPoste:
    return CopieDuPoste(CelluleDuPoste(poste))


@pytest.fixture
def poste():
    return nouveau()


def noter(poste, *criteres, maximum=10, ecrans=()):
    return copie_de(poste).noter(criteres, maximum=maximum, ecrans=ecrans)


def test_une_valeur_juste_fausse_absente_ou_connue(poste, capsys):
    faire(poste, "modifier", champ="ca", valeur="240 000,40")
    critere = valeur("CA", lambda c: c.profil["ca"], 240_000, points=4, tolerance=1, erreurs={"Autre exercice.": 7})
    assert noter(poste, critere) == 4
    faire(poste, "modifier", champ="ca", valeur="7")
    assert noter(poste, critere) == 2
    faire(poste, "modifier", champ="ca", valeur="9")
    assert noter(poste, critere) == 0
    assert noter(poste, valeur("Salariés", lambda c: c.profil["salaries"], 3, points=1)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "CA\xa0: 4 sur 4.",
        "CA\xa0: 2 sur 4. Autre exercice.",
        "CA\xa0: 0 sur 4. Autre valeur que celle du dossier.",
        "Salariés\xa0: 0 sur 1. Non renseigné.",
    ]


@pytest.mark.parametrize(
    ("lu", "attendu", "tolerance", "pareil"),
    [
        ("18000.50", 18_000, 1, True),
        ("18002", 18_000, 1, False),
        (84, 84, 0, True),
        ("5", 4, 0, False),
        ("Aucun", "Aucun", 0, True),
        ("NaN", 4, 1, False),
        ("Infinity", 4, 1, False),
        ([], [], 0, True),
        (["b", "a"], ["a", "b"], 0, True),
        (["a"], ["a", "b"], 0, False),
        ("", "", 0, True),
    ],
)
def test_deux_valeurs_pareilles(lu, attendu, tolerance, pareil):
    assert pareils(lu, attendu, tolerance) is pareil


def test_les_points_restent_entre_zero_et_le_maximum(poste):
    assert noter(poste, constat("A", lambda c: (7.0, ""), points=4)) == 4
    assert noter(poste, constat("A", lambda c: (-7.0, ""), points=4)) == 0
    assert noter(poste, *[constat("A", lambda c: (1.0, ""), points=4)] * 4, maximum=10) == 10


@pytest.mark.parametrize("erreur", [KeyError, TypeError, ZeroDivisionError, AttributeError, IndexError])
def test_un_etat_imprevu_n_arrete_pas_la_correction(poste, capsys, erreur):
    def juger(_):
        raise erreur("clé")

    assert noter(poste, Critere("A", 4, juger), constat("B", lambda c: (1, ""), points=2)) == 2
    dit = capsys.readouterr()
    assert "à examiner" in dit.out
    assert "clé" not in dit.out
    assert dit.err == ""


def test_un_controle_force_plus_de_trois_fois_est_signale_sur_son_ecran(poste, capsys):
    for fois in range(1, 5):
        poste.faire("modifier", champ="siren", valeur="123456789")
        assert noter(poste, maximum=1, ecrans=("P2",)) == 0
        assert ("À signaler" in capsys.readouterr().out) == (fois > 3)
    noter(poste, maximum=1, ecrans=("P4",))
    assert capsys.readouterr().out == ""


def test_chaque_ligne_est_une_phrase_francaise(poste, capsys):
    for _ in range(4):
        poste.faire("modifier", champ="siren", valeur="123456789")
    noter(poste, constat("Un critère", lambda c: (0.25, "Il manque une ligne."), points=1.5), ecrans=("P2",))
    for ligne in capsys.readouterr().out.splitlines():
        assert re.fullmatch(r"[A-ZÀ-Ý][^!]{10,200}\.", ligne), ligne


# What is read of the state.


def test_sans_rien_de_fait_tout_est_vide(poste):
    copie = copie_de(poste)
    assert copie.dossier == copie.joints == copie.plan("besoin") == copie.souscription("PREV") == {}
    assert copie.opportunites == copie.etapes({}) == copie.faites("plan") == []


def test_le_dossier_abandonne_ne_compte_pas_et_le_dernier_compte(poste):
    monter(poste)
    faire(poste, "abandonner", motif="Le client renonce à ce projet.")
    assert copie_de(poste).dossier == {}
    assert copie_de(poste).plan("besoin") == copie_de(poste).joints == {}
    faire(poste, "ouvrir_dossier")
    faire(poste, "plan", sens="ressource", nature="pret", montant="60 000")
    faire(poste, "joindre", piece="demande", document="demande_paul")
    copie = copie_de(poste)
    assert copie.dossier["id"] == 2
    assert copie.plan("ressource") == {"pret": 6_000_000}
    assert {piece: lue["id"] for piece, lue in copie.joints.items()} == {"demande": "demande_paul"}


def test_une_opportunite_ecartee_n_est_plus_gardee(poste):
    donnees = {"besoin": "proteger", "produit": "PREV", "echeance": "2027-03-31", "probabilite": "50"}
    premiere = faire(poste, "creer_opportunite", motif="Aucun contrat, revenu du foyer fragile.", **donnees).id
    faire(poste, "creer_opportunite", motif="Aucun contrat, le fournil fermerait.", **donnees)
    faire(poste, "ecarter_opportunite", opportunite=premiere, motif="Saisie deux fois par erreur.")
    assert [lue["id"] for lue in copie_de(poste).opportunites] == [premiere + 1]


def test_la_souscription_suivie_est_celle_qui_va_le_plus_loin(poste):
    signee = signer(poste)
    faire(poste, "commencer_conseil", produit="PREV")
    assert copie_de(poste).souscription("PREV", "CARTE")["id"] == signee
    faire(poste, "annuler", souscription=signee, motif="Le client s'est rétracté par écrit.")
    assert copie_de(poste).souscription("PREV")["etat"] == "besoin"


# Order of the advice.


def part(poste, identifiant):
    copie = copie_de(poste)
    [suivie] = copie.table("souscription", id=identifiant)
    return ordre_du_conseil(copie, suivie)


def test_l_ordre_complet_vaut_tout(poste):
    assert part(poste, signer(poste)) == (pytest.approx(1), "")


def test_chaque_etape_franchie_compte(poste):
    s = faire(poste, "commencer_conseil", produit="PREV").id
    assert part(poste, s) == (0.0, "Aucun conseil n'est enregistré pour un besoin du dossier.")
    faire(poste, "recueillir", souscription=s, besoin="proteger", texte="Garder un revenu.")
    assert part(poste, s)[0] == pytest.approx(1 / 6)
    faire(poste, "informer", souscription=s, document="ipid")
    assert part(poste, s)[0] == pytest.approx(2 / 6)
    faire(poste, "conseiller", souscription=s, besoin="proteger", texte="La formule couvre l'arrêt.")
    assert part(poste, s)[0] == pytest.approx(4 / 6)
    faire(poste, "regler", souscription=s, **REGLAGES)
    faire(poste, "accord", souscription=s)
    assert part(poste, s) == (pytest.approx(5 / 6), "Il manque : signature.")


def test_l_information_avant_le_recueil_garde_la_moitie(poste):
    s = faire(poste, "commencer_conseil", produit="PREV").id
    faire(poste, "informer", souscription=s, document="ipid")
    faire(poste, "recueillir", souscription=s, besoin="proteger", texte="Garder un revenu.")
    faire(poste, "conseiller", souscription=s, besoin="proteger", texte="La formule couvre l'arrêt.")
    lue, phrase = part(poste, s)
    assert lue == pytest.approx(2 / 6)
    assert "avant le recueil" in phrase


def test_un_conseil_relie_a_un_besoin_etranger_au_produit_ne_compte_pas(poste):
    s = faire(poste, "commencer_conseil", produit="PREV").id
    faire(poste, "recueillir", souscription=s, besoin="payer", texte="Payer ses fournisseurs.")
    faire(poste, "informer", souscription=s, document="ipid")
    faire(poste, "conseiller", souscription=s, besoin="payer", texte="Cette formule aide à payer.")
    assert part(poste, s)[0] == pytest.approx(1 / 6)


def test_une_signature_avant_le_conseil_est_refusee_et_ne_vaut_rien(poste):
    s = faire(poste, "commencer_conseil", produit="PREV").id
    assert not poste.faire("signer", souscription=s).accepte
    assert part(poste, s)[0] == 0
    conseiller(poste)
    assert copie_de(poste).refus() == {"P8-B2": 1}


# Words of a reason.


@pytest.mark.parametrize(
    ("motif", "lu"),
    [
        ("Elle paie 1,60 % de COMMISSION ailleurs", True),
        ("Prélèvement de 29 euros chaque mois", True),
        ("Le client a besoin d'un produit de la banque", False),
        ("azertyuiopqsdfghjklm", False),
    ],
)
def test_un_motif_cite_ou_non_le_dossier(motif, lu):
    document = {"lignes": [["Commission", "1,60 % du montant"], ["Abonnement", "29 € par mois"], ["Client", "banque"]]}
    assert cite(motif, [document]) is lu
    assert cite("Des chèques impayés", [], ["Chèque revenu impayé"])
