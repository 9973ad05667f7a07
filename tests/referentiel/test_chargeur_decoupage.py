"""A free text of a published sheet is cut on a sign that is said; without a sign, nothing is proposed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.referentiel.decoupage import (
    CODES,
    INCONNUE,
    LIGNES,
    POINTS_VIRGULES,
    PUCES,
    UN_SEUL,
    decouper,
    resserrer,
)

# Labels as a sheet has them: a verb in capitals, then words; never a sign that cuts.
MOTS = st.lists(
    st.text("abcdefghijklmnpqrstuvwxyzéèàçœ’", min_size=2, max_size=9).filter(lambda m: m != "etc"),
    min_size=1,
    max_size=8,
)
LIBELLE = st.builds(lambda premier, mots: " ".join([premier, *mots]), st.sampled_from(["Analyser", "Élaborer"]), MOTS)
LIBELLES = st.lists(LIBELLE, min_size=2, max_size=12)


def textes(texte: str) -> list[str]:
    return [element.texte for element in decouper(texte).elements]


@pytest.mark.parametrize(
    ("texte", "forme", "attendus"),
    [
        # As two real sheets print them: runs of spaces, then bullets of two levels.
        ("Gérer un parc      Répondre aux demandes    ", LIGNES, ["Gérer un parc", "Répondre aux demandes"]),
        ("    * Gérer un parc      * Répondre aux demandes", PUCES, ["Gérer un parc", "Répondre aux demandes"]),
        (
            "- Lire un compte - courant\n- Conduire une\naction",
            PUCES,
            ["Lire un compte - courant", "Conduire une action"],
        ),
        ("• C1 (B1.1)   Lire de son  potentiel • C2 (B1.2) Agir", CODES, ["Lire de son potentiel", "Agir"]),
        ("C1.1 - Analyser    C1.2 : Formuler une offre", CODES, ["Analyser", "Formuler une offre"]),
        ("<ul><li>Analyser</li><li>Conseiller &amp; vendre</li></ul>", PUCES, ["Analyser", "Conseiller & vendre"]),
        ("Analyser la demande ; Rédiger un rapport.", POINTS_VIRGULES, ["Analyser la demande", "Rédiger un rapport"]),
        ("1. Analyser\n2. Rédiger", LIGNES, ["Analyser", "Rédiger"]),
        ("Document de synthèse", UN_SEUL, ["Document de synthèse"]),
        ("Analyser la demande ; puis la chiffrer", UN_SEUL, ["Analyser la demande ; puis la chiffrer"]),
        ("Niveau C1 du cadre européen", UN_SEUL, ["Niveau C1 du cadre européen"]),
        ("", INCONNUE, []),
        ("Le candidat analyse. Il rédige aussi un rapport. " * 12, INCONNUE, []),
    ],
)
def test_chaque_forme_et_son_signe(texte: str, forme: str, attendus: list[str]) -> None:
    decoupe = decouper(texte)
    assert (decoupe.forme, [element.texte for element in decoupe.elements]) == (forme, attendus)


def test_les_puces_de_second_niveau_sont_des_precisions() -> None:
    decoupe = decouper("    * Gérer un parc            o Recenser            o Exploiter      * Répondre")
    assert [(e.texte, e.precisions) for e in decoupe.elements] == [
        ("Gérer un parc", ("Recenser", "Exploiter")),
        ("Répondre", ()),
    ]


def test_un_titre_au_dessus_de_la_liste_n_est_pas_un_element() -> None:
    decoupe = decouper("• Compétences évaluées :   - Analyser   - Conduire")
    assert (decoupe.entete, textes("• Compétences évaluées :   - Analyser   - Conduire")) == (
        "Compétences évaluées :",
        ["Analyser", "Conduire"],
    )


def test_un_code_donne_deux_fois_ne_sert_pas_a_decouper() -> None:
    assert decouper("• C1 Analyser  • C1 Conduire").forme == PUCES


@pytest.mark.parametrize(
    ("signe", "forme"),
    [("    * ", PUCES), ("\n• ", PUCES), ("   - ", PUCES), ("        o ", PUCES), ("      ", LIGNES), ("\n", LIGNES)],
)
@given(libelles=LIBELLES)
def test_des_libelles_joints_par_un_signe_se_retrouvent(signe: str, forme: str, libelles: list[str]) -> None:
    decoupe = decouper(signe.join(["", *libelles]))
    assert decoupe.forme == forme
    assert [element.texte for element in decoupe.elements] == libelles


@given(libelles=LIBELLES)
def test_des_libelles_codes_se_retrouvent_avec_leurs_codes(libelles: list[str]) -> None:
    decoupe = decouper("  ".join(f"• C{rang} (B1.{rang})   {libelle}" for rang, libelle in enumerate(libelles, 1)))
    assert [(e.code, e.texte) for e in decoupe.elements] == [(f"C{r}", lu) for r, lu in enumerate(libelles, 1)]


@given(st.text(st.sampled_from("AbÉé12. ;:*•-o\n\u00a0()<>&'"), max_size=120))
def test_aucun_texte_ne_fait_echouer_et_aucune_lettre_n_est_inventee(texte: str) -> None:
    decoupe = decouper(texte)
    rendues = "".join([decoupe.entete, *(t for e in decoupe.elements for t in (e.texte, *e.precisions))])
    assert all(element.texte for element in decoupe.elements)
    # Letters come in the order of the text, none is added: what is rendered is found again in what was read.
    lues = iter(resserrer(texte))
    assert all(lettre in lues for lettre in rendues if lettre.isalpha())


@given(st.text(max_size=200))
def test_le_texte_resserre_tient_sur_une_ligne(texte: str) -> None:
    propre = resserrer(texte)
    assert propre == " ".join(propre.split())
    assert all(signe.isprintable() or signe in "\uf0b7\uf0a7" for signe in propre)
