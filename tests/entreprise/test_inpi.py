"""INPI "bilans saisis": columns by page and type, confidentiality, hostile files, round trip."""

from __future__ import annotations

import datetime as dt
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import Liasse, controler_liasse, ecrire_inpi, lire_bilan_inpi, lire_document
from rncp_utils.entreprise.codes import COMPTES, NORMAL, SIMPLIFIE, codes_connus, postes
from rncp_utils.entreprise.exemples import fournil, martin
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurListe
from tests.machine import exemples

ESPACE = "fr:inpi:odrncs:bilansSaisisXML"


def bilan(pages: str = "", **identite: str) -> str:
    champs = {
        "siren": "732829320",
        "date_cloture_exercice": "20241231",
        "date_cloture_exercice_n-1": "20231231",
        "duree_exercice_n": "12",
        "code_motif": "00",
        "code_type_bilan": "C",
        "code_devise": "EUR",
        "code_confidentialite": "0",
        "denomination": "<![CDATA[MARTIN & FILS]]>",
    } | {nom.replace("n_1", "n-1"): valeur for nom, valeur in identite.items()}
    balises = "".join(f"<{nom}>{valeur}</{nom}>" for nom, valeur in champs.items())
    return f"<bilan><identite>{balises}</identite><detail>{pages}</detail></bilan>"


def page(numero: str, *lignes: str) -> str:
    return f'<page numero="{numero}">' + "".join(f"<liasse {ligne}/>" for ligne in lignes) + "</page>"


def fichier(*bilans: str) -> bytes:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{declaration}<bilans version="1.1" xmlns="{ESPACE}">{"".join(bilans)}</bilans>'.encode()


def lire(*bilans: str) -> Liasse:
    (liasse,) = lire_bilan_inpi(fichier(*bilans))
    return liasse


COMPLET = (
    page("01", 'code="BX" m1="000000000112000" m2="000000000003500" m3="000000000108500" m4="000000000094500"')
    + page("02", 'code="DL" m1="000000000160500" m2="000000000132500"', 'code="DI" m1="-000000000000012"')
    + page(
        "03",
        'code="FA" m1="000000000100000" m2="000000000020000" m3="000000000120000" m4="000000000110000"',
        'code="FJ" m1="000000000640000" m2="000000000020000" m3="000000000660000" m4="000000000600000"',
        'code="FW" m3="000000000132000" m4="000000000120000"',
        'code="FM" m3="-000000000008000"',
    )
    + page("04", 'code="HN" m1="000000000041000" m2="000000000030000"', 'code="HP" m1="000000000012000"')
    + page("05", 'code="KD" m1="000000000000001"')
    + page("08", 'code="VJ" m1="000000000040000"', 'code="8A" m1="5"')
    + page("11", 'code="YU" m1="000000000018000"')
    + page("16", 'code="YP" m1="000000000000006"')
)


def test_un_bilan_complet_par_page_et_par_colonne():
    liasse = lire(bilan(COMPLET))
    assert dict(liasse.valeurs) == {
        "BX": 112_000,
        "BY": 3_500,
        "DL": 160_500,
        "DI": -12,
        "FA": 100_000,
        "FB": 20_000,
        "FC": 120_000,
        "FJ": 640_000,
        "FK": 20_000,
        "FL": 660_000,
        "FW": 132_000,
        "FM": -8_000,
        "HN": 41_000,
        "HP": 12_000,
        "VJ": 40_000,
        "YU": 18_000,
        "YP": 6,
    }
    assert dict(liasse.valeurs_n1) == {
        "BX": 94_500,
        "DL": 132_500,
        "FC": 110_000,
        "FL": 600_000,
        "FW": 120_000,
        "HN": 30_000,
    }
    assert (liasse.siren, liasse.denomination, liasse.date_cloture) == (
        "732829320",
        "MARTIN & FILS",
        dt.date(2024, 12, 31),
    )
    assert (liasse.regime, liasse.duree_mois, liasse.confidentialite) == (NORMAL, 12, "0")
    assert liasse.avertissements == ("colonne N-1 : l'actif y est en net",)


