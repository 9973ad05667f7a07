"""Lessons B1-L3 and B1-L8: the figures that they teach, and the keys written by hand."""

from __future__ import annotations

import nbformat
import pandas as pd
import pytest

from rncp_utils.donnees import charger
from rncp_utils.formats import pourcent
from rncp_utils.portefeuille import zone_chalandise
from tests.cours.page import Page, choix_uniques, executer_ensemble, plate, rien_ne_se_devine

L3, L8 = "B1_L3_donnees_socio_economiques", "B1_L8_document_de_synthese"


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """Both lessons, executed as a grader sees them: nothing is written."""
    return executer_ensemble("bloc1", (L3, L8))


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(pages):
    uniques = choix_uniques(pages.values())
    assert len(uniques) >= 10
    rien_ne_se_devine(uniques)


# ------------------------------------------------------------------------------------------------ lesson 3


def test_la_zone_se_recoupe_avec_la_table_des_communes(pages):
    n = pages[L3].noms
    communes, zone = charger("territoire").set_index("commune"), n["zone"]
    trois = communes.loc[["Brévonne-sur-Ourle", "Fontarse", "Corvanne"]]
    assert zone["ouverts"] == trois["nb_etab_I"].sum()
    assert n["territoire"]["ouverts"] == communes["nb_etab_I"].sum()
    assert zone["au_debut"] + zone["creations"] - zone["fermetures"] == zone["ouverts"]
    assert n["sarzelle"]["ouverts"] == communes.loc["Sarzelle", "nb_etab_S"]
    assert (round(n["densite_s"], 1), n["croissance_s"], round(n["part_s"], 3)) == (21.0, 0.25, 0.119)


def test_les_parts_du_portefeuille_donnent_la_cle_de_l_exercice(pages):
    page = pages[L3]
    ecarts, seuil = page.noms["ecarts"], page.noms["SEUIL"]
    lus = {
        cle: "proche" if abs(ecarts[metier]) < seuil else "sur" if ecarts[metier] > 0 else "sous"
        for cle, metier in page.noms["EXERCICE_4"].items()
    }
    assert lus == page.cle("E4", "poids")
    assert set(lus.values()) == {"sur", "proche", "sous"}
    assert abs(ecarts[page.noms["TRANSPORTS"]]) > seuil
    lieux = page.noms["communes"]
    zone = zone_chalandise(charger("etablissements"), int(lieux["population"].sum()), date=page.noms["jour"])
    assert zone.loc["M", "taux_creation"] > zone["taux_creation"].median()  # « crée beaucoup d'établissements »


def test_le_restaurant_recule_quand_ses_confreres_progressent(pages):
    n = pages[L3].noms
    assert round(n["v"], 3) == -0.066
    assert n["m"] > 0 and n["m1"] > 0
    assert n["nombre_r"][n["cloture"]] == 15
    # What the table shows can be subtracted by hand.
    assert round(100 * n["ecart"], 1) == round(round(100 * n["v"], 1) - round(100 * n["m"], 1), 1)
    assert n["metier_f"] > 0 > n["variation_f"]


def test_les_places_parmi_les_quartiles_donnent_la_cle_de_l_exercice(pages):
    page = pages[L3]
    n = page.noms
    rangs = {}
    for cle, (ratio, _, _) in n["RATIOS"].items():
        valeur = n["atelier"][ratio]
        rangs[cle] = f"q{sum(valeur > borne for borne in n['quartiles_de']('F', n['TRANCHE'], ratio))}"
    assert rangs == page.cle("E6", "places")
    sens = n["reference"].drop_duplicates("ratio").set_index("ratio")["sens"]
    defavorables = {
        cle for cle, (ratio, _, _) in n["RATIOS"].items() if (rangs[cle] in ("q0", "q1")) == (sens[ratio] == "+")
    }
    assert defavorables == set(page.cle("E6", "defavorables"))
    q1, q2, _ = n["q_route"]
    assert q1 < n["taux_apres"] < q2 < n["route"]["ebe"] / n["route"]["ventes"]


def test_les_reglages_proposes_montrent_ce_que_la_lecon_annonce(pages):
    page = pages[L3]
    choc, clients = page.noms["choc"], page.noms["CLIENTS"]
    assert page.simulateur.prediction.verdict() == "salle"
    assert "entre la médiane et le troisième quartile" in page.phrase()
    assert "sous le premier quartile" in page.phrase(frequentation=-5)

    def perte(client, energie, frequentation):
        compte = clients[client][1]
        return (compte["ebe"] - choc(client, energie, frequentation)["EBE"]) / compte["ventes"]

    assert perte("route", 20, 0) > 2 * perte("pain", 20, 0)
    assert perte("route", 0, -10) > max(perte(client, 0, -10) for client in ("quai", "canal", "pain"))
    assert "sous le premier quartile" in page.phrase(client="canal", frequentation=15)
    assert "sous le premier quartile" not in page.phrase(client="canal", frequentation=25)


