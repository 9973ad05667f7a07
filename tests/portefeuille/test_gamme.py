"""The range of products as data: the file of the course, that of a bank, its faults, its tables and its prices."""

from __future__ import annotations

import os

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema
from rncp_utils.portefeuille import (
    GAMME_DU_COURS,
    LigneTarif,
    charger_gamme,
    charger_produits,
    cout_annuel,
    cout_mensuel,
    eligibilite,
    fiches,
    mise_en_place,
    prix,
    tarif,
)

GAMME = charger_gamme(GAMME_DU_COURS)
TPE, SDD = GAMME.produit("TPE"), GAMME.produit("SDD")
MONTANTS = st.floats(0, 1e7, allow_nan=False)


def plate(texte: str) -> str:
    return texte.replace("\u00a0", " ").replace("\u202f", " ")


def brute() -> dict:
    return yaml.safe_load(GAMME_DU_COURS.read_text(encoding="utf-8"))


def ecrire(dossier, contenu: dict):
    chemin = dossier / "gamme.yaml"
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")
    return chemin


def fautes(chemin) -> list[str]:
    with pytest.raises(ErreurListe) as refus:
        charger_gamme(chemin)
    return list(refus.value.fautes)


def test_la_gamme_du_cours_est_complete_et_chaque_besoin_a_un_produit():
    assert len(GAMME.produits) == 30
    assert {produit.famille for produit in GAMME.produits} == {"flux", "financement", "protection", "epargne"}
    assert all(GAMME.pour(besoin.code) for besoin in GAMME.besoins)
    assert "convention du cours" in GAMME.mention and GAMME.date.isoformat() == "2026-11-26"


def test_les_prix_sont_ceux_que_les_lecons_et_les_epreuves_emploient():
    def valeur(code, debut, formule=None):
        lignes = GAMME.produit(code).tarif
        return next(x.valeur for x in lignes if x.libelle.startswith(debut) and x.formule in (formule, None))

    assert valeur("TPE", "Commission", "Boutique") == 0.70, "F-B2, Fournil"
    assert valeur("TPE", "Commission", "Grand panier") == 0.62, "B2-CAS, Vasseur"
    assert (valeur("INVEST", "Intérêts"), valeur("IMMO", "Intérêts")) == (4.1, 3.9)
    assert (valeur("DAILLY", "Intérêts"), valeur("ESCOMPTE", "Intérêts"), valeur("CAUTION", "Commission")) == (
        5.2, 6, 1.5,
    )  # fmt: skip
    assert (valeur("AFFACTURAGE", "Commission d'aff"), valeur("AFFACTURAGE", "Commission de fin")) == (0.9, 4.8)


def test_un_fichier_mal_forme_dit_une_phrase_par_faute(tmp_path):
    contenu = brute()
    produits = contenu["produits"]
    produits[0]["famille"] = "autre"
    produits[1]["tarif"][0]["unite"] = "€ par semaine"
    produits[2]["besoins"] = ["encaisser", "voyager"]
    produits[3]["code"] = "TPE"
    produits[4]["pnb"] = "beaucoup"
    del produits[5]["cible"]
    produits[6]["tarif"][0]["valeur"] = -1
    produits[7]["couleur"] = "bleu"
    contenu["inconnu"] = 1
    del contenu["date"]
    lues = fautes(ecrire(tmp_path, contenu))
    assert len(lues) == 10
    for debut in (
        "le champ « inconnu » est inconnu",
        "produit n° 1 (COMPTE) : famille",
        "produit n° 2 (CARTE) : tarif",
        "produit n° 5 (SDD) : pnb",
        "produit n° 6 (CHEQUE) : cible : le champ manque",
        "produit n° 7 (EBICS) : tarif",
        "produit n° 8 (FACT) : couleur",
        "produits : le code « TPE » sert plusieurs fois",
        "produit « TPE » : le besoin « voyager » est inconnu",
        "date : la date des prix est attendue",
    ):
        assert any(faute.startswith(debut) for faute in lues), debut


@pytest.mark.parametrize("contenu", [{}, {"produits": []}, {"produits": "rien", "besoins": 3}])
def test_un_fichier_vide_est_refuse(tmp_path, contenu):
    assert any("produits : une liste" in faute for faute in fautes(ecrire(tmp_path, contenu)))


