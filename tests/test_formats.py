"""Numbers as people type them and as the course shows them."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import avec_unite, euros, fois, formater_nombre, jours, lire_nombre, parser_nombre, pourcent

FINE = "\u202f"
INSECABLE = "\xa0"


@pytest.mark.parametrize(
    ("texte", "valeur", "unite"),
    [
        ("12,5 %", "12.5", "%"),
        ("12,5%", "12.5", "%"),
        ("12,5 pour cent", "12.5", "%"),
        ("212 400 €", "212400", "€"),
        ("212 400,50 EUR", "212400.50", "€"),
        (f"212{FINE}400{INSECABLE}€", "212400", "€"),
        ("1\u2009000 h", "1000", "h"),
        ("1.234,56", "1234.56", ""),
        ("1,234.56", "1234.56", ""),
        ("1.234.567", "1234567", ""),
        ("1,234,567", "1234567", ""),
        ("1.234.567,8", "1234567.8", ""),
        ("1 234.5", "1234.5", ""),
        ("1.234", "1.234", ""),
        ("1,234", "1.234", ""),
        ("12.5", "12.5", ""),
        (",5", "0.5", ""),
        ("5,", "5", ""),
        ("-6,6", "-6.6", ""),
        ("\u22126,6", "-6.6", ""),
        ("\u20136,6", "-6.6", ""),
        ("- 6,6", "-6.6", ""),
        ("+5", "5", ""),
        ("(1 200)", "-1200", ""),
        ("660000-", "-660000", ""),
        ("1 200,50\u2212", "-1200.50", ""),
        ("(1 200 €)", "-1200", "€"),
        ("(1 200) €", "-1200", "€"),
        ("€1,200.50", "1200.50", "€"),
        ("-€5", "-5", "€"),
        ("3 jours", "3", "jours"),
        ("1 Jour", "1", "jours"),
        ("2,5 fois", "2.5", "fois"),
        ("18 mois.", "18", "mois"),
        ("12 k€", "12000", "€"),
        ("1,5 K€", "1500", "€"),
        ("2,25 M€", "2250000", "€"),
        ("  007 ", "7", ""),
        ("-0", "0", ""),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678", ""),
    ],
)
def test_un_nombre_et_son_unite_sont_lus(texte, valeur, unite):
    lu = lire_nombre(texte)
    assert (lu.valeur, lu.unite) == (Decimal(valeur), unite)
    assert parser_nombre(texte) == Decimal(valeur)


def test_un_multiple_de_l_euro_est_dit():
    lu = lire_nombre(" 212,4 k€ ")
    assert (lu.valeur, lu.unite, lu.multiple, lu.texte) == (Decimal(212400), "€", "k€", "212,4 k€")
    assert lire_nombre("212,4 €").multiple == ""


@pytest.mark.parametrize(
    ("texte", "phrase"),
    [
        ("", "Je ne vois pas encore de nombre. Saisissez par exemple 12,5."),
        (" \u202f ", "Je ne vois pas encore de nombre. Saisissez par exemple 12,5."),
        ("12 5", "J'ai lu deux nombres : 12 et 5. Saisissez-en un seul, par exemple 12,5."),
        ("12;5", "J'ai lu deux nombres : 12 et 5. Saisissez-en un seul, par exemple 12,5."),
        ("1 à 3 ou 5", "J'ai lu plusieurs nombres : 1, 3 et 5. Saisissez-en un seul, par exemple 12,5."),
        ("nan", "J'ai lu « nan » et je n'y trouve pas de nombre. Saisissez-le en chiffres, par exemple 12,5."),
        ("∞", "J'ai lu « ∞ » et je n'y trouve pas de nombre. Saisissez-le en chiffres, par exemple 12,5."),
        ("douze", "J'ai lu « douze » et je n'y trouve pas de nombre. Saisissez-le en chiffres, par exemple 12,5."),
        (
            "1.23,4",
            "J'ai lu « 1.23,4 » et je ne sais pas où commencent les décimales. "
            "Saisissez le nombre sans point de milliers, par exemple 1234,5.",
        ),
        (
            "12 kg",
            "J'ai lu « 12 kg » et je ne reconnais pas « kg » comme unité. "
            "Saisissez le nombre seul, ou suivi de son unité : %, €, h, jours, mois…",
        ),
        (
            "environ 12",
            "J'ai lu « environ 12 », où le nombre n'est pas seul. Saisissez uniquement 12 et son unité.",
        ),
        (
            "(-5)",
            "J'ai lu « (-5) » et je ne comprends pas le signe. Pour un nombre négatif, saisissez par exemple -1200.",
        ),
        (
            "1" * 41,
            "J'ai lu plus de 40 caractères, trop pour un nombre. Saisissez-le seul, par exemple 12,5.",
        ),
    ],
)
def test_une_saisie_illisible_est_expliquee(texte, phrase):
    with pytest.raises(ErreurDonnees) as refus:
        lire_nombre(texte)
    assert str(refus.value) == phrase


@pytest.mark.parametrize(
    "texte",
    [
        *("inf", "-Infinity", "1e5", "0x10", "1_000", "--5", "+-5", "(5", "5)", "((5))", "-(5)"),
        *("-5-", "5--", "5 -", "5-h", "(5-)"),
        *("1 2345", "1234 567", "12 34", "0 500", "1.2.3", "1,2,3", "1.234.56", "1,5,", ".", "-", "%", "€", "€5€"),
        *("12h30", "12/5", "3x4", "12 m€", "12 %€", "12 % 5", "٣", "12²", "½", "1\n2", "\ud800", "1\ud8002"),
    ],
)
def test_ce_qui_n_est_pas_un_nombre_est_refuse(texte):
    with pytest.raises(ErreurDonnees) as refus:
        lire_nombre(texte)
    str(refus.value).encode("utf-8")


@pytest.mark.parametrize("valeur", [None, 12, 12.5, b"12"])
def test_seul_un_texte_se_lit(valeur):
    with pytest.raises(ErreurDonnees, match="J'attendais un nombre saisi au clavier"):
        lire_nombre(valeur)


@given(st.text(max_size=60))
def test_toute_saisie_donne_un_nombre_fini_ou_une_phrase(texte):
    try:
        assert lire_nombre(texte).valeur.is_finite()
    except ErreurDonnees as refus:
        assert str(refus).endswith((".", "…"))


NOMBRES = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=4)


@given(NOMBRES)
def test_un_nombre_affiche_se_relit_identique(nombre):
    assert parser_nombre(formater_nombre(nombre)) == nombre


@given(NOMBRES, st.sampled_from(["%", "€", "h", "jours", "mois", "fois", "contacts", "rendez-vous"]))
def test_un_nombre_affiche_avec_son_unite_se_relit_identique(nombre, unite):
    lu = lire_nombre(avec_unite(nombre, unite))
    assert (lu.valeur, lu.unite) == (nombre, unite)


@given(NOMBRES, st.integers(0, 6))
def test_l_arrondi_affiche_est_au_plus_proche(nombre, decimales):
    with localcontext(prec=60):
        attendu = nombre.quantize(Decimal(1).scaleb(-decimales), rounding=ROUND_HALF_UP)
    assert parser_nombre(formater_nombre(nombre, decimales)) == attendu


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12).filter(lambda x: abs(x) > 1e-9)
)
def test_un_flottant_affiche_se_relit_identique(flottant):
    assert float(parser_nombre(formater_nombre(flottant))) == flottant


@pytest.mark.parametrize(
    ("affiche", "attendu"),
    [
        (formater_nombre(1234567.891), f"1{FINE}234{FINE}567,891"),
        (formater_nombre(Decimal("1.50")), "1,5"),
        (formater_nombre(0.125, 2), "0,13"),
        (formater_nombre(-0.125, 2), "-0,13"),
        (formater_nombre(2.5, 0), "3"),
        (formater_nombre(3, 2), "3,00"),
        (formater_nombre(-0.04, 1), "0,0"),
        (formater_nombre(1e-7), "0,0000001"),
        (euros(1234567.891), f"1{FINE}234{FINE}568{INSECABLE}€"),
        (euros(1234567.891, 2), f"1{FINE}234{FINE}567,89{INSECABLE}€"),
        (euros(-1200), f"-1{FINE}200{INSECABLE}€"),
        (pourcent(0.3512), f"35,1{INSECABLE}%"),
        (pourcent(0.3512, 2), f"35,12{INSECABLE}%"),
        (pourcent(0), f"0,0{INSECABLE}%"),
        (pourcent(-0.066), f"-6,6{INSECABLE}%"),
        (jours(45.3), f"45{INSECABLE}jours"),
        (jours(1.4), f"1{INSECABLE}jour"),
        (jours(1.6), f"2{INSECABLE}jours"),
        (fois(2.345), f"2,35{INSECABLE}fois"),
        (avec_unite(1.5, "jours"), f"1,5{INSECABLE}jour"),
        (avec_unite(12, ""), "12"),
    ],
)
def test_l_affichage_est_francais(affiche, attendu):
    assert affiche == attendu


@pytest.mark.parametrize("absent", [math.nan, math.inf, -math.inf, None, Decimal("NaN")])
@pytest.mark.parametrize("affichage", [formater_nombre, euros, pourcent, jours, fois])
def test_une_valeur_absente_n_est_pas_significative(affichage, absent):
    assert affichage(absent) == "n.s."


@pytest.mark.parametrize("valeur", ["douze", True, [1]])
def test_afficher_autre_chose_qu_un_nombre_est_une_erreur(valeur):
    with pytest.raises(ErreurDonnees, match="J'attendais un nombre à afficher"):
        euros(valeur)
