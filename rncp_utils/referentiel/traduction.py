"""D'une fiche de France compétences à nos champs : ce qui est lu tel quel, deviné ou absent.

Nothing is affirmed that the file does not say: a guess is marked « à confirmer », a hole « à compléter ».
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.referentiel.decoupage import CODES, INCONNUE, Decoupage, decouper, resserrer
from rncp_utils.referentiel.france_competences import FicheLue, Noeud
from rncp_utils.referentiel.marques import A_COMPLETER, PROPOSITION, a_confirmer
from rncp_utils.typographie import compter, simplifier

# Element of the file → our code and the wording of the published sheet.
VOIES = {
    "SI_JURY_FI": ("eleve_ou_etudiant", "Après un parcours de formation sous statut d'élève ou d'étudiant"),
    "SI_JURY_CA": ("contrat_apprentissage", "En contrat d'apprentissage"),
    "SI_JURY_FC": ("formation_continue", "Après un parcours de formation continue"),
    "SI_JURY_CQ": ("contrat_professionnalisation", "En contrat de professionnalisation"),
    "SI_JURY_CL": ("candidature_individuelle", "Par candidature individuelle"),
    "SI_JURY_VAE": ("experience", "Par expérience"),
}
TERRITOIRES = {
    "ACCESSIBLE_NOUVELLE_CALEDONIE": "Accessible en Nouvelle-Calédonie",
    "ACCESSIBLE_POLYNESIE_FRANCAISE": "Accessible en Polynésie française",
}
# Word of a modality → suffix of the code of its assessment, as in B1-QST.
MODALITES = {
    "questionnaire": "QST",
    "etude de cas": "CAS",
    "mise en situation": "MES",
    "document de synthese": "SYN",
    "rapport": "RAP",
    "dossier": "DOS",
    "soutenance": "SOU",
    "oral": "ORA",
    "ecrit": "ECR",
}
_OUI_NON = {"oui": True, "non": False}
_CODE_DE_BLOC = re.compile(r"RNCP(\d+)BC0*([1-9]\d?)")
_CODE_DE_COMPETENCE = re.compile(r"C[1-9]\d{0,2}")
_MOIS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout")
_MOIS += ("septembre", "octobre", "novembre", "decembre")
# A modality longer than this is a paragraph of instructions.
_LONGUEUR_D_UNE_MODALITE = 160


def traduire(lue: FicheLue, jour: dt.date, etat: Callable[[dt.date | None, dt.date], str]) -> dict[str, Any]:
    """Champs de notre YAML, dans l'ordre du modèle, précédés du bloc « proposition ».

    Raises
    ------
    ErreurDonnees
        La fiche n'a aucun bloc, ou deux de ses blocs portent le même code.
    """
    fiche = lue.racine
    blocs_lus = fiche.tous("BLOCS_COMPETENCES", "BLOC_COMPETENCES")
    _refuser_les_blocs(lue, blocs_lus)
    decoupes = [decouper(bloc.lire("LISTE_COMPETENCES")) for bloc in blocs_lus]
    codes = _codes_de_competence(decoupes)
    blocs, competences = _blocs(blocs_lus, decoupes, codes)
    activites = decouper(fiche.lire("ACTIVITES_VISEES"))
    fin = _date(fiche.lire("DATE_FIN_ENREGISTREMENT"))
    return {
        PROPOSITION: _provenance(lue, jour, etat(fin, jour), blocs, blocs_lus, decoupes, activites),
        "certification": _certification(lue),
        "certificateur": _certificateur(fiche),
        "nomenclatures": _nomenclatures(fiche),
        "debouches": _debouches(fiche),
        "activites": _activites(activites),
        "correspondance_activites": {
            "statut": A_COMPLETER,
            "lignes": [
                {"activite": f"A{rang}", "competences": [A_COMPLETER]} for rang in range(1, len(activites.elements) + 1)
            ]
            or [A_COMPLETER],
        },
        "blocs": blocs,
        "competences": competences,
        "evaluations": [e for bloc, lu in zip(blocs, blocs_lus, strict=True) for e in _evaluations(bloc["code"], lu)],
        "validite_composantes_acquises": A_COMPLETER,
        "jury": _jury(fiche),
        "voies_acces": _voies(lue),
        "territoires": [_territoire(fiche, element, libelle) for element, libelle in TERRITOIRES.items()],
        "base_legale": _base_legale(fiche),
        "validite": {"debut": _date(fiche.lire("DATE_EFFET")) or A_COMPLETER, "fin": fin or A_COMPLETER},
    }


def _refuser_les_blocs(lue: FicheLue, blocs: list[Noeud]) -> None:
    if not blocs:
        raise ErreurDonnees(
            f"La fiche RNCP{lue.numero} du fichier « {lue.nom_fichier} » n'a aucun bloc de compétences ; "
            "écrivez-la à la main, d'après rncp31919.yaml."
        )
    doubles = [code for code, fois in Counter(bloc.lire("CODE") for bloc in blocs).items() if code and fois > 1]
    if doubles:
        raise ErreurDonnees(
            f"La fiche RNCP{lue.numero} du fichier « {lue.nom_fichier} » donne plusieurs fois le code de bloc "
            f"{', '.join(doubles)} ; téléchargez-la de nouveau, ou corrigez le fichier."
        )


def _codes_de_competence(decoupes: list[Decoupage]) -> list[list[str]]:
    """The codes that the sheet gives, if they are ours (C1, C2…) and unique in it; otherwise C1, C2… by rank."""
    lus = [[element.code for element in decoupe.elements] for decoupe in decoupes]
    tous = [code for codes in lus for code in codes]
    donnes = all(d.forme == CODES for d in decoupes) and all(map(_CODE_DE_COMPETENCE.fullmatch, tous))
    if donnes and len(set(tous)) == len(tous):
        return lus
    rangs = iter(range(1, sum(max(1, len(codes)) for codes in lus) + 1))
    return [[f"C{next(rangs)}" for _ in range(max(1, len(codes)))] for codes in lus]


def _blocs(
    lus: list[Noeud], decoupes: list[Decoupage], codes: list[list[str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    blocs, competences = [], []
    numeros = [_CODE_DE_BLOC.fullmatch(lu.lire("CODE")) for lu in lus]
    donnes = [int(trouve[2]) for trouve in numeros if trouve]
    fiables = len(set(donnes)) == len(lus)
    for rang, (lu, decoupe, siens) in enumerate(zip(lus, decoupes, codes, strict=True), start=1):
        numero = int(numeros[rang - 1][2]) if fiables else rang
        bloc = {
            "code": f"B{numero}",
            "numero": numero if fiables else a_confirmer(numero),
            "code_officiel": resserrer(lu.lire("CODE")) or A_COMPLETER,
            "libelle": resserrer(lu.lire("LIBELLE")) or A_COMPLETER,
            "competences": siens,
        }
        blocs.append(bloc)
        competences += _competences(bloc["code"], decoupe, siens)
    return blocs, competences


def _competences(bloc: str, decoupe: Decoupage, codes: list[str]) -> list[dict[str, Any]]:
    if not decoupe.elements:
        return [{"code": codes[0], "code_bloc": f"{bloc}.1", "libelle": A_COMPLETER}]
    lignes = []
    for rang, (code, element) in enumerate(zip(codes, decoupe.elements, strict=True), start=1):
        notes = [f"code lu : {element.code}"] if element.code not in ("", code) else []
        notes += [f"précisions lues : {' ; '.join(element.precisions)}"] if element.precisions else []
        ligne = {"code": code, "code_bloc": f"{bloc}.{rang}", "libelle": a_confirmer(element.texte)}
        lignes.append(ligne | ({"note_libelle": " ; ".join(notes)} if notes else {}))
    return lignes


def _evaluations(bloc: str, lu: Noeud) -> list[dict[str, Any]]:
    """One assessment a modality; a paragraph is not cut into pieces that would not be modalities."""
    elements = decouper(lu.lire("MODALITES_EVALUATION")).elements
    if not elements or any(len(element.texte) > _LONGUEUR_D_UNE_MODALITE for element in elements):
        return [{"code": f"{bloc}-E1", "bloc": bloc, "libelle": A_COMPLETER}]
    lignes: list[dict[str, Any]] = []
    for rang, element in enumerate(elements, start=1):
        simple = simplifier(element.texte)
        suffixe = next((code for mot, code in MODALITES.items() if mot in simple), f"E{rang}")
        pris = {ligne["code"] for ligne in lignes}
        code = f"{bloc}-{suffixe}" if f"{bloc}-{suffixe}" not in pris else f"{bloc}-{suffixe}{rang}"
        ligne = {"code": code, "bloc": bloc, "libelle": a_confirmer(element.texte)}
        expert = {"expert_metier": a_confirmer("true")} if "expert" in simple else {}
        lignes.append(ligne | expert)
    return lignes


def _provenance(
    lue: FicheLue,
    jour: dt.date,
    etat: str,
    blocs: list[dict[str, Any]],
    lus: list[Noeud],
    decoupes: list[Decoupage],
    activites: Decoupage,
) -> dict[str, Any]:
    fiche = lue.racine
    cites = {
        "nouvelles": fiche.tous("NOUVELLES_CERTIFICATIONS", "NOUVELLE_CERTIFICATION"),
        "anciennes": fiche.tous("ANCIENNES_CERTIFICATIONS", "ANCIENNE_CERTIFICATION"),
    }
    return {
        "source": f"{lue.nom_fichier}, VERSION_FLUX {_dit(lue.version)}, SHA-256 {lue.empreinte}",
        "lue_le": jour,
        "etat": f"{etat} ({' ; '.join(f'{nom} : {_dit(fiche.lire(nom))}' for nom in ('ACTIF', 'ETAT_FICHE'))})",
        "certifications_citees": {
            nom: [resserrer(enfant.texte) for noeud in noeuds for enfant in noeud.enfants]
            for nom, noeuds in cites.items()
        },
        "decoupes": [_phrase(bloc["code"], decoupe) for bloc, decoupe in zip(blocs, decoupes, strict=True)]
        + [_phrase("activités", activites)],
        "textes_lus": [
            {
                "bloc": bloc["code"],
                "competences": resserrer(lu.lire("LISTE_COMPETENCES")),
                "modalites": resserrer(lu.lire("MODALITES_EVALUATION")),
            }
            for bloc, lu in zip(blocs, lus, strict=True)
        ]
        + [{"activites": resserrer(fiche.lire("ACTIVITES_VISEES"))}],
    }


def _dit(texte: str) -> str:
    return resserrer(texte) or "non dit"


def _phrase(nom: str, decoupe: Decoupage) -> str:
    if decoupe.forme == INCONNUE:
        return f"{nom} : forme non reconnue, rien n'est proposé ; découpez le texte lu ci-dessous"
    entete = f", après « {decoupe.entete} »" if decoupe.entete else ""
    return f"{nom} : {compter(len(decoupe.elements), 'élément')}, d'après {decoupe.forme}{entete}"


def _certification(lue: FicheLue) -> dict[str, Any]:
    fiche = lue.racine
    niveau = re.fullmatch(r"NIV([1-8])", fiche.lire("NOMENCLATURE_EUROPE", "NIVEAU"))
    return {
        "code": lue.numero,
        "intitule": resserrer(fiche.lire("INTITULE")) or A_COMPLETER,
        "type": resserrer(fiche.lire("ABREGE", "CODE") or fiche.lire("ABREGE", "LIBELLE")) or A_COMPLETER,
        "niveau": int(niveau[1]) if niveau else None,
        **({} if niveau else {"note_niveau": "non renseigné dans le fichier de France compétences"}),
    }


def _certificateur(fiche: Noeud) -> dict[str, Any]:
    noms = [resserrer(c.lire("NOM_CERTIFICATEUR")) for c in fiche.tous("CERTIFICATEURS", "CERTIFICATEUR")]
    return {
        "nom": " ; ".join(filter(None, noms)) or A_COMPLETER,
        "nom_court": A_COMPLETER,
        "signataire_qualite": A_COMPLETER,
    }


def _nomenclatures(fiche: Noeud) -> list[dict[str, Any]]:
    listes = {"NSF": ("CODES_NSF", "NSF"), "ROME": ("CODES_ROME", "ROME"), "Formacode": ("FORMACODES", "FORMACODE")}
    return [
        {
            "nomenclature": nom,
            "code": resserrer(noeud.lire("CODE")) or A_COMPLETER,
            "libelle": resserrer(noeud.lire("LIBELLE")) or A_COMPLETER,
        }
        for nom, chemin in listes.items()
        for noeud in fiche.tous(*chemin)
    ]


def _debouches(fiche: Noeud) -> dict[str, Any]:
    lus = {"secteurs": fiche.lire("SECTEURS_ACTIVITE"), "emplois": fiche.lire("TYPE_EMPLOI_ACCESSIBLES")}
    return {nom: [resserrer(texte)] if resserrer(texte) else [] for nom, texte in lus.items()}


def _activites(decoupe: Decoupage) -> list[Any]:
    lignes = [
        {"id": f"A{rang}", "libelle": a_confirmer(element.texte)}
        for rang, element in enumerate(decoupe.elements, start=1)
    ]
    return lignes or [A_COMPLETER]


def _jury(fiche: Noeud) -> dict[str, Any]:
    textes = dict.fromkeys(resserrer(fiche.lire(element, "COMPOSITION")) for element in VOIES)
    libelle = next(filter(None, textes), "")
    nombre = re.match(r"(\d{1,2})\b", libelle)
    return {
        "libelle": libelle or A_COMPLETER,
        "membres": a_confirmer(nombre[1]) if nombre else A_COMPLETER,
        "qualite": a_confirmer(libelle[nombre.end() :].strip())
        if nombre and libelle[nombre.end() :].strip()
        else A_COMPLETER,
    }


def _voies(lue: FicheLue) -> dict[str, Any]:
    voies = []
    for element, (code, libelle) in VOIES.items():
        lu = lue.racine.lire(element, "ACTIF")
        ouverte, jury = _OUI_NON.get(lu.lower()), resserrer(lue.racine.lire(element, "COMPOSITION"))
        statut = {True: "ouvert", False: "ferme", None: A_COMPLETER}[ouverte]
        voies.append(
            {
                "code": code,
                "libelle": libelle,
                "texte_source": f"{element} › ACTIF : {_dit(lu)}",
                "jury": jury or None,
                "statut": statut,
                "motif": "lu dans les données ouvertes de France compétences" if ouverte is not None else A_COMPLETER,
            }
        )
    return {
        "source": f"données ouvertes de France compétences, VERSION_FLUX {_dit(lue.version)}",
        "voies": voies,
    }


def _territoire(fiche: Noeud, element: str, libelle: str) -> dict[str, Any]:
    accessible = _OUI_NON.get(fiche.lire(element).lower())
    note = {} if accessible is not None else {"note": "non dit dans le fichier de France compétences"}
    return {"libelle": libelle, "accessible": accessible, **note}


def _base_legale(fiche: Noeud) -> dict[str, Any] | None:
    """The first text of creation; its nature and its own date are guessed from its title."""
    publications = fiche.tous("PUBLICATION_DECRET_CREATION", "PUBLICATION_JO")
    texte = resserrer(publications[0].lire("TITRE")) if publications else ""
    if not texte:
        return None
    lue = re.search(rf"\bdu (\d{{1,2}})(?:er)? ({'|'.join(_MOIS)}) (\d{{4}})", simplifier(texte))
    jour = _date(f"{int(lue[1]):02}/{_MOIS.index(lue[2]) + 1:02}/{lue[3]}") if lue else None
    publie = _date(publications[0].lire("DATE_PUBLICATION_JO"))
    return {
        "nature": a_confirmer(texte.split()[0].lower()),
        "date": a_confirmer(jour) if jour else A_COMPLETER,
        **({"date_jo": publie} if publie else {}),
        "intitule": resserrer(fiche.lire("INTITULE")) or A_COMPLETER,
        "texte": texte,
    }


def _date(texte: str) -> dt.date | None:
    """``18/12/2023``; None for anything else."""
    try:
        return dt.datetime.strptime(texte, "%d/%m/%Y").date()
    except ValueError:
        return None
