"""Lecture d'une fiche dans les données ouvertes de France compétences (XML, « VERSION_FLUX » 4.1).

The archive holds every sheet of the répertoire in hundreds of megabytes: sheets are read one after the other, and of
those that are not asked for only the number is kept. Nothing is interpreted here: see ``proposition``.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.typographie import compter

MORCEAU = 256 * 1024
OCTETS_MAX = 2 * 1024**3
# A sheet weighs some forty kilobytes, and never a thousand elements.
TEXTE_MAX = 2 * 1024 * 1024
ELEMENTS_MAX = 20_000
PROFONDEUR_MAX = 12
SANS_ELEMENT_MAX = 8 * 1024 * 1024
RACINE, FICHE, NUMERO, VERSION = "FICHES", "FICHE", "NUMERO_FICHE", "VERSION_FLUX"


@dataclass
class Noeud:
    """Élément XML : son nom, son texte, ses enfants."""

    nom: str
    texte: str = ""
    enfants: list[Noeud] = field(default_factory=list)

    def tous(self, *chemin: str) -> list[Noeud]:
        """Éléments trouvés au bout d'un chemin, dans l'ordre du fichier."""
        trouves = [self]
        for nom in chemin:
            trouves = [enfant for noeud in trouves for enfant in noeud.enfants if enfant.nom == nom]
        return trouves

    def lire(self, *chemin: str) -> str:
        """Texte du premier élément au bout d'un chemin, sans espaces au bord ; vide s'il n'y en a pas."""
        return next((noeud.texte.strip() for noeud in self.tous(*chemin)), "")


@dataclass(frozen=True)
class FicheLue:
    """Une fiche telle qu'elle est dans le fichier, et ce qu'il faut dire de sa provenance."""

    numero: str
    racine: Noeud
    version: str
    nom_fichier: str
    empreinte: str


def numero_de_fiche(texte: str) -> str:
    """Chiffres du numéro d'une fiche ; vide si ce n'en est pas un.

    >>> numero_de_fiche("RNCP38026"), numero_de_fiche("38026"), numero_de_fiche("RS12")
    ('38026', '38026', '')
    """
    chiffres = texte.strip().upper().removeprefix("RNCP")
    return chiffres if chiffres.isascii() and chiffres.isdigit() else ""