def test_une_banque_met_sa_gamme_et_garde_les_codes(tmp_path, monkeypatch):
    contenu = brute()
    contenu["produits"][2]["tarif"][1]["valeur"] = 1.25
    contenu["produits"].append(contenu["produits"][0] | {"code": "COFFRE", "libelle": "Coffre"})
    chemin = ecrire(tmp_path, contenu)
    monkeypatch.setenv("RNCP_GAMME", str(chemin))
    assert charger_gamme().produit("TPE").tarif[1].valeur == 1.25
    assert len(charger_produits()) == 31
    clients = pd.DataFrame({"statut": ["SAS"]})
    assert eligibilite(clients).shape == (1, 30), "the agency keeps the range of the course"
    contenu["produits"][2]["tarif"][1]["valeur"] = 1.35
    ecrire(tmp_path, contenu)
    os.utime(chemin, ns=(1, 1))
    assert charger_gamme().produit("TPE").tarif[1].valeur == 1.35, "a changed file is read again"


def test_un_code_ou_une_formule_qui_manque_a_la_gamme_d_une_banque_est_nomme(tmp_path, monkeypatch):
    contenu = brute()
    contenu["produits"] = [produit for produit in contenu["produits"] if produit["code"] != "SDD"]
    contenu["produits"][2]["tarif"] = contenu["produits"][2]["tarif"][:4]
    monkeypatch.setenv("RNCP_GAMME", str(ecrire(tmp_path, contenu)))
    lues = fautes(None)
    assert len(lues) == 2
    assert lues[0].startswith("le produit « TPE » a 2 formule(s)")
    assert lues[1].startswith("le produit « SDD » (Prélèvements émis) manque")
    monkeypatch.setenv("RNCP_GAMME", str(tmp_path / "absent.yaml"))
    with pytest.raises(ErreurDonnees, match="ne peut pas être ouvert"):
        charger_gamme()


def test_les_trois_formules_du_terminal_gardent_leur_ordre(tmp_path, monkeypatch):
    contenu = brute()
    contenu["produits"][2]["tarif"][1]["valeur"] = 0.5
    monkeypatch.setenv("RNCP_GAMME", str(ecrire(tmp_path, contenu)))
    assert [faute[:22] for faute in fautes(None)] == ["le produit « TPE » : u"]


def test_un_code_inconnu_dit_les_codes_connus():
    with pytest.raises(ErreurSchema, match="« XX » est absent de la gamme ; codes connus : COMPTE"):
        GAMME.produit("XX")
    with pytest.raises(ErreurSchema, match="« XX » est absent"):
        GAMME.pour("XX")


def test_les_couts_exacts():
    fournil = {"montant": 9_200 * 3.10 * 0.68, "operations": 9_200 * 0.68}
    assert [cout_mensuel(TPE, fournil, formule=formule) for formule in TPE.formules] == [213.33, 155.76, 265.36]
    an = {nom: 12 * valeur for nom, valeur in fournil.items()}
    assert cout_annuel(TPE, an, formule="Boutique") == 1_869.06
    compte = GAMME.produit("COMPTE")
    assert cout_annuel(compte, {}) == 288
    assert cout_annuel(compte, {"mouvements_debiteurs": 300_000, "virements": 200}) == 288 + 150 + 30
    assert cout_mensuel(GAMME.produit("CARTE"), {}) == 3.75
    assert (cout_annuel(GAMME.produit("EBICS"), {}), mise_en_place(GAMME.produit("EBICS"))) == (420, 90)
    assert cout_annuel(GAMME.produit("DECOUVERT"), {"encours": 2_000}) == 250
    assert cout_annuel(GAMME.produit("AFFACTURAGE"), {"montant": 600_000, "encours": 45_000}) == 5_400 + 2_160
    assert cout_annuel(GAMME.produit("PLACEMENT"), {"encours": 20_000}) == -480
    assert cout_annuel(GAMME.produit("BAIL"), {"prix_ht": 40_000}) == 8_880
    assert cout_annuel(GAMME.produit("PEE"), {"salaries": 3}) == 276
    assert cout_annuel(GAMME.produit("FLOTTE"), {"vehicules": 4}) == 3_120
    assert cout_mensuel(GAMME.produit("MULTIRISQUE"), {"chiffre_affaires": 300_000}) == 55