def test_le_compte_simule_part_de_l_ebe_de_la_liasse(pages):
    n = pages[L3].noms
    for cle, (nom, compte, _) in n["CLIENTS"].items():
        assert n["choc"](cle, 0, 0)["EBE"] == pytest.approx(compte["ebe"]), nom
        assert min(n["choc"](cle, 0, 0).values()) >= min(0, compte["ebe"]), nom


# ------------------------------------------------------------------------------------------------ lesson 8


def test_la_note_modele_dit_les_memes_chiffres_que_les_lecons_4_a_7(pages):
    n = pages[L8].noms
    assert (n["ca"], n["ebe"], n["caf_n"], n["preleve"]) == (328_000, 88_100, 85_650, 62_000)
    assert (round(n["photo"], 2), round(n["film"], 2), round(n["film_v"], 2)) == (1.09, 0.96, 1.04)
    assert (round(n["endettement"], 3), n["tn"], n["emprunts"]) == (0.179, 41_600, 37_060)
    assert (n["caf_test"], n["du_test"]) == (105_664, 47_318)
    assert round((n["caf_test"] - n["dividendes"]) / n["du_test"], 2) == 1.18


def test_le_plafond_des_prelevements_laisse_moins_de_mille_euros(pages):
    n = pages[L8].noms
    assert 0 < n["plafond"] - n["preleve"] < 1_000


def test_chaque_verdict_du_chercheur_de_preuves_montre_ses_lignes(pages):
    page = pages[L8]
    n = page.noms
    for version, phrases in ((False, n["PREMIERE"]), (True, n["CORRIGEE"])):
        assert len(phrases) == page.simulateur.parametres[0].maximum
        for rang, (texte, verdict, lignes, _) in enumerate(phrases, start=1):
            vue = page.simulateur.voir(phrase=rang, version=version)
            assert texte in vue.figure.titre
            assert verdict in vue.phrase
            assert [x for x in n["DOSSIER"] if vue.tableau.loc[x, "Preuve"]] == [x for x in n["DOSSIER"] if x in lignes]
            # A sentence without proof shows no line; a proof or a contradiction shows at least one.
            assert bool(lignes) == (verdict != n["SANS"])
            assert set(lignes) <= set(n["DOSSIER"])
    assert page.simulateur.prediction.verdict() == "deux"
    assert {verdict for _, verdict, _, _ in n["CORRIGEE"]} == {n["PROUVEE"]}


def test_les_affirmations_de_l_exercice_se_lisent_dans_leur_piece(pages):
    n = pages[L8].noms
    f, f1 = n["fn"], n["fn1"]
    assert f["FY"] + f["FZ"] > f1["FY"] + f1["FZ"] and f["FL"] < f1["FL"]
    releve = n["releve"]
    depasse = releve.index[releve["solde"] < -releve["autorisation"]].tolist()
    assert depasse == [f"{mois} N" for mois in ("septembre", "octobre", "novembre", "décembre")]
    assert n["propres_f"] == 24_075 < f["DA"] / 2
    assert f["BX"] > f1["BX"]
    assert n["metier"] > 0
    assert n["textes_f"]["moitie"] == n["euros"](f["DA"] / 2)


def test_le_plafond_des_dividendes_est_sous_ceux_de_n_et_la_condition_le_respecte(pages):
    n = pages[L8].noms
    assert n["plafond_div"] < n["dividendes"]
    condition = int(n["plafond_div"] // 1_000 * 1_000)
    assert (n["caf_test"] - condition) / n["du_test"] >= n["repere"]
    assert pages[L8].exercices["E7"].texte("{rond}") == n["euros"](condition)


def test_la_conjoncture_jointe_au_rapport_porte_les_chiffres_que_cite_son_corrige(depot):
    """B1-RAP asks for a reading of the economy: its file holds the data, and the answer of the grader quotes them."""
    cellules = nbformat.read(depot / "source/B1-RAP/b1_rap.ipynb", as_version=4).cells
    source = next(c.source for c in cellules if c.id == "piece_eco")
    montres = []
    noms = {"pd": pd, "pourcent": pourcent, "presenter": lambda table, titre: montres.append((table, titre))}
    exec(compile(source, "piece_eco", "exec"), noms)
    ((table, titre),) = montres
    assert "31/03/2026" in titre and "fictive" in titre
    mesures = table.pop("Clients de l'agence mesurés")
    assert {nom for nom, n in mesures.items() if n < 5} == set(
        table.index[table["Ventes HT, variation médiane"] == "–"]
    )
    corrige = plate((depot / "corriges/B1-RAP/corrige.md").read_text(encoding="utf-8")).split("## Partie 10")[1]
    for secteur in ("Construction", "Services aux particuliers"):
        lu = table.loc[secteur]
        dits = [f"{lu['Fermetures']} fermetures", f"{lu['Ouvertures']} ouvertures", f"({mesures[secteur]} clients"]
        for dit in [*dits, plate(lu["Ventes HT, variation médiane"])]:
            assert dit in corrige, (secteur, dit)
