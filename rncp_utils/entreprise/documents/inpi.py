"""Bilans saisis de l'INPI (XML, schéma 1.1) : une ligne de formulaire par élément, colonnes m1 à m4."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from rncp_utils.entreprise.documents.inpi_bilan import BilanLu, Ligne, en_liasse
from rncp_utils.entreprise.documents.inpi_format import ESPACE
from rncp_utils.entreprise.documents.refus import TAILLE_MAX, refuser, refuser_trop_gros, taille_acceptee
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees

MORCEAU = 64 * 1024
# A row of the file is a hundred bytes: nothing recognised for that long is not a set of bilans.
SANS_ELEMENT_MAX = 1024 * 1024
PROFONDEUR_MAX = 8
TEXTE_MAX = 10_000
LIGNES_MAX = 5_000


def lire_bilan_inpi(source: Path | str | bytes) -> list[Liasse]:
    """Lire un fichier de bilans saisis de l'INPI.

    Chaque ligne du formulaire est un élément ``liasse`` dont le code est le premier de la ligne. Colonnes, par page :
    actif ``m1`` brut, ``m2`` amortissements, ``m4`` net N-1 ; passif et 2053 ``m1`` N, ``m2`` N-1 ; 2052 ``m3`` total
    N, ``m4`` N-1 (``FJ`` donne ``FJ``, ``FK`` et ``FL``) ; passif de la 2033-A ``m3`` N, ``m4`` N-1 ; 2033-B ``m1``
    N, ``m2`` N-1. Les pages 5 à 7 (immobilisations, amortissements, provisions) ne sont pas lues.

    Parameters
    ----------
    source : Path, str (chemin) ou bytes (contenu)

    Returns
    -------
    list of Liasse
        Une par bilan, dans l'ordre du fichier, montants en euros. ``confidentialite`` est le code de l'INPI (0 public,
        1 confidentiel, 2 compte de résultat confidentiel) ; un compte de résultat confidentiel ou une anomalie de
        saisie sont dits dans ``avertissements``, et les codes correspondants sont absents. La colonne N-1 de l'actif
        est en net.

    Raises
    ------
    ErreurDonnees
        Un XML d'une autre nature, mal formé, démesuré, ou qui déclare des entités ; une banque ou une assurance (types
        A et B) ; une autre devise que l'euro ; un bilan non saisi (motifs 2 à 23) ; un montant illisible.
        Dans un fichier de plusieurs bilans, ceux qui ne peuvent pas être lus sont laissés de côté avec un
        AvertissementDonnees, s'il en reste.

    Source : bilans-saisis-v1.1.xsd de l'INPI, et lecture de 3 822 bilans publics (dépôts de 2016 à 2019).
    """
    if isinstance(source, bytes):
        nom = "contenu XML"
        if len(source) > TAILLE_MAX:
            raise refuser(nom, f"dépasse les {TAILLE_MAX // 1024**2} Mo admis", "découpez-le")
        with io.BytesIO(source) as flux:
            return _lire(flux, nom)
    chemin = Path(source)
    refuser_trop_gros(chemin, taille_acceptee(chemin))
    with chemin.open("rb") as flux:
        return _lire(flux, chemin.name)


def _lire(flux: IO[bytes], nom: str) -> list[Liasse]:
    cible = _Cible(nom)
    analyseur = DefusedXMLParser(target=cible, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        while morceau := flux.read(MORCEAU):
            cible.avancer(len(morceau))
            analyseur.feed(morceau)
        analyseur.close()
    except ErreurDonnees:
        raise
    except DefusedXmlException as erreur:
        raise refuser(
            nom,
            "déclare un type de document ou des entités, ce qu'un fichier de l'INPI ne fait jamais",
            "ne l'ouvrez pas et téléchargez-le de nouveau",
        ) from erreur
    except (ParseError, ValueError, LookupError) as erreur:  # the last one: an encoding that does not exist
        raise refuser(nom, "est un XML mal formé ou tronqué", "téléchargez-le de nouveau") from erreur
    return _liasses(cible)


def _liasses(cible: _Cible) -> list[Liasse]:
    if cible.fautes and not cible.liasses:
        raise refuser(cible.nom, f"n'a aucun bilan lisible : {cible.fautes[0]}", "choisissez un autre document")
    if not cible.liasses:
        raise refuser(cible.nom, "ne contient aucun bilan", "vérifiez que c'est le bon document")
    for faute in cible.fautes:
        warnings.warn(f"Fichier « {cible.nom} », bilan laissé de côté : {faute}.", AvertissementDonnees, stacklevel=4)
    return cible.liasses


class _Cible:
    """Receives the elements one by one and keeps nothing but the bilans already turned into liasses."""

    def __init__(self, nom: str) -> None:
        self.nom = nom
        self.liasses: list[Liasse] = []
        self.fautes: list[str] = []
        self._pile: list[str] = []
        self._bilan = BilanLu()
        self._texte = ""
        self._page = ""
        self._sans_element = 0

    def avancer(self, octets: int) -> None:
        """Count what was fed since the last element."""
        if self._sans_element > SANS_ELEMENT_MAX:
            raise refuser(self.nom, "a un élément démesuré", "ce n'est pas un fichier de bilans saisis")
        self._sans_element += octets

    def start(self, balise: str, attributs: dict[str, str]) -> None:
        """Opening tag."""
        self._sans_element = 0
        self._pile.append(balise)
        if len(self._pile) == 1 and balise != f"{ESPACE}bilans":
            raise refuser(
                self.nom, "est un XML qui ne vient pas des bilans saisis de l'INPI", "demandez un export CSV ou XLSX"
            )
        if len(self._pile) > PROFONDEUR_MAX:
            raise refuser(self.nom, "emboîte trop d'éléments", "ce n'est pas un fichier de bilans saisis")
        self._texte = ""
        nom = balise.removeprefix(ESPACE)
        if nom == "bilan":
            self._bilan = BilanLu()
        elif nom == "page":
            self._page = attributs.get("numero", "")
        elif nom == "liasse":
            if len(self._bilan.lignes) == LIGNES_MAX:
                raise refuser(self.nom, f"a un bilan de plus de {LIGNES_MAX} lignes", "vérifiez le document")
            self._bilan.lignes.append(Ligne(self._page, attributs))

    def data(self, texte: str) -> None:
        """Text between tags."""
        if len(self._texte) + len(texte) > TEXTE_MAX:
            raise refuser(self.nom, "a un texte démesuré dans une balise", "ce n'est pas un fichier de bilans saisis")
        self._texte += texte

    def end(self, balise: str) -> None:
        """Closing tag: a field of identity, or a whole bilan."""
        self._sans_element = 0
        self._pile.pop()
        nom = balise.removeprefix(ESPACE)
        if self._pile and self._pile[-1] == f"{ESPACE}identite":
            self._bilan.identite[nom] = self._texte.strip()
        elif nom == "bilan":
            try:
                self.liasses.append(en_liasse(self._bilan, self.nom))
            except ErreurDonnees as erreur:
                self.fautes.append(str(erreur).rstrip("."))
        self._texte = ""

    def close(self) -> None:
        """End of the document."""