def test_un_bilan_simplifie_a_le_passif_a_droite_de_l_actif():
    pages = (
        page(
            "01",
            'code="068" m1="4000" m2="500" m3="3500" m4="2800"',
            'code="142" m3="25000" m4="20000"',
            'code="169" m2="3000"',
            'code="172" m3="12000" m4="9000"',
            'code="195" m3="700"',
        )
        + page("02", 'code="210" m1="150000" m2="140000"', 'code="209" m1="30000"')
        + page("04", 'code="374" m1="70000"')
        + page("05", 'code="376" m1="3"')
    )
    liasse = lire(bilan(pages, code_type_bilan="S"))
    assert liasse.regime == SIMPLIFIE
    assert dict(liasse.valeurs) == {
        "068": 4_000,
        "070": 500,
        "142": 25_000,
        "169": 3_000,
        "172": 12_000,
        "195": 700,
        "210": 150_000,
        "209": 30_000,
        "374": 70_000,
        "376": 3,
    }
    assert dict(liasse.valeurs_n1) == {"068": 2_800, "142": 20_000, "172": 9_000, "210": 140_000}


def test_un_passif_simplifie_en_premiere_colonne_est_lu_aussi():
    liasse = lire(bilan(page("1", 'code="142" m1="25000"', 'code="169" m1="10"'), code_type_bilan="S"))
    assert dict(liasse.valeurs) == {"142": 25_000, "169": 10}


def test_un_bilan_consolide_garde_les_codes_communs_et_le_dit():
    pages = page("01", 'code="A1" m1="5" m3="5"', 'code="BX" m1="9" m3="9"') + page("02", 'code="P2" m1="7"')
    liasse = lire(bilan(pages, code_type_bilan="K"))
    assert dict(liasse.valeurs) == {"BX": 9}
    assert any("consolidés" in avis for avis in liasse.avertissements)
    assert "codes non lus : A1, P2" in liasse.avertissements


@pytest.mark.parametrize(("code", "attendu"), [("A", "assurance"), ("B", "banque"), ("Z", "type « Z » inconnu")])
def test_les_types_non_couverts_sont_refuses_en_une_phrase(code, attendu):
    with pytest.raises(ErreurDonnees, match=attendu) as erreur:
        lire(bilan(COMPLET, code_type_bilan=code))
    assert "732829320" in str(erreur.value)


def test_un_compte_de_resultat_confidentiel_n_est_pas_une_erreur():
    liasse = lire(bilan(page("02", 'code="DL" m1="5"'), code_confidentialite="2"))
    assert dict(liasse.valeurs) == {"DL": 5}
    assert "compte de résultat confidentiel : ses codes sont absents" in liasse.avertissements
    assert controler_liasse(liasse)["ok"].isna().all()


def test_un_bilan_confidentiel_est_rendu_vide_et_le_dit():
    liasse = lire(bilan(code_confidentialite="1"))
    assert dict(liasse.valeurs) == {}
    assert liasse.avertissements == ("comptes confidentiels : aucun montant n'est publié",)


@pytest.mark.parametrize(
    ("motif", "attendu"),
    [
        ("0", None),
        ("00", None),
        ("1", "incohérences"),
        ("01", "incohérences"),
        ("1A", "manquantes"),
        ("99", "« 99 » inconnu"),
    ],
)
def test_le_motif_de_saisie_est_dit(motif, attendu):
    avis = lire(bilan(page("02", 'code="DL" m1="5"'), code_motif=motif)).avertissements
    assert avis == () if attendu is None else any(attendu in texte for texte in avis)


def test_une_duree_non_renseignee_se_deduit_des_clotures():
    liasse = lire(bilan(COMPLET, duree_exercice_n="00", date_cloture_exercice_n_1="20230630"))
    assert liasse.duree_mois == 18
    assert any("18 mois" in avis for avis in liasse.avertissements)
    supposee = lire(bilan(COMPLET, duree_exercice_n="00", date_cloture_exercice_n_1="00000000"))
    assert supposee.duree_mois == 12 and any("supposée" in avis for avis in supposee.avertissements)


def test_un_actif_donne_en_net_seulement_n_invente_pas_de_brut():
    pages = page("01", 'code="CO" m1="-000000000000003" m3="000000000000900" m4="000000000000800"', 'code="AA" m3="7"')
    liasse = lire(bilan(pages))
    assert dict(liasse.valeurs) == {"AA": 7}
    assert any("montants bruts absents : CO" in avis for avis in liasse.avertissements)


def test_un_siren_court_est_complete_et_une_devise_vide_est_l_euro():
    assert lire(bilan(COMPLET, code_devise="", siren="5720784")).siren == "005720784"


