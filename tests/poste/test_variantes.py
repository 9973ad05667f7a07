"""What is planted for each learner: everything varies, everything can be read, and no lesson gives it away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache

import pytest

from rncp_utils.poste import etats
from rncp_utils.poste.controles import champs_anciens
from rncp_utils.poste.portefeuille import autres_clients
from rncp_utils.poste.poste import Poste, identifier
from rncp_utils.poste.situation import JOUR, Situation, situation
from tests.poste.copies import SESSION
from tests.poste.joueurs import CLE, DEVOIR, bon

CLIENTS = CLE.CLIENTS
ELEVES = tuple(f"eleve{rang}" for rang in range(40))
# What the lessons show of a client, with its answers: fields of the profile, needs, pieces.
MONTRES = {"vasseur": ("profil", "besoins", "pieces"), "fournil": ("pieces",)}


@cache
def _de(client: str, eleve: str = "") -> Situation:
    return situation(client, apprenant=eleve, devoir=DEVOIR, session=SESSION) if eleve else situation(client)


def _toutes(client: str) -> list[Situation]:
    return [_de(client, eleve) for eleve in ELEVES]


def _profil(une: Situation) -> dict[str, dict]:
    return {champ["nom"]: champ for champ in une.lignes["champ"]}


def _vides(une: Situation) -> frozenset[str]:
    return frozenset(nom for nom, champ in _profil(une).items() if champ["valeur"] is None)


def _refus(une: Situation) -> tuple[set[str], dict[str, str]]:
    """Pieces of which what was received has expired, or was never received; and the checks that they meet."""
    recus = [lu for lu in une.lignes["document"] if not lu["sur_demande"]]
    absentes = {piece for piece in une.regles.pieces if piece not in {lu["piece"] for lu in recus}}
    return absentes, {lu["piece"]: lu["id"] for lu in recus if lu["piece"] in une.regles.pieces}


@pytest.mark.parametrize("client", CLIENTS)
def test_chaque_apprenant_a_les_siens(client):
    toutes = _toutes(client)
    plans = {(tuple(sorted(une.tirage.items())), _vides(une)) for une in toutes}
    assert len(plans) >= 0.9 * len(toutes)
    for axe in ("besoins", "contrat", "pieces", "profil"):
        tires = Counter(une.tirage[axe] for une in toutes)
        assert len(tires) >= 2, axe
        assert max(tires.values()) <= 0.8 * len(toutes), axe
    # The same call gives the same facts.
    assert situation(client, apprenant=ELEVES[0], devoir=DEVOIR, session=SESSION) == toutes[0]


@pytest.mark.parametrize("client", CLIENTS)
def test_le_profil_a_quatre_vides_un_faux_et_un_ancien_qui_tient(client):
    for une in _toutes(client):
        champs, attendu = _profil(une), CLE.attendu_de(une).profil
        vides = _vides(une)
        assert len(vides) == 4
        assert set(attendu) == vides | {une.tirage["profil"]}
        anciens = [nom for nom, champ in champs.items() if champ["maj_le"] and champ["maj_le"] < "2026-01-12"]
        assert len(anciens) == 2
        assert une.tirage["profil"] in anciens
        # The alert on what is old names both: reading a document is the only way to know which one is wrong.
        assert champs_anciens(champs.values(), une.jour).phrase.count(", ") + 1 <= 2


@pytest.mark.parametrize("client", MONTRES)
def test_avoir_vu_la_lecon_ne_donne_pas_les_reponses(client):
    lecon = CLE.attendu_de(_de(client))
    for une in _toutes(client):
        attendu = CLE.attendu_de(une)
        if "profil" in MONTRES[client]:
            assert len(_vides(une) & _vides(_de(client))) <= 2
            assert une.tirage["profil"] != "ca"
        if "besoins" in MONTRES[client]:
            assert attendu.dementie != lecon.dementie
            assert list(attendu.opportunites)[1] != list(lecon.opportunites)[1]
        assert (attendu.perimee, attendu.mal_signee) != (lecon.perimee, lecon.mal_signee)


@pytest.mark.parametrize("client", CLIENTS)
def test_ce_qui_prouve_est_recu_ou_se_demande_et_ce_qui_est_propose_ne_prouve_rien(client):
    for une in _toutes(client):
        attendu = CLE.attendu_de(une)
        proposees = {lue["produit"] for lue in une.lignes["opportunite"]}
        possedes = {lu["nature"] for lu in une.lignes["engagement"]}
        assert proposees == {attendu.dementie, attendu.tenable}
        assert not set(attendu.opportunites) & (proposees | possedes)
        assert attendu.tenable not in possedes
        documents = {lu["id"] for lu in une.lignes["document"]}
        assert set(attendu.pieces) == set(une.regles.pieces)
        assert set(attendu.pieces.values()) <= documents
        assert attendu.reglages["beneficiaire"] in une.personnes
        offre = une.regles.produits[next(iter(attendu.opportunites))]
        assert attendu.reglages["formule"] in offre.formules
        assert set(attendu.reglages["options"]) <= set(offre.options)


@pytest.mark.parametrize("client", CLIENTS)
def test_le_controle_des_pieces_bloque_sur_ce_qui_est_plante(client):
    """Whoever attaches only what was received is stopped: by a piece that has expired, and by one that is missing."""
    for une in {tuple(sorted(une.tirage.items())): une for une in _toutes(client)}.values():
        attendu = CLE.attendu_de(une)
        absentes, recues = _refus(une)
        assert attendu.perimee in recues
        assert bool(absentes) != bool(attendu.mal_signee)
        assert attendu.perimee not in absentes


@pytest.mark.lent
@pytest.mark.parametrize("client", CLIENTS)
def test_un_parcours_sans_faute_est_accepte_jusqu_au_bout_pour_tous(client):
    for rang, eleve in enumerate(ELEVES[:15]):
        une = _de(client, eleve)
        poste = Poste.en_memoire(une, identifier(une, devoir=DEVOIR, cellule="poste", apprenant=eleve, session=SESSION))
        for nom, donnees in CLE.actions_du_modele(une) if rang else bon(une).actions:
            resultat = poste.faire(nom, **donnees)
            assert resultat.accepte or not rang, (nom, donnees, resultat.phrase)
        assert poste.table("dossier")[-1]["decision"] in (etats.ACCEPTE, etats.SOUS_CONDITIONS)
        assert not [c for c in poste.table("condition") if not c["levee"]]
        assert poste.table("souscription")[-1]["etat"] == etats.ACTIVE


# The other clients of the adviser.


def test_les_autres_clients_sont_du_portefeuille_et_l_ecran_dit_ce_que_disent_les_tables():
    from rncp_utils.donnees import charger, date_du_portrait

    autres = autres_clients(JOUR)
    clients = charger("clients")
    siens = clients[clients["raison_sociale"].isin([autre["denomination"] for autre in autres])]
    assert len(autres) == len(siens) == 7
    assert siens["conseiller"].nunique() == 1
    assert sum(autre["alerte"] is not None for autre in autres) == 4
    avance = JOUR - date_du_portrait().date()
    assert avance.days % 7 == 0
    contacts = charger("contacts").merge(siens.reset_index()[["id_client", "raison_sociale"]], on="id_client")
    derniers = contacts[contacts["joint"]].groupby("raison_sociale")["date"].max()
    for autre in autres:
        assert autre["dernier_contact"] == derniers[autre["denomination"]].date() + avance
        assert autre["echeance"] > JOUR


def test_le_client_a_rappeler_d_abord_est_celui_dont_la_dette_vieillit():
    from rncp_utils.donnees import charger

    premier = autres_clients(JOUR)[0]
    clients, credits, echeances = charger("clients"), charger("credits"), charger("echeances")
    fin = charger("soldes_jour")["date"].max()
    [client] = clients.index[clients["raison_sociale"] == premier["denomination"]]
    siennes = echeances[echeances["id_pret"].isin(credits.loc[credits["id_client"] == client, "id_pret"])]
    dues = siennes[(siennes["date"] <= fin) & (siennes["paye"] < siennes["due"])]
    jours = (fin - dues["date"].min()).days
    assert f"depuis {jours} jours" in premier["alerte"].replace("\xa0", " ")
    assert jours > 90
    assert isinstance(premier["dernier_contact"], dt.date)
