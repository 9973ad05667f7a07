"""Glossaire du cours : les mots du métier, une définition chacun, et les leçons qui les enseignent.

Its only source is ``course/glossaire.yaml``; the page of JupyterLab, the end of a lesson and the site show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

from pydantic import Field

from rncp_utils.erreurs import ErreurListe
from rncp_utils.lecon.fiche import MOTIF_LECON
from rncp_utils.lecon.lecon_html import texte
from rncp_utils.modeles import Liste, ListeRemplie, Modele, lire_modele
from rncp_utils.typographie import simplifier
from rncp_utils.yaml_strict import lire_yaml

FICHIER = "glossaire.yaml"
MOTS_D_UNE_DEFINITION = 40


class Terme(Modele):
    """Un mot du métier.

    Attributes
    ----------
    terme : str
        Sa forme la plus claire, au singulier : « besoin en fonds de roulement ».
    definition : str
        Une ou deux phrases, 40 mots au plus.
    synonymes : tuple of str
        Sigles et autres noms : « BFR ». Un sigle se reconnaît à ses majuscules.
    lecons : tuple of str
        Codes des leçons qui l'enseignent.
    source : str
        Texte qui le définit, ou « convention du cours » ; vide pour un mot d'usage.
    courant : bool
        Mot qui a aussi un autre sens (« saisie », « rang ») : seules les leçons qui l'enseignent y renvoient.
    """

    terme: str = Field(pattern=r"\S")
    definition: str = Field(pattern=r"\S")
    synonymes: Liste[str] = ()
    lecons: ListeRemplie[str]
    source: str = ""
    courant: bool = False

    @property
    def formes(self) -> tuple[str, ...]:
        """Ses noms, le principal d'abord."""
        return (self.terme, *self.synonymes)

    @property
    def ancre(self) -> str:
        """Son identifiant dans une page : « besoin-en-fonds-de-roulement »."""
        return re.sub(r"[^a-z0-9]+", "-", sans_accent(self.terme)).strip("-")

    @property
    def titre(self) -> str:
        """Tous ses noms : « besoin en fonds de roulement (BFR) »."""
        return f"{self.terme} ({', '.join(self.synonymes)})" if self.synonymes else self.terme


def sans_accent(mot: str) -> str:
    """Minuscules sans accent, pour classer et comparer comme un dictionnaire français.

    >>> sans_accent("Échéance à l’œil")
    "echeance a l'oeil"
    """
    return simplifier(mot.replace("’", "'"))


def ordre(terme: str) -> tuple[str, str]:
    """Clé de classement : lettres sans accent ni ponctuation, puis la forme écrite."""
    return re.sub(r"[^a-z0-9]+", " ", sans_accent(terme)).strip(), terme


def charger_glossaire(chemin: Path) -> tuple[Terme, ...]:
    """Termes d'un fichier, dans l'ordre alphabétique français.

    Raises
    ------
    ErreurDonnees, ErreurListe
        Fichier absent ou mal formé : toutes ses fautes, en une fois.
    """
    lu = lire_yaml(Path(chemin), decimaux=False)
    fautes, termes = list(lu.fautes), []
    for rang, brut in enumerate(lu.contenu or [], start=1):
        terme, siennes = lire_modele(Terme, brut)
        fautes += [f"entrée {rang} : {faute}" for faute in siennes]
        if terme is not None:
            termes.append(terme)
            fautes += [f"{terme.terme} : {faute}" for faute in _fautes(terme)]
    fautes += _doublons(termes)
    if fautes or not termes:
        raise ErreurListe(f"Le glossaire « {chemin.name} » est refusé :", fautes or ["il ne contient aucun terme."])
    return tuple(sorted(termes, key=lambda terme: ordre(terme.terme)))


def _fautes(terme: Terme) -> Iterable[str]:
    mots = len(terme.definition.split())
    if mots > MOTS_D_UNE_DEFINITION:
        yield f"la définition a {mots} mots ; {MOTS_D_UNE_DEFINITION} au plus."
    for code in terme.lecons:
        if not re.match(MOTIF_LECON, code):
            yield f"« {code} » n'est pas un code de leçon (B1-L5)."


def _doublons(termes: Sequence[Terme]) -> Iterable[str]:
    vus: dict[str, str] = {}
    for terme in termes:
        for forme in terme.formes:
            if (autre := vus.setdefault(sans_accent(forme), terme.terme)) != terme.terme:
                yield f"« {forme} » nomme deux entrées, {autre} et {terme.terme} ; n'en gardez qu'une."


@cache
def motif(forme: str) -> re.Pattern[str]:
    """Ce qui reconnaît une forme dans un texte : au pluriel aussi ; un sigle, avec ses majuscules seulement.

    >>> bool(motif("fonds de roulement").search("Les Fonds de roulement")), bool(motif("EI").search("ei"))
    (True, False)
    >>> bool(motif("taux d'usure").search("les taux d’usure")), bool(motif("capital social").search("capitaux sociaux"))
    (True, True)
    """
    mots = r"\s+".join(_mot(mot) for mot in forme.replace("’", "'").split())
    return re.compile(rf"(?<![\w-]){mots}(?![\w-])", re.IGNORECASE)


def _mot(mot: str) -> str:
    ecrit = re.escape(mot).replace("'", "['’]")
    if sum(lettre.isupper() for lettre in mot) > 1:
        return f"(?-i:{ecrit})"
    if len(mot) < 4 or mot[-1] in "sxz":
        return ecrit
    return rf"{ecrit[:-2]}(?:al|aux)" if mot.endswith("al") else rf"{ecrit}(?:s|x|es)?"


def contient(phrase: str, terme: Terme) -> bool:
    """Vrai si un des noms du terme est dans la phrase."""
    return any(motif(forme).search(phrase) for forme in terme.formes)


def code_de_lecon(nom: str) -> str:
    """Code qu'une leçon porte en tête de son nom de fichier.

    >>> code_de_lecon("lecons/bloc1/B1_L2_plan_actions"), code_de_lecon("M0_prise_en_main")
    ('B1-L2', 'M0')
    """
    debut = nom.rpartition("/")[2].split("_")
    return "-".join(debut[: 1 if debut[0] == "M0" else 2])


def par_lettre(termes: Iterable[Terme]) -> list[tuple[str, list[Terme]]]:
    """Termes groupés par leur première lettre."""
    return [(lettre, list(groupe)) for lettre, groupe in groupby(termes, key=lambda t: ordre(t.terme)[0][0].upper())]


def definitions(termes: Iterable[Terme], adresse: Callable[[str], str]) -> str:
    """Liste de définitions, chacune avec ses leçons ; ``adresse`` donne celle d'une leçon, vide si elle n'y est pas."""
    entrees = []
    for terme in termes:
        lecons = ", ".join(
            f'<a href="{escape(ou)}">{code}</a>' if (ou := adresse(code)) else code for code in terme.lecons
        )
        nombre = "Leçons" if len(terme.lecons) > 1 else "Leçon"
        source = f" Source\u00a0: {texte(terme.source)}." if terme.source else ""
        entrees.append(
            f'<dt id="{terme.ancre}">{texte(terme.titre)}</dt>'
            f"<dd>{texte(terme.definition)}{source} <span>{nombre}\u00a0: {lecons}</span></dd>"
        )
    return f'<dl class="rncp-glossaire">{"".join(entrees)}</dl>'
