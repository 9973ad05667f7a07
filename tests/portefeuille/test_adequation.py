"""Needs of a client and products of the range: what is covered, paid twice, useless, set aside, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.donnees import cas
from rncp_utils.donnees.besoins import besoins_du_client
from rncp_utils.erreurs import ErreurRegle, ErreurSchema
from rncp_utils.portefeuille import GAMME_DU_COURS, charger_gamme, cout_annuel
from rncp_utils.portefeuille.adequation import (
    COUVERT,
    EN_PARTIE,
    ORIENTE,
    SANS_REPONSE,
    Choix,
    adequation,
    cout_chez,
)
from rncp_utils.portefeuille.gestes import ANNULER, appliquer, rejouer
from tests.machine import exemples

GAMME = charger_gamme(GAMME_DU_COURS)
GARAGE, DOMAINE = besoins_du_client("CAS-04"), besoins_du_client("CAS-08")
BONS = frozenset(
    {
        ("saison", "CAMPAGNE"),
        ("retards", "DAILLY"),
        ("pont", "INVEST"),
        ("grele", "MULTIRISQUE"),
        ("grele", "EXPLOIT"),
        ("foyer", "PREVOYANCE"),
    }
)


def lire(*couples, **autres):
    return adequation(GARAGE, Choix(frozenset(couples), **autres), GAMME)


@pytest.mark.parametrize("client", [GARAGE, DOMAINE], ids=lambda client: client.cas)
def test_les_besoins_ecrits_tiennent_avec_la_gamme_et_le_cas(client):
    assert (client.statut, client.salaries) == (cas(client.cas).forme_juridique, cas(client.cas).effectif_salarie)
    assert set(client.couts) == set(client.produits)
    codes = {besoin.code for besoin in GAMME.besoins}
    utiles = set()
    for besoin in client.besoins:
        assert besoin.code in codes and besoin.gravite in (1, 2)
        assert bool(besoin.parties) != bool(besoin.orienter)
        for partie in besoin.parties:
            for code in partie.produits:
                produit = GAMME.produit(code)
                assert besoin.code in produit.besoins and code in client.produits
                assert not produit.statuts or client.statut in produit.statuts
                utiles.add((besoin.id, code))
    for code, ecart in client.ecarts.items():
        assert ecart.motif in GAMME.produit(code).pas_pour and client.besoin(ecart.besoin)
        assert not any(code == produit for _, produit in utiles)
    assert not utiles & set(client.pieges)
    # What one may tick is either useful, or set aside: nothing is left that could be argued both ways.
    assert set(client.produits) == {code for _, code in utiles} | set(client.ecarts)


def test_le_garage_bien_servi():
    lue = lire(*BONS, ecartes={c: e.motif for c, e in GARAGE.ecarts.items()}, orientes=frozenset({"nadia"}))
    assert lue.en_etat(COUVERT) == ("saison", "retards", "pont", "grele", "foyer")
    assert lue.en_etat(ORIENTE) == ("nadia",)
    assert lue.taux == pytest.approx(10 / 12) and lue.taux_simple == pytest.approx(5 / 6)
    assert (lue.doublons, lue.sans_besoin, lue.inutiles, lue.a_ecarter, lue.orientes_a_tort) == ((), (), (), (), ())
    assert lue.exclusions == ("DECOUVERT", "HOMMECLE") and lue.exclusions_discutables == ()
    assert lue.cout == pytest.approx(966.67 + 1_428 + 1_119.99 + 3_843.40 + 1_747 + 744)


def test_une_seconde_solution_pour_la_meme_partie_n_ajoute_que_son_prix():
    seule, deux = lire(("retards", "DAILLY")), lire(("retards", "DAILLY"), ("retards", "AFFACTURAGE"))
    assert deux.taux == seule.taux and deux.cout > seule.cout
    assert deux.doublons == (("retards", ("DAILLY", "AFFACTURAGE")),)
    assert not lire(("grele", "MULTIRISQUE"), ("grele", "EXPLOIT")).doublons, "two parts of one need"


def test_un_besoin_a_moitie_couvert_ne_compte_pas():
    lue = lire(("grele", "MULTIRISQUE"))
    assert lue.etats["grele"] == EN_PARTIE and lue.taux == 0


@pytest.mark.parametrize(
    ("couple", "phrase"),
    [
        (("saison", "DECOUVERT"), "onze fins de mois sur douze"),
        (("nadia", "HOMMECLE"), "non quand une personne s'en va"),
        (("foyer", "HOMMECLE"), "c'est la prévoyance"),
        (("saison", "DAILLY"), "rien à céder"),
        (("pont", "CAMPAGNE"), "sert à autre chose : financer une saison"),
    ],
)
def test_une_solution_sans_besoin_est_dite_avec_son_motif(couple, phrase):
    lue = lire(couple)
    assert lue.etats[couple[0]] == SANS_REPONSE and lue.inutiles == (couple[1],)
    assert phrase in lue.sans_besoin[0][2]
    assert lue.cout > 0, "the client would pay for it all the same"


def test_un_produit_ferme_a_cette_forme_n_est_pas_une_reponse():
    lue = adequation(replace(GARAGE, statut="liberal_EI"), Choix(frozenset({("retards", "DAILLY")})), GAMME)
    assert "n'est pas ouvert" in lue.sans_besoin[0][2]


def test_une_exclusion_vaut_par_son_motif():
    juste = lire(ecartes={"DECOUVERT": GARAGE.ecarts["DECOUVERT"].motif})
    assert juste.exclusions == ("DECOUVERT",) and juste.a_ecarter == ("HOMMECLE",)
    autre = lire(ecartes={"DECOUVERT": "Un investissement.", "BAIL": "Un stock."})
    assert autre.exclusions == () and autre.exclusions_discutables == ("DECOUVERT", "BAIL")


def test_orienter_ce_que_la_gamme_couvre_est_dit():
    assert lire(orientes=frozenset({"pont"})).orientes_a_tort == ("pont",)


def test_l_ordre_suit_les_poids():
    poids = {besoin.id: besoin.poids for besoin in GARAGE.besoins}
    assert poids == {"saison": 3, "retards": 1, "pont": 2, "grele": 2, "foyer": 2, "nadia": 2}
    assert not lire().ordre_suivi
    assert lire(ordre=("saison", "nadia", "grele", "foyer", "pont", "retards")).ordre_suivi


def test_le_cout_vient_de_la_gamme():
    produit = GAMME.produit("MULTIRISQUE")
    ventes = cas("CAS-04").exercices["N"]["FL"]
    assert cout_chez(GARAGE, produit) == cout_annuel(produit, {"chiffre_affaires": ventes})
    # At the rate of the file: 84 instalments of 739.36 €, and the fees.
    assert cout_chez(DOMAINE, GAMME.produit("INVEST")) == pytest.approx((739.36 * 84 - 54_000 + 300) / 7, abs=0.5)
    assert cout_chez(DOMAINE, GAMME.produit("PREVOYANCE")) == 2 * cout_chez(GARAGE, GAMME.produit("PREVOYANCE"))
    with pytest.raises(ErreurSchema, match="aucune quantité"):
        cout_chez(GARAGE, GAMME.produit("PER"))


def test_un_cas_sans_besoins_ecrits_est_refuse():
    with pytest.raises(ErreurSchema, match="CAS-04"):
        besoins_du_client("CAS-01")
    with pytest.raises(ErreurSchema, match="besoins connus"):
        GARAGE.besoin("four")


@pytest.mark.parametrize(
    "geste",
    [
        {"geste": "cocher", "besoin": "four", "produit": "BAIL"},
        {"geste": "cocher", "besoin": "pont", "produit": "IMMO"},
        {"geste": "cocher", "besoin": "pont"},
        {"geste": "cocher", "besoin": "pont", "produit": "BAIL", "taux": 1},
        {"geste": "decocher", "besoin": "pont", "produit": "BAIL"},
        {"geste": "ecarter", "produit": "DECOUVERT", "motif": "Trop cher."},
        {"geste": "reprendre", "produit": "DECOUVERT"},
        {"geste": "ordonner", "besoin": "pont", "rang": 0},
        {"geste": "ordonner", "besoin": "pont", "rang": True},
        {"geste": "ordonner", "besoin": "saison", "rang": 1},
        {"geste": "garder", "besoin": "pont"},
        {"geste": "annuler"},
        {"geste": ["cocher"]},
        {"geste": "taux", "valeur": 1},
        {},
    ],
)
def test_un_geste_impossible_est_refuse(geste):
    with pytest.raises(ErreurRegle):
        rejouer(GARAGE, [geste], GAMME)


def test_cocher_et_ecarter_s_excluent():
    coche = {"geste": "cocher", "besoin": "foyer", "produit": "HOMMECLE"}
    ecarte = {"geste": "ecarter", "produit": "HOMMECLE", "motif": GARAGE.ecarts["HOMMECLE"].motif}
    suite = rejouer(GARAGE, [coche, ecarte, coche, {"geste": ANNULER}, {"geste": ANNULER}], GAMME)
    assert [(len(c.couples), len(c.ecartes)) for c in suite] == [(0, 0), (1, 0), (0, 1), (1, 0), (0, 1), (1, 0)]


GESTES = st.one_of(
    st.fixed_dictionaries(
        {
            "geste": st.sampled_from(["cocher", "decocher"]),
            "besoin": st.sampled_from([b.id for b in GARAGE.besoins]),
            "produit": st.sampled_from(GARAGE.produits),
        }
    ),
    st.sampled_from(
        [
            {"geste": "ecarter", "produit": code, "motif": motif}
            for code in GARAGE.produits
            for motif in GAMME.produit(code).pas_pour
        ]
    ),
    st.fixed_dictionaries({"geste": st.just("reprendre"), "produit": st.sampled_from(GARAGE.produits)}),
    st.fixed_dictionaries(
        {
            "geste": st.just("ordonner"),
            "besoin": st.sampled_from([b.id for b in GARAGE.besoins]),
            "rang": st.integers(1, 6),
        }
    ),
    st.fixed_dictionaries(
        {
            "geste": st.sampled_from(["orienter", "garder"]),
            "besoin": st.sampled_from([b.id for b in GARAGE.besoins]),
        }
    ),
    st.just({"geste": ANNULER}),
)


def possibles(gestes):
    """Those that can be made, one after the other."""
    faits = []
    for geste in gestes:
        try:
            rejouer(GARAGE, [*faits, geste], GAMME)
        except ErreurRegle:
            continue
        faits.append(geste)
    return faits


@settings(max_examples=exemples(60), deadline=None)
@given(st.lists(GESTES, max_size=12))
def test_rejouer_est_une_fonction_et_annuler_defait(gestes):
    faits = possibles(gestes)
    suite = rejouer(GARAGE, faits, GAMME)
    assert rejouer(GARAGE, faits, GAMME) == suite and len(suite) == len(faits) + 1
    dernier = suite[-1]
    assert not {code for _, code in dernier.couples} & set(dernier.ecartes)
    assert not dernier.ordre or sorted(dernier.ordre) == sorted(b.id for b in GARAGE.besoins)
    if faits and faits[-1]["geste"] != ANNULER:
        assert rejouer(GARAGE, [*faits, {"geste": ANNULER}], GAMME)[-1] == suite[-2]


COUPLES = st.frozensets(
    st.tuples(st.sampled_from([b.id for b in GARAGE.besoins]), st.sampled_from(GARAGE.produits)), max_size=12
)


@settings(max_examples=exemples(60), deadline=None)
@given(COUPLES, st.tuples(st.sampled_from([b.id for b in GARAGE.besoins]), st.sampled_from(GARAGE.produits)))
def test_ajouter_un_couple_ne_fait_baisser_ni_le_taux_ni_le_cout(couples, en_plus):
    avant, apres = lire(*couples), lire(*(couples | {en_plus}))
    assert 0 <= avant.taux <= apres.taux <= 10 / 12 + 1e-9
    assert avant.cout <= apres.cout
    assert avant.taux_simple * 6 == pytest.approx(len(avant.en_etat(COUVERT)))
    assert {b for b, _ in apres.doublons} <= {"retards", "pont"}


def test_un_geste_ne_change_pas_le_choix_d_avant():
    depart = Choix()
    appliquer(GARAGE, depart, {"geste": "orienter", "besoin": "nadia"}, GAMME)
    assert depart == Choix()


def test_le_motif_d_une_autre_gamme_suffit():
    """A bank's own range words its reasons otherwise: its reason is then taken as it is."""
    autre = replace(
        GAMME,
        produits=tuple(
            p.model_copy(update={"pas_pour": ("Jamais pour une saison.",)}) if p.code == "DECOUVERT" else p
            for p in GAMME.produits
        ),
    )
    lue = adequation(GARAGE, Choix(ecartes={"DECOUVERT": "Jamais pour une saison."}), autre)
    assert lue.exclusions == ("DECOUVERT",)
