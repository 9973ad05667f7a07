"""Ce qu'un FEC rend à la lecture, et ce qui est refusé en une phrase."""

from __future__ import annotations

import io
import resource
import warnings
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from rncp_utils.entreprise import controler_fec, lire_fec
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurListe, ErreurSchema

EN_TETE = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\t"
    "PieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise"
)
LIGNES = [
    'VE\tVentes\t0001\t20240115\t411000\tClients\t007\tÉts "Noël"\tF1\t20240115\tVente d\'été\t1200,50\t0,00'
    "\tA\t20240215\t20240131\t\t",
    "VE\tVentes\t0001\t20240115\t707000\tVentes\t\t\tF1\t20240115\tVente d'été\t0,00\t1000,42\t\t\t20240131\t\t",
    "VE\tVentes\t0001\t20240115\t445710\tTVA\t\t\tF1\t20240115\tVente d'été\t\t200,08\t\t\t20240131\t-12,5\tUSD",
]
TEXTE = "\n".join([EN_TETE, *LIGNES, ""])


@pytest.fixture
def ecrire(tmp_path: Path):
    def fichier(contenu: str | bytes, nom: str = "fec.txt", encodage: str = "utf-8") -> Path:
        chemin = tmp_path / nom
        chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode(encodage))
        return chemin

    return fichier


def test_ce_que_rend_la_lecture(ecrire) -> None:
    fec = lire_fec(ecrire(TEXTE))
    assert list(fec.columns) == EN_TETE.split("\t")
    assert fec.index.tolist() == [2, 3, 4]
    assert fec.index.name == "ligne"
    premiere = fec.loc[2]
    assert premiere["EcritureNum"] == "0001"
    assert premiere["CompAuxNum"] == "007"
    assert premiere["CompAuxLib"] == 'Éts "Noël"'
    assert premiere["DateLet"] == pd.Timestamp(2024, 2, 15)
    assert fec["Debit"].tolist() == [1200.5, 0.0, 0.0]
    assert fec["Credit"].tolist() == [0.0, 1000.42, 200.08]
    assert fec["DateLet"].isna().tolist() == [False, True, True]
    assert fec["Montantdevise"].tolist() == ["", "", "-12,5"]
    assert {fec[champ].dtype for champ in ("EcritureDate", "PieceDate", "DateLet", "ValidDate")} == {
        np.dtype("datetime64[s]")
    }
    assert fec["EcritureLib"].str.endswith("été").all()
    assert fec["CompteNum"].str.startswith("4").tolist() == [True, False, True]


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "iso-8859-15", "cp1252", "latin-1"])
@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
def test_encodages_et_fins_de_ligne(ecrire, encodage: str, fin: str) -> None:
    fec = lire_fec(ecrire(TEXTE.replace("\n", fin), encodage=encodage))
    assert fec["CompAuxLib"].iloc[0] == 'Éts "Noël"'
    assert len(fec) == 3


@pytest.mark.parametrize(
    ("encodage", "octet"), [("iso-8859-15", b"\xa4"), ("cp1252", b"\x80"), ("utf-8", "€".encode())]
)
def test_le_signe_euro_se_lit_dans_chaque_encodage(ecrire, encodage: str, octet: bytes) -> None:
    chemin = ecrire(TEXTE.encode(encodage).replace(b"Ventes\t\t\t", b"Ventes " + octet + b"\t\t\t"))
    assert lire_fec(chemin)["CompteLib"].iloc[1] == "Ventes €"
    assert lire_fec(chemin, encodage=encodage)["CompteLib"].iloc[1] == "Ventes €"


def test_un_fichier_en_ascii_se_lit(ecrire) -> None:
    assert len(lire_fec(ecrire(TEXTE.replace("É", "E").replace("ë", "e").replace("é", "e"), encodage="ascii"))) == 3


def test_separateur_barre_verticale(ecrire) -> None:
    pd.testing.assert_frame_equal(
        lire_fec(ecrire(TEXTE.replace("\t", "|"))), lire_fec(ecrire(TEXTE)), check_column_type=False
    )


def test_le_separateur_impose_tranche_un_en_tete_ambigu(ecrire) -> None:
    chemin = ecrire(TEXTE.replace("Idevise", "I|devise"))
    with pytest.raises(ErreurSchema, match="précisez le séparateur"):
        lire_fec(chemin)
    assert len(lire_fec(chemin, separateur="\t")) == 3
    with pytest.raises(ErreurSchema, match="« ; » n'est pas admis"):
        lire_fec(chemin, separateur=";")


