"""Small files as France compétences publishes them, written by the tests: no official file is kept here."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from rncp_utils.referentiel import Referentiel

VERSION = "<VERSION_FLUX>4.1</VERSION_FLUX>"


def element(nom: str, contenu: str) -> str:
    return f"<{nom}>{contenu}</{nom}>"


def bloc(code: str, libelle: str, competences: str, modalites: str) -> str:
    champs = {"CODE": code, "LIBELLE": libelle, "LISTE_COMPETENCES": competences, "MODALITES_EVALUATION": modalites}
    return element("BLOC_COMPETENCES", "".join(element(nom, escape(texte)) for nom, texte in champs.items()))


def fiche(numero: str, blocs: Iterable[str], plus: str = "") -> str:
    lus = "".join(blocs)
    return element(
        "FICHE",
        f"<ID_FICHE>1</ID_FICHE><NUMERO_FICHE>{numero}</NUMERO_FICHE><INTITULE>Titre essayé</INTITULE>{plus}"
        + (element("BLOCS_COMPETENCES", lus) if lus else "")
        + "<ACTIF>Oui</ACTIF>",
    )


def fichier(*fiches: str, racine: str = "FICHES") -> str:
    corps = element(racine, f"\n{VERSION}\n" + "\n".join(fiches) + "\n")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n{corps}'


def comme_la_fiche(referentiel: Referentiel) -> str:
    """The shipped sheet in the form of the open data: bullets and codes on one line, spaces that vary."""
    blocs = [
        bloc(
            f"RNCP{referentiel.certification.code}BC{b.numero:02}",
            b.libelle,
            "  ".join(f"• {c.code} ({c.code_bloc})   {c.libelle}" for c in referentiel.competences_du_bloc(b.code)),
            "  ".join(f"• {e.libelle}" for e in referentiel.evaluations_du_bloc(b.code)),
        )
        for b in referentiel.blocs
    ]
    activites = "        ".join(f"- {activite.libelle}." for activite in referentiel.activites)
    plus = (
        "<ABREGE><CODE>CQP</CODE><LIBELLE>Certificat de qualification professionnelle</LIBELLE></ABREGE>"
        "<ETAT_FICHE>Publiée</ETAT_FICHE>"
        "<CODES_NSF><NSF><CODE>313</CODE><LIBELLE>Finances, banque</LIBELLE></NSF></CODES_NSF>"
        "<CERTIFICATEURS><CERTIFICATEUR><NOM_CERTIFICATEUR>CPNE inventée</NOM_CERTIFICATEUR></CERTIFICATEUR>"
        "</CERTIFICATEURS>"
        f"<ACTIVITES_VISEES>{escape(activites)}</ACTIVITES_VISEES>"
        "<SI_JURY_FI><ACTIF>Non</ACTIF></SI_JURY_FI>"
        "<SI_JURY_FC><ACTIF>Oui</ACTIF><COMPOSITION>3 professionnels métiers</COMPOSITION></SI_JURY_FC>"
        "<ACCESSIBLE_NOUVELLE_CALEDONIE>Non</ACCESSIBLE_NOUVELLE_CALEDONIE>"
        "<PUBLICATION_DECRET_CREATION><PUBLICATION_JO><TITRE>Arrêté du 11 décembre 2018 portant enregistrement</TITRE>"
        "<DATE_PUBLICATION_JO>18/12/2018</DATE_PUBLICATION_JO></PUBLICATION_JO></PUBLICATION_DECRET_CREATION>"
        "<DATE_EFFET>18/12/2018</DATE_EFFET><DATE_FIN_ENREGISTREMENT>18/12/2023</DATE_FIN_ENREGISTREMENT>"
        "<NOUVELLES_CERTIFICATIONS><NOUVELLE_CERTIFICATION><ID_FICHE_NOUVELLE_CERTIFICATION>RNCP90002"
        "</ID_FICHE_NOUVELLE_CERTIFICATION></NOUVELLE_CERTIFICATION></NOUVELLES_CERTIFICATIONS>"
    )
    return fichier(fiche(f"RNCP{referentiel.certification.code}", blocs, plus))
