"""The boxes of the forms, as data."""

from __future__ import annotations

import pytest

from rncp_utils.entreprise.codes import (
    NORMAL,
    SIMPLIFIE,
    amortissements_de,
    codes_connus,
    codes_de,
    libelle,
    passage,
    postes,
)
from rncp_utils.entreprise.controles.identites import IDENTITES, SOLDES, SOMMES, termes

# 2050: gross and depreciation columns, line by line as printed.
ACTIF = (
    "AA/ AB/AC CX/CQ AF/AG AH/AI AJ/AK AL/AM AN/AO AP/AQ AR/AS AT/AU AV/AW AX/AY CS/CT CU/CV BB/BC BD/BE BF/BG BH/BI "
    "BJ/BK BL/BM BN/BO BP/BQ BR/BS BT/BU BV/BW BX/BY BZ/CA CB/CC CD/CE CF/CG CH/CI CJ/CK CW/ CM/ CN/ CO/1A"
)
PASSIF = "DA DB DC DD DE DF DG DH DI DJ DK DL DM DN DO DP DQ DR DS DT DU DV DW DX DY DZ EA EB EC ED EE"
RESULTAT = (
    "FA FB FC FD FE FF FG FH FI FJ FK FL FM FN FO FP FQ FR FS FT FU FV FW FX FY FZ GA GB GC GD GE GF GG GH GI "
    "GJ GK GL GM GN GO GP GQ GR GS GT GU GV GW HA HB HC HD HE HF HG HH HI HJ HK HL HM HN"
)
ANNEXES = "VA 8D 8E VW VJ VK VG VH VI YS YT XQ YU SS YV YW 9Z YY YZ YP ZE YQ YR"
ACTIF_SIMPLIFIE = (
    "010/012 014/016 028/030 040/042 044/048 050/052 060/062 064/066 068/070 072/074 080/082 084/086 "
    "092/094 096/098 110/112"
)
PASSIF_SIMPLIFIE = "120 124 126 130 132 134 136 140 142 154 156 164 166 172 174 176 180"
RESULTAT_SIMPLIFIE = (
    "210 214 218 222 224 226 230 232 234 236 238 240 242 244 250 252 254 256 262 264 270 280 290 294 300 306 310"
)


def test_l_actif_de_la_2050_a_ses_deux_colonnes():
    attendu = [tuple(paire.split("/")) for paire in ACTIF.split()]
    lus = [(p.code, p.amortissement) for p in postes(NORMAL).values() if p.formulaire == "2050" and p.colonne == "brut"]
    assert lus == attendu


def test_l_actif_de_la_2033_a_ses_deux_colonnes():
    lus = [(p.code, p.amortissement) for p in postes(SIMPLIFIE).values() if p.colonne == "brut"]
    assert lus == [tuple(paire.split("/")) for paire in ACTIF_SIMPLIFIE.split()]


@pytest.mark.parametrize(
    ("regime", "formulaires", "codes"),
    [
        (NORMAL, ("2051",), PASSIF),
        (NORMAL, ("2052", "2053"), RESULTAT),
        (SIMPLIFIE, ("2033-B",), RESULTAT_SIMPLIFIE),
        (SIMPLIFIE, ("2033-A",), PASSIF_SIMPLIFIE),
    ],
)
def test_les_colonnes_de_montants_suivent_le_formulaire(regime, formulaires, codes):
    lus = [
        p.code
        for p in postes(regime).values()
        if p.formulaire in formulaires and p.colonne in ("montant", "france", "export") and p.code not in EXPORTS
    ]
    assert lus == codes.split()


EXPORTS = ("209", "215", "217")


def test_les_annexes_et_renvois_utiles_sont_connus():
    assert set(ANNEXES.split()) | {"EG", "EH", "HP", "HQ", "A1", "A2", "CP", "CR"} <= codes_connus(NORMAL)
    assert {"169", "195", "374", "376", "378", *EXPORTS} <= codes_connus(SIMPLIFIE)


def test_les_subventions_d_investissement_sont_en_dj_et_les_provisions_reglementees_en_dk():
    assert libelle("DJ") == "Subventions d'investissement"
    assert libelle("DK") == "Provisions réglementées"


def test_les_codes_222_224_226_ne_sont_pas_decales():
    assert [libelle(code, SIMPLIFIE) for code in ("222", "224", "226")] == [
        "Production stockée",
        "Production immobilisée",
        "Subventions d'exploitation reçues",
    ]


def test_une_colonne_d_amortissement_a_un_libelle():
    assert libelle("BY") == "Clients et comptes rattachés, amortissements et dépréciations"


def test_les_familles_suivent_l_ordre_du_formulaire():
    assert codes_de("stocks") == ("BL", "BN", "BP", "BR", "BT")
    assert amortissements_de("stocks") == ("BM", "BO", "BQ", "BS", "BU")


def test_chaque_formule_ne_cite_que_des_cases_du_formulaire():
    cites = {code for formule in (SOMMES | SOLDES).values() for _, code in termes(formule)} | set(SOMMES | SOLDES)
    assert cites <= codes_connus(NORMAL)


def test_un_total_additionne_les_lignes_du_formulaire_sans_en_oublier():
    assert SOMMES["GF"] == "FS + FT + FU + FV + FW + FX + FY + FZ + GA + GB + GC + GD + GE"
    assert SOMMES["DL"] == "DA + DB + DC + DD + DE + DF + DG + DH + DI + DJ + DK"
    assert SOMMES["EC"] == "DS + DT + DU + DV + DW + DX + DY + DZ + EA + EB"
    assert SOMMES["CJ"] == "BL + BN + BP + BR + BT + BV + BX + BZ + CB + CD + CF + CH"
    assert SOMMES["CK"] == "BM + BO + BQ + BS + BU + BW + BY + CA + CC + CE + CG + CI"


def test_les_controles_k01_a_k15_sont_tous_la():
    assert sorted({identite.controle for identite in IDENTITES}) == [f"K{rang:02d}" for rang in range(1, 16)]


def test_le_passage_va_de_cases_connues_a_cases_connues():
    assert set(passage()) <= codes_connus(NORMAL)
    assert set(passage().values()) <= codes_connus(SIMPLIFIE)