def lire_fiche(chemin: Path, demandee: str = "") -> FicheLue:
    """Lit une fiche d'un fichier ``.xml``, ou d'une archive ``.zip`` qui en contient un.

    Parameters
    ----------
    chemin : Path
        Fichier de France compétences, de quelque taille que ce soit jusqu'à 2 Gio.
    demandee : str
        Numéro de la fiche (``"RNCP38026"`` ou ``"38026"``) ; inutile si le fichier n'en contient qu'une.

    Raises
    ------
    ErreurDonnees
        Ni XML ni archive, mal formé, démesuré, codage inconnu, entités déclarées, fiche absente, en double, ou non
        désignée parmi plusieurs.
    """
    numero = numero_de_fiche(demandee)
    if demandee and not numero:
        raise ErreurDonnees(f"« {demandee} » n'est pas un numéro de fiche ; écrivez par exemple RNCP38026.")
    cible, empreinte = _Cible(chemin.name, numero), hashlib.sha256()
    analyseur = DefusedXMLParser(target=cible, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        with _ouvrir(chemin) as flux:
            for morceau in _morceaux(flux, chemin.name):
                empreinte.update(morceau)
                cible.avancer(len(morceau))
                analyseur.feed(morceau)
            analyseur.close()
    except DefusedXmlException as erreur:
        raise _refuser(
            chemin.name,
            "déclare un type de document ou des entités, ce qu'un fichier de France compétences ne fait jamais",
            "ne l'ouvrez pas et téléchargez-le de nouveau",
        ) from erreur
    except (ParseError, LookupError, ValueError) as erreur:
        if isinstance(erreur, ErreurDonnees):
            raise
        raise _refuser(chemin.name, _probleme(erreur, cible), "téléchargez-le de nouveau") from erreur
    return FicheLue(*cible.choisie(), cible.version, chemin.name, empreinte.hexdigest())


def _probleme(erreur: Exception, cible: _Cible) -> str:
    """ValueError and LookupError come from the declaration: an encoding that nobody knows, or that expat refuses."""
    if not isinstance(erreur, ParseError) or "encoding" in str(erreur):
        return "a un codage de caractères inconnu"
    if not cible.commence:
        return "n'est pas du XML"
    return f"est un XML mal formé ou tronqué (ligne {erreur.position[0]})"


def _refuser(nom: str, probleme: str, conseil: str) -> ErreurDonnees:
    return ErreurDonnees(f"Le fichier « {nom} » {probleme} ; {conseil}.")


@contextmanager
def _ouvrir(chemin: Path) -> Iterator[IO[bytes]]:
    try:
        if chemin.suffix.lower() != ".zip":
            with chemin.open("rb") as flux:
                yield flux
            return
        with zipfile.ZipFile(chemin) as archive:
            noms = [nom for nom in archive.namelist() if nom.lower().endswith(".xml")]
            if len(noms) != 1:
                raise _refuser(
                    chemin.name, f"contient {len(noms)} fichiers XML, un seul est attendu", "extrayez le bon"
                )
            with archive.open(noms[0]) as flux:
                yield flux
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as erreur:  # also: a password
        raise _refuser(chemin.name, "n'est pas une archive lisible", "téléchargez-le de nouveau") from erreur
    except OSError as erreur:
        raise _refuser(chemin.name, "ne peut pas être ouvert", "vérifiez son nom et vos droits d'accès") from erreur


def _morceaux(flux: IO[bytes], nom: str) -> Iterator[bytes]:
    """The bytes of a file or of what an archive unfolds to, counted as they come: no announced size is believed."""
    lus = 0
    while morceau := flux.read(MORCEAU):
        lus += len(morceau)
        if lus > OCTETS_MAX:
            raise _refuser(nom, f"dépasse les {OCTETS_MAX // 1024**3} Gio admis", "vérifiez que c'est le bon fichier")
        yield morceau
    if not lus:
        raise _refuser(nom, "est vide", "téléchargez-le de nouveau")


class _Cible:
    """Receives the elements one by one; keeps the sheet asked for, or the only one."""

    def __init__(self, nom: str, demandee: str) -> None:
        self.nom, self.demandee, self.version = nom, demandee, ""
        self.gardees: list[tuple[str, Noeud]] = []
        self.numeros: list[str] = []
        self._nombre = 0
        self._pile: list[Noeud] = []
        self._textes: list[list[str]] = []
        self.commence = self._ecartee = False
        self._profondeur = self._elements = self._signes = self._sans_element = 0

    def avancer(self, octets: int) -> None:
        """Count what was fed since the last element: a tag may not be without end."""
        if self._sans_element > SANS_ELEMENT_MAX:
            raise self._refus("a un élément démesuré")
        self._sans_element += octets

    def start(self, nom: str, _attributs: dict[str, str]) -> None:
        self.commence, self._sans_element = True, 0
        self._profondeur += 1
        if self._profondeur == 1 and nom != RACINE:
            raise self._refus(f"commence par « {nom[:40]} », et non par « {RACINE} »")
        if self._profondeur > PROFONDEUR_MAX:
            raise self._refus("a des éléments emboîtés sans fin")
        if self._profondeur == 2:
            self._ecartee, self._elements, self._signes = nom not in (FICHE, VERSION), 0, 0
        if self._profondeur > 1 and not self._ecartee:
            self._elements += 1
            if self._elements > ELEMENTS_MAX:
                raise self._refus("a une fiche démesurée")
            self._pile.append(Noeud(nom))
            self._textes.append([])

    def data(self, texte: str) -> None:
        if self._ecartee or not self._textes:
            return
        self._signes += len(texte)
        if self._signes > TEXTE_MAX:
            raise self._refus("a une fiche démesurée")
        self._textes[-1].append(texte)

    def end(self, nom: str) -> None:
        self._sans_element = 0
        if self._profondeur > 1 and not self._ecartee:
            noeud = self._pile.pop()
            noeud.texte = "".join(self._textes.pop())
            self._finir(noeud)
        self._profondeur -= 1
        if self._profondeur == 1:
            self._pile, self._textes = [], []

    def close(self) -> None:
        """Nothing to give back: the sheet is asked for with :meth:`choisie`."""

    def _finir(self, noeud: Noeud) -> None:
        if self._pile:
            self._pile[-1].enfants.append(noeud)
            if noeud.nom == NUMERO and self._profondeur == 3:
                self._compter(noeud.texte.strip())
                # Of a sheet that is not the one asked for, nothing more is kept; nor of a second one.
                autre = numero_de_fiche(noeud.texte) != self.demandee
                self._ecartee = autre if self.demandee else self._nombre > 2
        elif noeud.nom == VERSION:
            self.version = noeud.texte.strip()[:20]
        else:
            self.gardees = [*self.gardees, (numero_de_fiche(noeud.lire(NUMERO)), noeud)][:2]

    def _compter(self, numero: str) -> None:
        self._nombre += 1
        if len(self.numeros) < 3:
            self.numeros.append(numero[:20])

    def choisie(self) -> tuple[str, Noeud]:
        if not self._nombre:
            raise self._refus(f"ne contient aucune fiche (élément {NUMERO})")
        if not self.gardees:
            lus = f"{compter(self._nombre, 'fiche lue', 'fiches lues')}, dont {', '.join(self.numeros)}"
            raise _refuser(self.nom, f"ne contient pas la fiche RNCP{self.demandee}", f"vérifiez son numéro ({lus})")
        if len(self.gardees) > 1 and self.demandee:
            raise _refuser(
                self.nom, f"contient plusieurs fois la fiche RNCP{self.demandee}", "téléchargez-le de nouveau"
            )
        if self._nombre > 1 and not self.demandee:
            raise _refuser(
                self.nom,
                f"contient {self._nombre} fiches ({', '.join(self.numeros)}…)",
                "dites laquelle avec --fiche, par exemple --fiche RNCP38026",
            )
        numero, noeud = self.gardees[0]
        if not numero:
            raise _refuser(
                self.nom, f"ne donne pas un numéro RNCP (lu : « {self.numeros[0]} »)", "choisissez une fiche"
            )
        return numero, noeud

    def _refus(self, probleme: str) -> ErreurDonnees:
        return _refuser(
            self.nom, probleme, "prenez le fichier XML des fiches RNCP dans les données ouvertes de France compétences"
        )