@pytest.mark.parametrize(
    ("identite", "attendu"),
    [({"code_devise": "FRF"}, "montants sont en FRF")]
    + [({"code_motif": motif}, "pas été saisi par l'INPI") for motif in ("2", "02", "14", "23")],
)
def test_une_autre_devise_ou_un_bilan_non_saisi_n_est_pas_rendu(identite, attendu):
    with pytest.raises(ErreurDonnees, match=attendu) as erreur:
        lire(bilan(COMPLET, **identite))
    assert "732829320" in str(erreur.value) and "\n" not in str(erreur.value)
    with pytest.warns(AvertissementDonnees, match=f"laissé de côté : .*{attendu}"):
        assert len(lire_bilan_inpi(fichier(bilan(COMPLET), bilan(COMPLET, **identite)))) == 1


@pytest.mark.parametrize(
    ("pages", "attendu"),
    [
        (page("02", 'code="DL" m1="12,5"'), "n'est pas un montant en euros entiers"),
        (page("02", 'code="DL" m1="1e9"'), "n'est pas un montant"),
        (page("02", f'code="DL" m1="{"9" * 30}"'), "n'est pas un montant"),
        (page("02", 'code="DL" m1="5"', 'code="DL" m1="6"'), "donné deux fois"),
    ],
)
def test_un_montant_illisible_ou_double_est_refuse(pages, attendu):
    with pytest.raises(ErreurDonnees, match=attendu):
        lire(bilan(pages))


@pytest.mark.parametrize(
    ("champ", "valeur"), [("date_cloture_exercice", "20241341"), ("duree_exercice_n", "40"), ("duree_exercice_n", "an")]
)
def test_une_date_ou_une_duree_impossible_est_refusee(champ, valeur):
    with pytest.raises(ErreurDonnees, match=valeur):
        lire(bilan(COMPLET, **{champ: valeur}))


def test_un_fichier_de_plusieurs_bilans_rend_ceux_qui_se_lisent():
    bilans = bilan(COMPLET), bilan(COMPLET, code_type_bilan="B"), bilan(COMPLET, date_cloture_exercice="20231231")
    with pytest.warns(AvertissementDonnees, match="banque"):
        liasses = lire_bilan_inpi(fichier(*bilans))
    assert [liasse.date_cloture.year for liasse in liasses] == [2024, 2023]


# --- hostile files

BOMBE = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{10 * "&a%d;"}">' % ((n - 1,) * 10) for n in range(1, 10))
    + f']><bilans xmlns="{ESPACE}">&a9;</bilans>'
)
EXTERNE = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    f'<bilans xmlns="{ESPACE}"><bilan><identite><siren>&x;</siren></identite></bilan></bilans>'
)
DTD_DISTANTE = f'<!DOCTYPE bilans SYSTEM "http://192.0.2.1/a.dtd"><bilans xmlns="{ESPACE}"/>'


@pytest.mark.parametrize("contenu", [BOMBE, EXTERNE, DTD_DISTANTE])
def test_les_entites_et_les_dtd_sont_refusees(contenu):
    with pytest.raises(ErreurDonnees, match="entités") as erreur:
        lire_bilan_inpi(contenu.encode())
    assert "\n" not in str(erreur.value)


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        (b"<a><b/></a>", "ne vient pas des bilans saisis"),
        (b'<bilans version="1"/>', "ne vient pas des bilans saisis"),
        (fichier(), "aucun bilan"),
        (fichier(bilan(COMPLET))[:-20], "tronqué"),
        (b"<bilans", "tronqué"),
        (b"", "tronqué"),
        (fichier("<x>" * 20 + "</x>" * 20), "emboîte trop"),
        (fichier(f"<bilan><identite><siren>{'1' * 20_000}</siren></identite></bilan>"), "démesuré"),
        (fichier(bilan(page("01", *['code="ZZ"'] * 6_000))), "plus de 5000 lignes"),
        (fichier(bilan(COMPLET)).replace(b"UTF-8", b"inconnu-9"), "mal formé"),
        (fichier(bilan(COMPLET)).replace(b"MARTIN", b"\xff\xfe"), "mal formé"),
    ],
)
def test_un_xml_inattendu_est_refuse_en_une_phrase(contenu, attendu):
    with pytest.raises(ErreurDonnees, match=attendu) as erreur:
        lire_bilan_inpi(contenu)
    assert "\n" not in str(erreur.value)


def test_une_ligne_sans_fin_est_refusee_sans_occuper_la_memoire(tmp_path):
    chemin = tmp_path / "ligne.xml"
    debut = f'<bilans xmlns="{ESPACE}"><bilan><detail><page numero="01"><liasse code="'.encode()
    with chemin.open("wb") as flux:
        flux.write(debut)
        for _ in range(150):
            flux.write(b"A" * 1024**2)
    tracemalloc.start()
    debut = time.perf_counter()
    with pytest.raises(ErreurDonnees, match="démesuré"):
        lire_document(chemin)
    assert time.perf_counter() - debut < 5
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024**2
    tracemalloc.stop()


