"""Rules on what a learner reads: notebook, sentences of the code, texts of the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rncp_utils.competences.verification.constat import Constat
from rncp_utils.competences.verification.page import LECON, Page
from rncp_utils.competences.verification.vocabulaire import vocabulaire

# « Le ton » of a letter is no address to the learner.
SANS_ARTICLE = r"(?<!\b[Ll]e )(?<!\b[Uu]n )(?<!\b[DdAa]u )(?<!\b[DdCc]e )"
TUTOIEMENT = re.compile(
    rf"(?<![\w-])(?:[Tt]u|[Tt]oi|[Tt]e|[Tt]es|[Tt]a|{SANS_ARTICLE}[Tt]on)(?![\w-])|(?<![\w-])t['’](?=[a-zéèêàh])"
)
EXCLAMATION = re.compile(r"!(?![=\[])")
# A label of a screen that stays in English is written in italics.
ITALIQUE = re.compile(r"(?<!\*)\*[^*\n]+\*(?!\*)")
PHRASES = re.compile(r"(?<!art)(?<!\b[LRDA])[.?…;:]\s+|\n{2,}|\n[-*] ")
REFERENCE = re.compile(r"\b(?:art(?:icle)?s?\.?|[LRDA]\.)[ \u00a0]*(?:[LRDA]\.?[ \u00a0]*)?\d[\d\-–]*", re.IGNORECASE)


def regles_de_textes(page: Page) -> Iterator[Constat]:
    """V40 to V44."""
    for chemin, cellule, ou, texte in _textes(page):
        for regle, message in regles_d_un_texte(texte):
            yield Constat(chemin, cellule, regle, f"{ou}{message}")
        if page.nature == LECON and page.fiche is not None:
            connues = " ".join(_normale(source.texte) for source in page.fiche.sources)
            for citee in dict.fromkeys(REFERENCE.findall(texte)):
                if not re.search(rf"(?<!\d){re.escape(_numero(citee))}(?![\d-])", connues):
                    message = (
                        f"{ou}« {citee} » n'est pas dans les sources de la fiche ; ajoutez-la, datée, avec son statut."
                    )
                    yield Constat(chemin, cellule, "V44", message)


def _textes(page: Page) -> Iterator[tuple[Path, int | None, str, str]]:
    for cellule in page.cellules:
        yield page.chemin, cellule.rang, "", cellule.prose
    for ou, texte in page.textes_fiche:
        yield page.chemin_fiche or page.chemin, None, f"{ou} : ", texte


def regles_d_un_texte(texte: str) -> Iterator[tuple[str, str]]:
    """What V40 to V43 say of a text."""
    if trouve := TUTOIEMENT.search(texte):
        yield "V40", f"« {_autour(texte, trouve)} » tutoie l'apprenant ; vouvoyez-le."
    if trouve := EXCLAMATION.search(texte):
        yield "V41", f"point d'exclamation dans « {_autour(texte, trouve)} » ; terminez par un point."
    if trouve := vocabulaire().mots_de_programmeur.search(ITALIQUE.sub(" ", texte)):
        yield (
            "V42",
            f"« {trouve.group()} » n'est pas un mot de l'apprenant ; traduisez-le (libellé d'écran : en italique).",
        )
    for phrase in PHRASES.split(texte):
        for interdite in vocabulaire().interdites:
            if interdite.motif.search(phrase) and not interdite.sauf.search(phrase):
                yield "V43", f"« {' '.join(phrase.split())[:80]} » : {interdite.message}"


def _autour(texte: str, trouve: re.Match[str]) -> str:
    return " ".join(texte[max(0, trouve.start() - 25) : trouve.end() + 15].split())


def _normale(texte: str) -> str:
    return texte.replace("–", "-")


def _numero(reference: str) -> str:
    return re.search(r"\d[\d\-]*", _normale(reference)).group().rstrip("-")