def test_en_tete_sans_la_casse(ecrire) -> None:
    assert list(lire_fec(ecrire(TEXTE.replace(EN_TETE, EN_TETE.upper()))).columns) == EN_TETE.split("\t")


def test_champs_deplaces_ou_absents_lus_par_leur_nom(ecrire) -> None:
    lignes = [ligne.split("\t") for ligne in (EN_TETE, *LIGNES)]
    permute = "\n".join("\t".join([ligne[4], *ligne[:4], *ligne[5:17]]) for ligne in lignes)
    fec = lire_fec(ecrire(permute))
    assert fec["CompteNum"].tolist() == ["411000", "707000", "445710"]
    controle = controler_fec(fec).set_index("code").loc["F01"]
    assert controle["nb"] == 2
    assert "Champs absents : Idevise ; les champs ne sont pas dans l'ordre légal, qui est" in controle["detail"]


def _montant_sens(debit: str, credit: str) -> str:
    lignes = []
    for ligne in LIGNES:
        champs = ligne.split("\t")
        au_debit = champs[11] not in ("", "0,00")
        champs[11:13] = [champs[11], debit] if au_debit else [champs[12], credit]
        lignes.append("\t".join(champs))
    return "\n".join([EN_TETE.replace("Debit\tCredit", "Montant\tSens"), *lignes])


@pytest.mark.parametrize(("debit", "credit"), [("D", "C"), ("d", "c"), ("+1", "-1"), ("1", "-1")])
def test_variante_montant_et_sens(ecrire, debit: str, credit: str) -> None:
    fec = lire_fec(ecrire(_montant_sens(debit, credit)))
    assert list(fec.columns) == EN_TETE.split("\t")
    assert fec["Debit"].tolist() == [1200.5, 0.0, 0.0]
    assert fec["Credit"].tolist() == [0.0, 1000.42, 200.08]


def test_sens_inconnu(ecrire) -> None:
    with pytest.raises(ErreurListe) as refus:
        lire_fec(ecrire(_montant_sens("D", "X")))
    assert refus.value.fautes == (
        "ligne 3 : Sens « X », attendu D ou C, +1 ou -1",
        "ligne 4 : Sens « X », attendu D ou C, +1 ou -1",
    )


def test_champs_des_bnc_et_ba_en_tresorerie(ecrire) -> None:
    lignes = [f"{ligne}\t20240116\tCB\tVente\tC12" for ligne in LIGNES]
    fec = lire_fec(ecrire("\n".join([EN_TETE + "\tDateRglt\tModeRglt\tNatOp\tIdClient", *lignes])))
    assert fec["DateRglt"].eq(pd.Timestamp(2024, 1, 16)).all()
    assert fec.loc[2, ["ModeRglt", "NatOp", "IdClient"]].tolist() == ["CB", "Vente", "C12"]
    assert controler_fec(fec).set_index("code").loc["F01", "nb"] == 0


def test_les_espaces_de_cadrage_disparaissent(ecrire) -> None:
    fec = lire_fec(ecrire(TEXTE.replace("\t411000\t", "\t 411000   \t").replace("1200,50", "  1200,50 ")))
    assert fec.loc[2, "CompteNum"] == "411000"
    assert fec.loc[2, "Debit"] == 1200.5


def test_un_point_decimal_est_lu_avec_un_avertissement(ecrire) -> None:
    with pytest.warns(AvertissementDonnees, match="Debit : 1 montants lus avec un point"):
        fec = lire_fec(ecrire(TEXTE.replace("1200,50", "1200.50")))
    assert fec.loc[2, "Debit"] == 1200.5