def test_ce_qui_manque_pour_un_cout_se_dit():
    with pytest.raises(ErreurSchema, match="plusieurs formules : choisissez parmi Départ, Boutique, Grand panier"):
        cout_annuel(TPE, {"montant": 1})
    with pytest.raises(ErreurSchema, match="n'a pas de formule « Or »"):
        cout_annuel(TPE, {"montant": 1}, formule="Or")
    with pytest.raises(ErreurSchema, match="la quantité « operations » manque"):
        cout_annuel(SDD, {})
    with pytest.raises(ErreurSchema, match="quantité inconnue \\(operation\\)"):
        cout_annuel(SDD, {"operation": 3})
    for mauvaise in (-1, float("nan"), float("inf")):
        with pytest.raises(ErreurDonnees, match="négative ou vide"):
            cout_annuel(SDD, {"operations": mauvaise})
    with pytest.raises(ErreurDonnees, match="n'est pas un nombre"):
        cout_annuel(SDD, {"operations": "dix"})


@given(st.lists(st.tuples(MONTANTS, st.integers(0, 10**6)), min_size=1, max_size=20), st.sampled_from(TPE.formules))
def test_une_table_de_clients_donne_les_memes_couts_que_chacun(lignes, formule):
    table = pd.DataFrame(lignes, columns=["montant", "operations"], index=[f"c{i}" for i in range(len(lignes))])
    ensemble = cout_annuel(TPE, table, formule=formule)
    assert ensemble.index.equals(table.index)
    assert ensemble.tolist() == [cout_annuel(TPE, {"montant": m, "operations": o}, formule=formule) for m, o in lignes]


@given(MONTANTS, MONTANTS, st.integers(0, 10**6), st.sampled_from(TPE.formules))
def test_encaisser_davantage_ne_coute_jamais_moins(montant, de_plus, operations, formule):
    avant = cout_mensuel(TPE, {"montant": montant, "operations": operations}, formule=formule)
    apres = cout_mensuel(TPE, {"montant": montant + de_plus, "operations": operations + 1}, formule=formule)
    assert apres >= avant >= 0


@given(MONTANTS, st.integers(0, 10**6))
def test_douze_mois_pareils_font_un_an(montant, operations):
    usage = {"montant": montant, "operations": operations}
    an = cout_annuel(TPE, {nom: 12 * valeur for nom, valeur in usage.items()}, formule="Grand panier")
    assert an == pytest.approx(12 * cout_mensuel(TPE, usage, formule="Grand panier"), abs=0.07)


def test_une_quantite_vide_dans_une_table_donne_un_cout_vide():
    couts = cout_annuel(SDD, pd.DataFrame({"operations": [4.0, None]}))
    assert couts.iloc[0] == 1 and pd.isna(couts.iloc[1])
    assert cout_annuel(GAMME.produit("CARTE"), pd.DataFrame(index=["a", "b"])).tolist() == [45, 45]


def test_la_gamme_se_lit_en_table():
    table = fiches(["TPE", "PLACEMENT"], ["prix", "besoins", "remettre"])
    assert table.index.name == "Produit" and table.columns.tolist() == ["Prix", "Besoins", "À recueillir ou à remettre"]
    assert plate(table.iloc[0, 0]) == (
        "Départ : 1,10 % du montant ; Boutique : 20 € par mois + 0,70 % du montant ; "
        "Grand panier : 20 € par mois + 0,62 % du montant + 0,02 € par opération"
    )
    assert plate(fiches(["SDD"], ["prix"]).iloc[0, 0]) == (
        "Prélèvement émis : 0,25 € par opération ; prélèvement revenu impayé : 5 € par opération"
    )
    assert table.iloc[1, 1] == "Placer une somme disponible."
    with pytest.raises(ErreurSchema, match="Colonnes inconnues : couleur"):
        fiches(["TPE"], ["couleur"])
    assert fiches([produit.code for produit in GAMME.produits]).map(bool).all().all()
    assert tarif(TPE).index.unique().tolist() == list(TPE.formules)
    assert plate(prix(LigneTarif(libelle="Loyer", valeur=12.5, unite="€ par mois"))) == "12,50 € par mois"
    assert plate(prix(LigneTarif(libelle="Loyer", valeur=0, unite="€ par mois"))) == "gratuit"