def test_un_fichier_d_un_giga_est_refuse_sans_etre_lu(tmp_path):
    chemin = tmp_path / "giga.xml"
    with chemin.open("wb") as flux:
        flux.write(b"<bilans>")
        flux.truncate(1024**3)
    with pytest.raises(ErreurDonnees, match="1024 Mo"):
        lire_bilan_inpi(chemin)


@settings(max_examples=exemples(150))
@given(st.binary(max_size=200) | st.binary(max_size=40).map(lambda b: fichier(bilan(COMPLET)).replace(b"DL", b)))
def test_aucun_contenu_ne_fait_tomber_le_lecteur(contenu):
    try:
        assert all(isinstance(liasse, Liasse) for liasse in lire_bilan_inpi(contenu))
    except ErreurDonnees as erreur:
        assert str(erreur)


# --- round trip

EUROS = st.integers(-(10**12), 10**12)


@st.composite
def liasses(tirer) -> Liasse:
    regime = tirer(st.sampled_from([NORMAL, SIMPLIFIE]))
    codes = sorted(codes_connus(regime) - set(COMPTES))
    imprimes = [c for c, p in postes(regime).items() if p.formulaire in ("2050", "2051", "2053", "2033-B")]
    imprimes = [c for c in imprimes if postes(regime)[c].colonne in ("brut", "montant")]
    n1 = tirer(st.dictionaries(st.sampled_from(imprimes), EUROS, max_size=6))
    return Liasse(
        # A gross amount of -3 is how the INPI tells that it was not typed.
        tirer(st.dictionaries(st.sampled_from(codes), EUROS.filter(lambda x: x != -3), min_size=1, max_size=12)),
        regime=regime,
        siren=tirer(st.sampled_from(["", "732829320"])),
        date_cloture=tirer(st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31))),
        duree_mois=tirer(st.integers(1, 24)),
        valeurs_n1=n1 or None,
        denomination=tirer(st.sampled_from(["", "A & B <SARL>", "L'été", '"Œuf"'])),
        confidentialite=tirer(st.sampled_from(["", "0", "2"])),
    )


@settings(max_examples=exemples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(liasses(), min_size=1, max_size=3))
def test_p10_ce_qui_est_ecrit_est_relu(tmp_path, lot):
    ecrire_inpi(lot, tmp_path / "bilans.xml")
    relues = lire_bilan_inpi(tmp_path / "bilans.xml")
    assert len(relues) == len(lot)
    for relue, liasse in zip(relues, lot, strict=True):
        assert dict(relue.valeurs) == dict(liasse.valeurs)
        assert dict(relue.valeurs_n1 or {}) == dict(liasse.valeurs_n1 or {})
        for champ in ("siren", "date_cloture", "duree_mois", "regime", "denomination", "confidentialite"):
            assert getattr(relue, champ) == getattr(liasse, champ)


def test_martin_ecrit_a_l_inpi_garde_ses_montants_et_son_n1_en_net(tmp_path):
    ecrire_inpi(martin(), tmp_path / "martin.xml")
    (relue,) = lire_bilan_inpi(tmp_path / "martin.xml")
    attendu = {code: montant for code, montant in martin().valeurs.items() if code not in COMPTES}
    assert dict(relue.valeurs) == attendu
    assert (relue.valeurs_n1["BX"], relue.valeurs_n1["DL"]) == (94_500, 132_500)
    assert '<liasse code="BX" m1="000000000112000" m2="000000000003500" m4="000000000094500"/>' in (
        tmp_path / "martin.xml"
    ).read_text(encoding="utf-8")


def test_ce_qui_ne_peut_pas_s_ecrire_est_dit_en_une_fois(tmp_path):
    mauvaises = [
        Liasse({"FL": 1.5}, date_cloture=dt.date(2024, 12, 31)),
        Liasse({"FL": 1}),
        Liasse({"recettes": 1}, regime="BNC"),
    ]
    with pytest.raises(ErreurListe) as erreur:
        ecrire_inpi(mauvaises, tmp_path / "bilans.xml")
    assert len(erreur.value.fautes) == 3
    assert list(tmp_path.iterdir()) == []
    ecrire_inpi(fournil(), tmp_path / "fournil.xml")
    assert lire_document(tmp_path / "fournil.xml")[0]["232"] == 352_000