@pytest.mark.parametrize(
    ("ecrit", "euros"),
    [
        ("1200,5", 1200.5),
        ("+1200", 1200.0),
        ("0001200,00", 1200.0),
        (",5", 0.5),
        ("12,", 12.0),
        ("-3,10", -3.1),
        ("1200,5000", 1200.5),
        ("1234567890123,45", 1234567890123.45),
        ("1,15", 1.15),
    ],
)
def test_montants_lisibles_sans_avertissement(ecrire, ecrit: str, euros: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert lire_fec(ecrire(TEXTE.replace("1200,50", ecrit))).loc[2, "Debit"] == euros


@pytest.mark.parametrize(("ecrit", "euros"), [("1,005", 1.01), ("1,0049", 1.0), ("-1,005", -1.01), ("2,675", 2.68)])
def test_au_dela_du_centime_on_arrondit_et_on_le_dit(ecrire, ecrit: str, euros: float) -> None:
    with pytest.warns(AvertissementDonnees, match="1 montants à plus de deux décimales, arrondis au centime"):
        assert lire_fec(ecrire(TEXTE.replace("1200,50", ecrit))).loc[2, "Debit"] == euros


@pytest.mark.parametrize(
    "ecrit", ["1 200,50", "1.200,50", "12e2", "nan", "inf", "1200,50 €", "douze", "12345678901234"]
)
def test_montant_illisible(ecrire, ecrit: str) -> None:
    with pytest.raises(ErreurListe, match="attendu 1234,56") as refus:
        lire_fec(ecrire(TEXTE.replace("1200,50", ecrit)))
    assert refus.value.fautes == (f"ligne 2 : Debit « {ecrit} »",)


def test_montants_illisibles_les_premiers_sont_dits_et_les_autres_comptes(ecrire) -> None:
    with pytest.raises(ErreurListe) as refus:
        lire_fec(ecrire("\n".join([EN_TETE, *[LIGNES[0].replace("1200,50", "x")] * 25])))
    assert len(refus.value.fautes) == 21
    assert refus.value.fautes[-1] == "et 5 autres montants en Debit"


def test_montants_dont_la_somme_deborderait(ecrire) -> None:
    geant = LIGNES[0].replace("1200,50", "9999999999999,99")
    with pytest.raises(ErreurDonnees, match="trop grands pour des euros"):
        lire_fec(ecrire("\n".join([EN_TETE, *[geant] * 10_000])))


def test_les_lignes_vides_ne_comptent_pas_mais_gardent_leur_numero(ecrire) -> None:
    fec = lire_fec(ecrire("\n".join([EN_TETE, LIGNES[0], "", "\t" * 17, *LIGNES[1:], "", "\x1a"])))
    assert fec.index.tolist() == [2, 5, 6]
    assert fec["CompteNum"].tolist() == ["411000", "707000", "445710"]


def test_ligne_sans_le_bon_nombre_de_champs(ecrire) -> None:
    with pytest.raises(ErreurListe, match="un séparateur manque") as refus:
        lire_fec(ecrire("\n".join([EN_TETE, LIGNES[0], "VE\tVentes", LIGNES[1], LIGNES[2] + "\t\t"])))
    assert refus.value.fautes == ("ligne 3 : 2 champs lus, 18 attendus", "ligne 5 : 20 champs lus, 18 attendus")


def test_un_fichier_dont_toutes_les_lignes_sont_fausses_n_en_montre_que_vingt(ecrire) -> None:
    with pytest.raises(ErreurListe) as refus:
        lire_fec(ecrire("\n".join([EN_TETE, *["a\tb"] * 5000])))
    assert len(refus.value.fautes) == 20


@pytest.mark.parametrize(("signe", "nom"), [(";", "le point-virgule « ; »"), (",", "la virgule « , »")])
def test_e9_autre_separateur(ecrire, signe: str, nom: str) -> None:
    with pytest.raises(ErreurSchema) as refus:
        lire_fec(ecrire(TEXTE.replace("\t", signe)))
    assert str(refus.value).startswith(f"J'ai lu {nom} dans l'en-tête de « fec.txt » (« JournalCode{signe}JournalLib")
    assert "par tabulation ou par « | »" in str(refus.value)


def test_des_noms_de_champs_entre_guillemets_sont_la_faute_dite(ecrire) -> None:
    entete = "\t".join(f'"{champ}"' for champ in EN_TETE.split("\t"))
    with pytest.raises(ErreurSchema, match="entre guillemets : un FEC n'en porte pas, réexportez-le") as refus:
        lire_fec(ecrire(TEXTE.replace(EN_TETE, entete)))
    assert "\n" not in str(refus.value)


def test_sans_en_tete_ou_sans_montants(ecrire) -> None:
    with pytest.raises(ErreurSchema, match="ne nomme pas JournalCode, EcritureNum"):
        lire_fec(ecrire("\n".join(LIGNES)))
    with pytest.raises(ErreurSchema, match=r"ne nomme pas Debit et Credit \(ou Montant et Sens\)"):
        lire_fec(ecrire(TEXTE.replace("\tDebit\t", "\tDoit\t")))
    with pytest.raises(ErreurSchema, match="nomme plusieurs fois PieceRef"):
        lire_fec(ecrire(TEXTE.replace("EcritureLib", "PieceRef")))
    with pytest.raises(ErreurSchema, match="commence par une ligne vide"):
        lire_fec(ecrire("\n" + TEXTE))


def _classeur() -> bytes:
    octets = io.BytesIO()
    classeur = openpyxl.Workbook()
    classeur.active.append(EN_TETE.split("\t"))
    classeur.save(octets)
    return octets.getvalue()


def _archive() -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return octets.getvalue()


REFUSES = [
    (b"", "est vide"),
    (b"\xef\xbb\xbf\r\n \r\n", "est vide"),
    (EN_TETE.encode(), "ne contient que son en-tête"),
    (EN_TETE.encode() + b"\r\n", "ne contient que son en-tête"),
    (EN_TETE.encode() + b"\n\n\n", "n'a que des lignes vides"),
    (_classeur(), "est un classeur ou une archive"),
    (_archive(), "est un classeur ou une archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "est un ancien classeur Excel"),
    (b"%PDF-1.7\n", "est un document PDF"),
    (b"\x1f\x8b\x08\x00", "est un fichier compressé"),
    (b"<html><table>", "est un fichier XML ou une page web"),
    (TEXTE.encode("utf-16"), "est codé en UTF-16"),
    (TEXTE.encode("utf-16-le"), "contient des octets nuls"),
    (TEXTE.encode("utf-8") + b"\0", "contient des octets nuls"),
    (TEXTE.encode("cp500"), "est codé en EBCDIC"),
    (TEXTE.encode("iso-8859-15").replace(b"TVA", b"TVA \x81"), "a un encodage qui n'est pas reconnu"),
    (EN_TETE.encode() + b"\n" + b"x" * (3 << 20) + b"\n", "a une ligne de plus de 1 Mo"),
]


# Named by rank: an archive holds the time at which it is made, and the workers must collect the same names.
@pytest.mark.parametrize(("contenu", "attendu"), REFUSES, ids=[f"{n}-{dit}" for n, (_, dit) in enumerate(REFUSES)])
@pytest.mark.parametrize("nom", ["fec.txt", "fec.csv"])
def test_fichiers_refuses_en_une_phrase(ecrire, contenu: bytes, attendu: str, nom: str) -> None:
    with pytest.raises(ErreurDonnees) as refus:
        lire_fec(ecrire(contenu, nom))
    assert str(refus.value).startswith(f"Le fichier « {nom} » {attendu}")
    assert "\n" not in str(refus.value)
    assert str(refus.value).endswith(".")


def test_fichier_absent_ou_dossier(tmp_path: Path) -> None:
    with pytest.raises(ErreurDonnees, match="est introuvable"):
        lire_fec(tmp_path / "absent.txt")
    with pytest.raises(ErreurDonnees, match="n'est pas un fichier"):
        lire_fec(tmp_path)


@pytest.mark.parametrize("encodage", ["utf-16", "klingon", "cp500"])
def test_encodage_demande_inconnu(ecrire, encodage: str) -> None:
    with pytest.raises(ErreurDonnees, match=f"L'encodage « {encodage} » n'est pas lu"):
        lire_fec(ecrire(TEXTE), encodage=encodage)


def test_encodage_demande_qui_n_est_pas_le_bon(ecrire) -> None:
    with pytest.raises(ErreurDonnees, match="n'est pas codé en utf-8"):
        lire_fec(ecrire(TEXTE, encodage="iso-8859-15"), encodage="utf-8")


def test_encodages_melanges(ecrire) -> None:
    # The second part starts in another block of the reading.
    utf8 = "\n".join([EN_TETE, *LIGNES * 15_000, ""]).encode("utf-8")
    with pytest.raises(ErreurDonnees, match="a un encodage qui n'est pas reconnu"):
        lire_fec(ecrire(utf8 + LIGNES[0].encode("iso-8859-15")))


def test_une_ligne_d_un_gigaoctet_est_refusee_sans_etre_chargee(tmp_path: Path) -> None:
    chemin = tmp_path / "long.txt"
    with chemin.open("wb") as fichier:
        fichier.write(EN_TETE.encode() + b"\n" + b"x" * (3 << 20))
        # The rest is a hole: it takes no room on the disk.
        fichier.truncate(1 << 30)
    avant = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ErreurDonnees, match="a une ligne de plus de 1 Mo"):
        lire_fec(chemin)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - avant < 100_000
