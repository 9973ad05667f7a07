"""Documents as they arrive: each one is read, the planted faults are found, and nothing in the package tells them."""

from __future__ import annotations

import datetime as dt
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from rncp_utils.donnees import cas, document, lister_documents
from rncp_utils.entreprise import (
    balance,
    controler_fec,
    controler_liasse,
    liasse_depuis_balance,
    lire_document,
    sig,
    sig_bnc,
)
from rncp_utils.erreurs import ErreurDonnees

EXERCICE = (dt.date(2024, 1, 1), dt.date(2024, 12, 31))
FEC = ("fec_clair", "fec_latin", "fec_a_controler")


@pytest.fixture(scope="module")
def verite() -> dict:
    return yaml.safe_load(Path(__file__).with_name("verite_documents.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def generateur(depot: Path) -> ModuleType:
    description = importlib.util.spec_from_file_location("generer_documents", depot / "outils/generer_documents.py")
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module


def controler(nom: str) -> dict[str, int]:
    """Faults that the controls of a ledger find, with the legal name of its file."""
    fichier = document(nom)
    table = controler_fec(lire_document(fichier), fichier.name[:9], EXERCICE)
    return table[table["nb"] > 0].set_index("code")["nb"].to_dict()


@pytest.mark.parametrize("nom", lister_documents())
def test_chaque_document_est_livre_et_se_lit(nom: str) -> None:
    assert document(nom).is_file()
    assert len(lire_document(document(nom)) if nom in FEC or nom.startswith("inpi") else [1])


def test_un_document_inconnu_est_refuse_avec_la_liste() -> None:
    with pytest.raises(ErreurDonnees, match=r"facture.*fec_clair"):
        document("facture")


@pytest.mark.parametrize("nom", ["fec_clair", "fec_latin"])
def test_un_fec_sans_faute_passe_tous_les_controles_et_donne_une_liasse(nom: str) -> None:
    assert controler(nom) == {}
    liasse = liasse_depuis_balance(balance(lire_document(document(nom))), "PCG_2014")
    assert liasse["FL"] > 0


def test_les_deux_fec_sont_ecrits_comme_ils_le_disent() -> None:
    clair, latin = document("fec_clair").read_bytes(), document("fec_latin").read_bytes()
    assert clair.startswith(b"\xef\xbb\xbfJournalCode\t")
    assert latin.startswith(b"JournalCode|")
    assert "Règlement".encode("iso-8859-15") in latin
    with pytest.raises(UnicodeDecodeError):
        latin.decode("utf-8")


def test_les_six_fautes_plantees_sont_trouvees_et_elles_seules(verite: dict) -> None:
    trouvees = controler("fec_a_controler")
    assert trouvees == verite["fec_fautif"]["trouvees"]
    assert len(trouvees) == 6


def test_la_liasse_incoherente_rompt_ce_qui_a_ete_plante(verite: dict) -> None:
    liasse, precedente = (lire_document(document(nom)) for nom in ("liasse_a_controler", "liasse_precedente"))
    controles = controler_liasse(liasse, precedente, tol=0)
    rompus = controles[(controles["ok"] == False).fillna(False)]  # noqa: E712
    assert rompus["controle"].tolist() == verite["liasse_incoherente"]["rompus"]
    avant = controler_liasse(precedente, tol=0)
    assert not (avant["ok"] == False).fillna(False).any()  # noqa: E712


def test_les_bilans_de_l_inpi_sont_ceux_du_garage() -> None:
    n1, n = lire_document(document("inpi_complet"))
    for lue, annee in ((n1, "N-1"), (n, "N")):
        ecrite = cas("CAS-04").exercices[annee]
        assert {code: ecrite.get(code) for code in lue.valeurs} == dict(lue.valeurs)
    assert not (controler_liasse(n, n1, tol=0)["ok"] == False).fillna(False).any()  # noqa: E712


def test_le_bilan_simplifie_donne_les_soldes_de_la_boulangerie() -> None:
    (lue,) = lire_document(document("inpi_simplifie"))
    noms = ["chiffre_affaires", "marge_commerciale", "valeur_ajoutee", "ebe", "resultat_net"]
    assert lue.regime == "RS"
    assert sig(lue)[noms].tolist() == sig(cas("CAS-01").exercices["N"])[noms].tolist()
    assert not (controler_liasse(lue, tol=0)["ok"] == False).fillna(False).any()  # noqa: E712


def test_la_2035_donne_le_benefice_de_la_kinesitherapeute() -> None:
    lue = lire_document(document("declaration_2035"))
    assert lue.regime == "BNC"
    assert sig_bnc(lue)["benefice"] == cas("CAS-03").exercices["N"]["HN"]


def test_le_classeur_porte_la_colonne_n_1() -> None:
    lue, ecrite = lire_document(document("liasse_xlsx")), cas("CAS-07").exercices["N"]
    assert (lue.valeurs, lue.valeurs_n1) == (ecrite.valeurs, ecrite.valeurs_n1)


def test_les_documents_livres_sont_ceux_du_generateur(
    generateur: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generateur, "DOSSIER", tmp_path)
    generateur.main()
    ecrits = {chemin.name for chemin in tmp_path.iterdir()}
    assert ecrits == {document(nom).name for nom in lister_documents()}
    for nom in lister_documents():
        livre, refait = document(nom), tmp_path / document(nom).name
        if livre.suffix == ".xlsx":  # a workbook holds the time of its writing
            assert lire_document(refait).valeurs == lire_document(livre).valeurs
        else:
            assert refait.read_bytes() == livre.read_bytes()


def test_rien_dans_le_paquet_ne_dit_ce_qui_est_plante(depot: Path, verite: dict) -> None:
    paquet = depot / "rncp_utils"
    sources = [chemin for motif in ("*.py", "*.yaml") for chemin in (paquet / "donnees").rglob(motif)]
    textes = " ".join(chemin.read_text(encoding="utf-8") for chemin in sources)
    planteses = [str(c["valeur"]) for c in verite["fec_fautif"]["corrections"] if c["valeur"]]
    assert not [texte for texte in planteses if texte in textes]
    assert "verite_documents" not in textes


def test_le_paquet_s_importe_sans_rien_charger() -> None:
    programme = (
        "import sys, rncp_utils.donnees as d;"
        "assert {'cas', 'variante', 'document'} <= set(dir(d));"
        "print([m for m in ('pandas', 'pydantic', 'yaml') if m in sys.modules])"
    )
    sortie = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True).stdout
    assert sortie.strip() == "[]"
