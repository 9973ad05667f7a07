"""Documents as companies hand them over: read whatever their layout, or refused in one French sentence."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from rncp_utils.entreprise import Liasse, ecrire_inpi, ecrire_liasse_csv, ecrire_liasse_xlsx, lire_document, sig_bnc
from rncp_utils.entreprise.codes import NORMAL, SIMPLIFIE, codes_connus
from rncp_utils.entreprise.exemples import fournil, martin
from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from tests.machine import exemples

SIMPLE = "Code;Libellé;Montant\nFL;Chiffre d'affaires;660000\nHN;Résultat;41000\n"


@pytest.fixture
def ecrire(tmp_path):
    """Write a document of any content and give its path."""

    def _ecrire(contenu: str | bytes, nom: str = "liasse.csv", encodage: str = "utf-8") -> Path:
        chemin = tmp_path / nom
        chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode(encodage))
        return chemin

    return _ecrire


@pytest.fixture
def classeur(tmp_path):
    """Write a workbook of named sheets of rows and give its path."""

    def _classeur(nom: str = "liasse.xlsx", **feuilles: list[tuple]) -> Path:
        livre = Workbook()
        livre.remove(livre.active)
        for titre, rangees in feuilles.items():
            feuille = livre.create_sheet(titre)
            for rangee in rangees:
                feuille.append(rangee)
        livre.save(tmp_path / nom)
        return tmp_path / nom

    return _classeur


def refus(chemin: Path) -> str:
    with pytest.raises(ErreurDonnees) as erreur:
        lire_document(chemin)
    assert chemin.name in str(erreur.value)
    return str(erreur.value)


# --- layouts


@pytest.mark.parametrize("separateur", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "iso-8859-15"])
@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
def test_separateurs_encodages_et_fins_de_ligne(ecrire, separateur, encodage, fin):
    texte = "Dénomination;Le Bœuf à l'œil\n" + SIMPLE
    chemin = ecrire(texte.replace(";", separateur).replace("\n", fin), encodage=encodage)
    liasse = lire_document(chemin)
    assert dict(liasse.valeurs) == {"FL": 660_000, "HN": 41_000}
    assert liasse.denomination == "Le Bœuf à l'œil"


FRANCAIS = [
    "Dénomination;Crédit-bail du Fournil\n" + SIMPLE,
    "Code;Libellé;Montant\nFL;Ventes de matières;660000\n",
    "Code;Poste;Montant\nDU;Emprunts à long terme, dettes sociales dûes à l'État;660000\n",
]


@pytest.mark.parametrize("encodage", ["mac_roman", "cp437", "cp850"])
@pytest.mark.parametrize("texte", FRANCAIS)
def test_un_encodage_macintosh_ou_dos_est_refuse(ecrire, encodage, texte):
    message = refus(ecrire(texte, encodage=encodage))
    assert "a un encodage que je ne reconnais pas" in message and "réenregistrez-le en UTF-8" in message
    assert "\n" not in message


def test_le_mot_mal_lu_est_montre(ecrire):
    assert "j'y lis « matiŠres »" in refus(ecrire(FRANCAIS[1].replace("Libellé", "Poste"), encodage="cp437"))
    assert "j'y lis « CrŽdit »" in refus(ecrire("Code;Crédit;Montant\nFL;;5\n", encodage="mac_roman"))


@pytest.mark.parametrize("encodage", ["cp1252", "iso-8859-15"])
def test_les_signes_usuels_ne_font_pas_douter_de_l_encodage(ecrire, encodage):
    nom = "Škoda ŠKODA Œuvre BŒUF cœur Žižkov Aleš é è à ç ù ê î ï ô û É À Ç €"
    if encodage == "cp1252":
        nom += " l’œil – « 5 ‰ » “mot” etc… Produit™ ‹ici›"
    assert lire_document(ecrire(f"Dénomination;{nom}\n{SIMPLE}", encodage=encodage)).denomination == nom


@pytest.mark.parametrize(
    "entete",
    [
        "Libellé;Code;Exercice N-1;Exercice N",
        "INTITULÉ;Case Cerfa;31/12/2023;31/12/2024",
        "poste;N° de case;2023;2024",
        "Désignation;CODES;Exercice clos le 31-12-2023;Exercice clos le 31-12-2024",
        "Nature;code;Année précédente;Montant (€)",
    ],
)
def test_les_colonnes_sont_reconnues_dans_tout_ordre_et_tout_intitule(ecrire, entete):
    liasse = lire_document(ecrire(f"{entete}\nCA net;FL;600 000;660 000,50\nRésultat;HN;;(1 200)\n"))
    assert dict(liasse.valeurs) == {"FL": 660_000.5, "HN": -1_200}
    assert dict(liasse.valeurs_n1) == {"FL": 600_000}


def test_une_date_d_en_tete_donne_la_cloture(ecrire):
    assert lire_document(ecrire("Code;30/06/2024\nFL;1\n")).date_cloture == dt.date(2024, 6, 30)
    assert lire_document(ecrire("Code;2024\nFL;1\n")).date_cloture is None


def test_sans_en_tete_les_colonnes_sont_devinees(ecrire):
    liasse = lire_document(ecrire("FL;Chiffre d'affaires;660000;600000\nHN;Résultat;41000;\n"))
    assert (liasse["FL"], liasse.valeurs_n1["FL"]) == (660_000, 600_000)
    assert any("sans en-tête" in avis for avis in liasse.avertissements)
    assert lire_document(ecrire("FL;660000\n"))["FL"] == 660_000


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("1 234,56", 1234.56),
        ("1\u202f234,56 €", 1234.56),
        ("000000123456", 123456),
        ("-00000012", -12),
        ("(1 200)", -1200),
        ("660000-", -660000),
        ("1 234,50-", -1234.5),
        ("660.000,00-", -660000),
        ("\u22121 200", -1200),
        ("1234,00", 1234),
        ("1.234.567", 1234567),
        ("1.234,50", 1234.5),
        ("12 k€", 12000),
        ("0", 0),
    ],
)
def test_les_montants_s_ecrivent_comme_en_france(ecrire, ecrit, lu):
    assert lire_document(ecrire(f"Code;Montant\nFL;{ecrit}\n"))["FL"] == lu


@pytest.mark.parametrize("vide", ["", "-", "–", "néant", "  "])
def test_une_case_vide_n_est_pas_un_zero(ecrire, vide):
    liasse = lire_document(ecrire(f"Code;Montant\nFL;5\nHP;{vide}\n"))
    assert "HP" not in liasse.valeurs


def test_l_actif_en_brut_amortissements_et_net(ecrire):
    texte = (
        "Code;Poste;Brut;Amortissements, provisions;Net;Net N-1\n"
        "BX;Clients;112000;3500;108500;94500\nCF;Disponibilités;21000;;21000;10700\n"
        "CO;Total;597000;160500;436500;383500\nDL;Capitaux propres;;;160500;132500\n"
    )
    liasse = lire_document(ecrire(texte))
    attendu = {"BX": 112_000, "BY": 3_500, "CF": 21_000, "CO": 597_000, "1A": 160_500, "DL": 160_500}
    assert dict(liasse.valeurs) == attendu
    assert dict(liasse.valeurs_n1) == {"BX": 94_500, "CF": 10_700, "CO": 383_500, "DL": 132_500}
    assert any("net" in avis for avis in liasse.avertissements)


def test_deux_tableaux_l_un_sous_l_autre(ecrire):
    texte = "ACTIF\nCode;Brut;Amort.;Net\nBX;10;1;9\n\nPASSIF\nLibellé;Code;Montant\nCapital;DA;9\n"
    assert dict(lire_document(ecrire(texte)).valeurs) == {"BX": 10, "BY": 1, "DA": 9}


def test_le_regime_simplifie_est_reconnu_a_ses_codes(ecrire):
    liasse = lire_document(ecrire("Case;Montant\n210;150000\n10;20000\n012;5000\n"))
    assert liasse.regime == SIMPLIFIE
    assert dict(liasse.valeurs) == {"210": 150_000, "010": 20_000, "012": 5_000}


def test_l_identite_est_lue_au_dessus_du_tableau(ecrire):
    texte = (
        "SIREN;732 829 320\nRaison sociale;Menuiserie;Martin\nForme juridique;EI\nDate de clôture;31/12/2024\n"
        "Durée de l'exercice;18 mois\n" + SIMPLE
    )
    liasse = lire_document(ecrire(texte))
    assert (liasse.siren, liasse.denomination, liasse.forme_juridique) == ("732829320", "Menuiserie", "EI")
    assert (liasse.date_cloture, liasse.duree_mois, liasse.source) == (dt.date(2024, 12, 31), 18, "liasse.csv")


def test_un_siren_douteux_est_dit_sans_refuser(ecrire):
    liasse = lire_document(ecrire("SIREN : 732829321\n" + SIMPLE))
    assert liasse.siren == "732829321"
    assert any("clé de contrôle" in avis for avis in liasse.avertissements)


def test_les_milliers_d_euros_sont_multiplies_et_dits(ecrire):
    for texte in ("Montants en milliers d'euros\n" + SIMPLE, SIMPLE.replace("Montant", "Montant (k€)")):
        liasse = lire_document(ecrire(texte))
        assert liasse["FL"] == 660_000_000
        assert any("multipliés par 1 000" in avis for avis in liasse.avertissements)


def test_ce_qui_n_est_pas_lu_est_dit(ecrire):
    liasse = lire_document(ecrire("Code;Montant;Variation\nFL;5;10 %\n;7;\n"))
    dits = " / ".join(liasse.avertissements)
    assert "« Variation » non lue" in dits
    assert "sans code, non lues : 1" in dits
    assert "date de clôture" in dits


def test_un_guillemet_isole_n_avale_pas_la_suite(ecrire):
    liasse = lire_document(ecrire('Code;Libellé;Montant\nFL;"CA;5\nHN;Résultat;6\n'))
    assert dict(liasse.valeurs) == {"FL": 5, "HN": 6}


# --- workbooks


def test_un_classeur_de_plusieurs_feuilles(classeur):
    chemin = classeur(
        **{
            "2050": [
                ("SIREN", 732829320),
                ("Clôture", dt.datetime(2024, 12, 31)),
                ("Code", "Brut", "Amort"),
                ("BX", 112000, 3500),
            ],
            "2052": [
                ("Libellé", "Code", "N", "N-1"),
                ("CA", "FL", "660 000", 600000.0),
                ("Résultat", "HN", 41000.25, None),
            ],
        }
    )
    liasse = lire_document(chemin)
    assert dict(liasse.valeurs) == {"BX": 112_000, "BY": 3_500, "FL": 660_000, "HN": 41_000.25}
    assert (liasse.siren, liasse.date_cloture) == ("732829320", dt.date(2024, 12, 31))


def test_un_classeur_perd_les_zeros_des_codes(classeur):
    liasse = lire_document(classeur(f=[("Code", "Montant"), (10, 5), (210.0, 7)]))
    assert dict(liasse.valeurs) == {"010": 5, "210": 7}


def test_une_formule_sans_resultat_est_refusee(classeur):
    message = refus(classeur(f=[("Code", "Montant"), ("FL", "=1+1"), ("HN", 5)]))
    assert "formule sans résultat" in message and "feuille « f », ligne 2" in message


def test_l_extension_ne_decide_pas(classeur, ecrire):
    chemin = classeur("liasse.bin", f=[("Code", "Montant"), ("FL", 5)])
    assert lire_document(chemin)["FL"] == 5
    assert lire_document(ecrire(SIMPLE, "liasse.xlsx"))["FL"] == 660_000


# --- 2035


def test_une_2035_par_noms_ou_par_cases(ecrire):
    par_cases = "Code;Montant\nAA;120000\nAD;120000\nBA;6000\nBN;1000\nBT;18000\nBR;58000\nCP;57000\n"
    liasse = lire_document(ecrire(par_cases))
    assert liasse.regime == "BNC"
    assert liasse["charges_sociales_perso"] == 18_000
    assert any("à vérifier sur le formulaire" in avis for avis in liasse.avertissements)
    assert sig_bnc(liasse)["ebe_bnc"] == 81_000
    par_noms = "Code;Montant\nRecettes;120000\ncharges_sociales_perso;18000\n"
    assert dict(lire_document(ecrire(par_noms)).valeurs) == {"recettes": 120_000, "charges_sociales_perso": 18_000}


def test_le_regime_ecrit_decide(ecrire):
    assert lire_document(ecrire("Régime;2035\nCode;Montant\nCA;5\nCP;7\n"))["benefice"] == 7
    assert lire_document(ecrire("Régime;réel normal\nCode;Montant\nCA;5\nCP;7\n"))["CP"] == 7


# --- other kinds


FEC = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\t"
    "PieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n"
    "VE\tVentes\t1\t20240131\t411000\tClients\t\t\tF1\t20240131\tFacture\t120,00\t0,00\t\t\t20240201\t\t\r\n"
    "VE\tVentes\t1\t20240131\t706000\tServices\t\t\tF1\t20240131\tFacture\t0,00\t120,00\t\t\t20240201\t\t\r\n"
)


def test_un_fec_est_confie_a_son_lecteur(ecrire):
    fec = lire_document(ecrire(FEC, "732829320FEC20241231.txt"))
    assert fec["CompteNum"].tolist() == ["411000", "706000"]


def test_un_xml_de_l_inpi_est_confie_a_son_lecteur(tmp_path):
    ecrire_inpi(martin(), tmp_path / "bilan.txt")
    assert lire_document(tmp_path / "bilan.txt")[0]["FL"] == 660_000


# --- refusals


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        (b"", "est vide"),
        (b" \r\n \n", "que des blancs"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ancien classeur .xls"),
        (b"PK\x03\x04" + b"\0" * 40, "extension .csv"),
        (b"<!DOCTYPE html><html><table></table></html>", "page web"),
        (SIMPLE.encode("utf-16"), "UTF-16"),
        (b"Code;Montant\nFL;5\0\n", "octets qui ne sont pas du texte"),
        ("Code;Libellé;Montant\nFL;\x81é;5\n".encode("latin-1"), "encodage"),
        (b"\x89PNG\r\n", "image"),
        (b"Bonjour, voici ma liasse.\n", "aucun code"),
        (b"Code;Montant\nZZZ;5\n", "aucun code"),
        (b"Code;Montant\nFL;\nHN;\n", "aucun montant"),
        (b"Code;Montant\nFL;5\n210;6\n", "mêle 1 codes du régime normal et 1 du régime simplifié"),
        (b"FL;5;6;7\nHN;8;9;10\n", "pas d'en-tête"),
    ],
)
def test_un_document_d_une_autre_nature_est_refuse_en_une_phrase(ecrire, contenu, attendu):
    message = refus(ecrire(contenu))
    assert attendu in message
    assert "\n" not in message and message.endswith(".")


def test_un_fichier_absent_ou_un_dossier_sont_refuses(tmp_path):
    assert "introuvable" in refus(tmp_path / "rien.csv")
    assert "n'est pas un fichier" in refus(tmp_path)


@pytest.mark.parametrize(
    ("ligne", "attendu"),
    [
        ("FL;660 001", "code FL donné deux fois, 660000 (ligne 2) puis 660001 (ligne 4)"),
        ("FZZ;5", "code « FZZ » inconnu"),
        ("HP;douze", "« douze » n'est pas un montant"),
        ("HP;12.345", "deux façons"),
        ("HP;12.345-", "deux façons"),
        ("HP;12 %", "en euros"),
        ("HP;#REF!", "erreur de tableur"),
        ("HP;1;2", "plus de cellules que l'en-tête"),
    ],
)
def test_une_ligne_qui_ne_va_pas_est_nommee(ecrire, ligne, attendu):
    message = refus(ecrire(f"Code;Montant\nFL;660000\nHN;41000\n{ligne}\n"))
    assert attendu in message and "ligne 4" in message


def test_le_meme_montant_deux_fois_est_admis(ecrire):
    assert lire_document(ecrire("Code;Montant\nFL;5\nFL;5,00\n"))["FL"] == 5


def test_un_code_inconnu_est_rapproche_de_ses_voisins_et_peut_etre_ignore(ecrire):
    chemin = ecrire("Code;Libellé;Montant\nFLL;Chiffre d'affaires net;5\nHN;Résultat;6\n")
    assert "codes voisins : FL," in refus(chemin)
    liasse = lire_document(chemin, ignorer_inconnus=True)
    assert dict(liasse.valeurs) == {"HN": 6}
    assert any("FLL" in avis for avis in liasse.avertissements)


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Code;Brut;Amort.;Net\nBX;100;10;80\n", "n'égale pas le net"),
        ("Code;Net\nBX;80\n", "le montant brut manque"),
        ("Code;Brut;Amort.;Net\nDA;100;10;90\n", "plusieurs montants"),
        ("Code;Montant;Valeur\nFL;1;2\n", "deux colonnes"),
        ("Date de clôture;bientôt\nCode;Montant\nFL;1\n", "n'est pas une date de clôture"),
        ("Durée;36 mois\nCode;Montant\nFL;1\n", "durée d'exercice"),
        ("SIREN;12345678901\nCode;Montant\nFL;1\n", "SIREN"),
        ("Régime;micro\nCode;Montant\nFL;1\n", "régime « micro » inconnu"),
    ],
)
def test_un_tableau_qui_se_contredit_est_refuse(ecrire, texte, attendu):
    assert attendu in refus(ecrire(texte))


def test_plusieurs_fautes_sont_dites_en_une_fois(ecrire):
    with pytest.raises(ErreurListe) as erreur:
        lire_document(ecrire("Code;Montant\nFL;x\nHN;y\n" + "".join(f"FL{rang};1\n" for rang in range(30))))
    assert len(erreur.value.fautes) == 21
    assert erreur.value.fautes[-1] == "et 12 autres"


def test_un_texte_demesure_est_refuse_sans_etre_charge(ecrire):
    assert "plus de 1 Mo" in refus(ecrire(b"FL;" + b"1" * (2 * 1024**2)))
    assert "100000 lignes" in refus(ecrire(b"FL;1\n" * 100_001))


def test_un_fichier_de_plus_de_200_mo_est_refuse_sans_etre_lu(tmp_path):
    chemin = tmp_path / "gros.csv"
    with chemin.open("wb") as flux:
        flux.write(b"Code;Montant\nFL;1\n")
        flux.truncate(201 * 1024**2)
    assert "201 Mo" in refus(chemin)


def test_une_archive_qui_explose_est_refusee(tmp_path):
    chemin = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as membre:
            for _ in range(210):
                membre.write(b"0" * 1024**2)
    assert "se déploie en 210 Mo" in refus(chemin)


def test_une_archive_sans_classeur_ou_tronquee_est_refusee(ecrire, tmp_path):
    chemin = tmp_path / "bilans.zip"
    with zipfile.ZipFile(chemin, "w") as archive:
        archive.writestr("bilan.xml", "<a/>")
    assert "archive" in refus(chemin)
    assert "endommagé" in refus(ecrire(b"PK\x03\x04" + b"\0" * 40, "liasse.xlsx"))
    with zipfile.ZipFile(tmp_path / "faux.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "endommagé" in refus(tmp_path / "faux.xlsx")


@settings(max_examples=exemples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(alphabet="FLHN210;,\t|\"'\n 5.-()%€éA", max_size=120))
def test_rien_de_ce_qui_est_lu_ne_fait_tomber_le_lecteur(ecrire, contenu):
    try:
        lu = lire_document(ecrire(contenu))
    except ErreurDonnees as erreur:
        assert str(erreur)
    else:
        assert isinstance(lu, Liasse)


# --- round trips

MONTANTS = st.integers(-(10**12), 10**12) | st.floats(-(10**9), 10**9).map(lambda x: round(x, 3))


@st.composite
def liasses(tirer) -> Liasse:
    regime = tirer(st.sampled_from([NORMAL, SIMPLIFIE]))
    colonnes = st.dictionaries(st.sampled_from(sorted(codes_connus(regime))), MONTANTS, min_size=1, max_size=12)
    return Liasse(
        tirer(colonnes),
        regime=regime,
        siren=tirer(st.sampled_from(["", "732829320", "005720784"])),
        date_cloture=tirer(st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31))),
        duree_mois=tirer(st.integers(1, 24)),
        valeurs_n1=tirer(st.none() | colonnes),
        denomination=tirer(st.sampled_from(["", "Le Fournil", "=1+1", "'Chez Zoé'", 'Dupont "et" fils ; Cie'])),
        forme_juridique=tirer(st.sampled_from(["", "EI", "SARL", "SA"])),
    )


@pytest.mark.parametrize("ecrivain", [ecrire_liasse_csv, ecrire_liasse_xlsx])
@settings(max_examples=exemples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(liasses())
def test_une_liasse_ecrite_est_relue_telle_quelle(tmp_path, ecrivain, liasse):
    chemin = tmp_path / f"liasse{'.csv' if ecrivain is ecrire_liasse_csv else '.xlsx'}"
    ecrivain(liasse, chemin)
    lue = lire_document(chemin)
    assert dict(lue.valeurs) == dict(liasse.valeurs)
    assert dict(lue.valeurs_n1 or {}) == dict(liasse.valeurs_n1 or {})
    for champ in ("siren", "date_cloture", "duree_mois", "regime", "denomination", "forme_juridique"):
        assert getattr(lue, champ) == getattr(liasse, champ)


@pytest.mark.parametrize("cas", [martin, fournil])
def test_les_cas_du_cours_se_relisent(tmp_path, cas):
    ecrire_liasse_csv(cas(), tmp_path / "cas.csv")
    assert dict(lire_document(tmp_path / "cas.csv").valeurs) == dict(cas().valeurs)


def test_un_tableur_n_execute_pas_le_nom_d_une_entreprise(tmp_path):
    liasse = Liasse({"FL": 1}, denomination="=CMD()")
    ecrire_liasse_csv(liasse, tmp_path / "a.csv")
    assert "Dénomination;'=CMD()" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_une_ecriture_qui_echoue_ne_laisse_rien(tmp_path):
    cible = tmp_path / "liasse.csv"
    cible.write_text("ancien")
    with pytest.raises(ErreurListe):
        ecrire_inpi(Liasse({"FL": 1.5}), cible)
    assert cible.read_text() == "ancien"
    assert list(tmp_path.iterdir()) == [cible]
