"""MARTIN and FOURNIL hold together: every total, both balance sheets, and the movements between them."""

from __future__ import annotations

import pytest

from rncp_utils.entreprise.exemples import fournil, martin, martin_n1, mouvements_martin


def _somme(liasse, codes: str) -> float:
    return sum(liasse.get(code) for code in codes.split())


@pytest.mark.parametrize("liasse", [martin(), martin_n1()], ids=["N", "N-1"])
def test_les_deux_bilans_sont_equilibres(liasse):
    assert liasse["CO"] == _somme(liasse, "AA BJ CJ CW CM CN")
    assert liasse["1A"] == liasse["BK"] + liasse["CK"]
    assert liasse["CO"] - liasse["1A"] == liasse["EE"] == _somme(liasse, "DL DO DR EC ED")
    assert liasse["DL"] == _somme(liasse, "DA DB DC DD DE DF DG DH DI DJ DK")
    assert liasse["EC"] == _somme(liasse, "DS DT DU DV DW DX DY DZ EA EB")
    assert liasse["CJ"] == _somme(liasse, "BL BN BP BR BT BV BX BZ CB CD CF CH")
    assert liasse["CK"] == _somme(liasse, "BM BO BQ BS BU BW BY CA CC CE CG CI")


def test_l_actif_immobilise_de_n_fait_la_somme_de_ses_lignes():
    assert martin()["BJ"] == _somme(martin(), "AH AR AT BH")
    assert martin()["BK"] == _somme(martin(), "AI AS AU BI")


def test_le_compte_de_resultat_se_recoupe():
    n = martin()
    assert n["FL"] == _somme(n, "FC FF FI")
    assert n["FR"] == _somme(n, "FL FM FN FO FP FQ") == 679_000
    assert n["GF"] == _somme(n, "FS FT FU FV FW FX FY FZ GA GB GC GD GE") == 623_200
    assert n["GG"] == n["FR"] - n["GF"]
    assert n["GV"] == n["GP"] - n["GU"] == -8_800
    assert n["GW"] == n["GG"] + n["GV"]
    assert n["HD"] == _somme(n, "HA HB HC")
    assert n["HH"] == _somme(n, "HE HF HG")
    assert n["HI"] == n["HD"] - n["HH"]
    assert n["HN"] == n["GW"] + n["HI"] - n["HJ"] - n["HK"] == n["HL"] - n["HM"] == n["DI"] == 41_000
    assert n["HL"] == _somme(n, "FR GH GP HD")
    assert n["HM"] == _somme(n, "GF GI GU HH HJ HK")
    assert n["HB"] == n["c775"] + n["c777"]
    assert n["HF"] == n["c675"]


def test_les_mouvements_menent_d_un_bilan_a_l_autre():
    n, n1, m = martin(), martin_n1(), mouvements_martin()
    assert n["BJ"] == n1["BJ"] + m.acquisitions - m.brut_cede
    assert n["BK"] == n1["BK"] + n["GA"] - m.amortissements_cedes
    assert m.brut_cede - m.amortissements_cedes == n["c675"]
    assert m.prix_cession == n["c775"]
    assert n["DU"] - n["EH"] == n1["DU"] - n1["EH"] + m.emprunts_nouveaux - m.remboursements
    assert (n["VJ"], n["VK"], n["ZE"]) == (m.emprunts_nouveaux, m.remboursements, m.dividendes)
    assert n["DV"] == n1["DV"] - m.cca_rembourses
    assert _somme(n, "DD DG DH") == _somme(n1, "DD DG DH") + n1["DI"] - m.dividendes
    assert n["DJ"] == n1["DJ"] - n["c777"]
    assert (n["FT"], n["FV"], n["FM"]) == (n1["BT"] - n["BT"], n1["BL"] - n["BL"], n["BR"] - n1["BR"])
    depreciations = n["CK"] + n["DR"] - n1["CK"] - n1["DR"]
    assert n["GC"] + n["GD"] - (n["FP"] - n["A1"]) == depreciations


def test_le_fournil_se_recoupe():
    f = fournil()
    assert f["232"] == _somme(f, "210 214 218 222 224 226 230") == 352_000
    assert f["264"] == _somme(f, "234 236 238 240 242 244 250 252 254 256 262") == 289_000
    assert f["270"] == f["232"] - f["264"]
    assert f["310"] == f["270"] + f["280"] + f["290"] - f["294"] - f["300"] - f["306"] == 60_500


def test_la_colonne_n_moins_1_de_martin_est_le_bilan_de_l_an_passe():
    assert martin().valeurs_n1 == martin_n1().valeurs
    assert martin().date_cloture.year == martin_n1().date_cloture.year + 1
