"""Cross checks of a sheet: what its lists say of one another.

They read the raw data, not the typed model, so that a sheet with a misspelt field still gets every one of its faults
in the same reading. What has the wrong shape is skipped here: the model names it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rncp_utils.referentiel.marques import marques
from rncp_utils.referentiel.modele import PREFIXE_ENTRAINEMENT

# Fields whose values must be unique in their list.
_UNIQUES = (
    ("activites", "id"),
    ("blocs", "code"),
    ("blocs", "numero"),
    ("competences", "code"),
    ("competences", "code_bloc"),
    ("evaluations", "code"),
)


def fautes_croisees(contenu: dict[str, Any]) -> list[str]:
    """Every fault between the lists of a raw sheet, one French sentence each; empty if there is none."""
    controles = (_non_confirmees, _effectifs, _activites, _voies, _niveau, _dates)
    return fautes_de_structure(contenu) + [faute for controle in controles for faute in controle(contenu)]


def fautes_de_structure(contenu: dict[str, Any]) -> list[str]:
    """Those of the blocs, their competences and their assessments: what a matrix is made of."""
    controles = (_doublons, _blocs, _codes_de_bloc, _evaluations)
    return [faute for controle in controles for faute in controle(contenu)]


def _non_confirmees(contenu: dict[str, Any]) -> Iterator[str]:
    """What a proposal left open: a text of a sheet is affirmed, or it is not there."""
    for lieu, texte in marques(contenu):
        yield f"{lieu} : « {texte} » ; écrivez la valeur d'après la fiche publiée, sans cette mention."


def _elements(contenu: Any, *chemin: str) -> list[dict[str, Any]]:
    """The groups of fields of the list found at this path; empty when there is no such list."""
    for cle in chemin:
        contenu = contenu.get(cle) if isinstance(contenu, dict) else None
    return [element for element in contenu if isinstance(element, dict)] if isinstance(contenu, list) else []


def _textes(element: dict[str, Any], cle: str) -> list[str]:
    valeur = element.get(cle)
    return [texte for texte in valeur if isinstance(texte, str)] if isinstance(valeur, list) else []


def _valeurs(contenu: dict[str, Any], *chemin: str) -> list[str | int]:
    """The values of one field, the last of the path, in the list found at the rest of the path."""
    *liste, cle = chemin
    valeurs = (element.get(cle) for element in _elements(contenu, *liste))
    return [valeur for valeur in valeurs if isinstance(valeur, str | int)]


def _est_un_jour(valeur: Any) -> bool:
    """A date with a time is a datetime, which cannot be compared with a date: the model refuses it."""
    return type(valeur) is dt.date


def _repetes(valeurs: list[Any]) -> list[Any]:
    return [valeur for valeur, nombre in Counter(valeurs).items() if nombre > 1]


def _doublons(contenu: dict[str, Any]) -> Iterator[str]:
    for liste, cle in _UNIQUES:
        for valeur in _repetes(_valeurs(contenu, liste, cle)):
            yield f"{liste} : {cle} « {valeur} » est donné plusieurs fois ; chaque {cle} doit être unique."
    for code in _repetes(_valeurs(contenu, "voies_acces", "voies", "code")):
        yield f"voies_acces : code « {code} » est donné plusieurs fois ; chaque code doit être unique."


def _effectifs(contenu: dict[str, Any]) -> Iterator[str]:
    annonces = contenu.get("effectifs_annonces")
    for liste, annonce in annonces.items() if isinstance(annonces, dict) else ():
        trouve = contenu.get(liste)
        if isinstance(trouve, list) and isinstance(annonce, int) and len(trouve) != annonce:
            yield f"{liste} : la fiche en annonce {annonce}, la liste en contient {len(trouve)} ; corrigez."


def _blocs(contenu: dict[str, Any]) -> Iterator[str]:
    """Each competence in exactly one bloc, and each bloc assessed."""
    connues = _valeurs(contenu, "competences", "code")
    places: dict[str, list[str]] = {}
    for bloc in _elements(contenu, "blocs"):
        for code in _textes(bloc, "competences"):
            places.setdefault(code, []).append(str(bloc.get("code")))
    for code, blocs in places.items():
        if code not in connues:
            yield f"blocs › {blocs[0]} : la compétence « {code} » est inconnue ; corrigez le code ou ajoutez-la."
        elif len(blocs) > 1:
            yield f"competences › {code} : {len(blocs)} blocs la citent ({', '.join(blocs)}) ; n'en gardez qu'un."
    for code in dict.fromkeys(connues):
        if code not in places:
            yield f"competences › {code} : aucun bloc ne la contient ; ajoutez-la à un bloc."
    evalues = _valeurs(contenu, "evaluations", "bloc")
    for code in dict.fromkeys(_valeurs(contenu, "blocs", "code")):
        if code not in evalues:
            yield f"blocs › {code} : aucune modalité d'évaluation ; ajoutez au moins une évaluation à ce bloc."


def _codes_de_bloc(contenu: dict[str, Any]) -> Iterator[str]:
    bloc_de = {c: bloc.get("code") for bloc in _elements(contenu, "blocs") for c in _textes(bloc, "competences")}
    for competence in _elements(contenu, "competences"):
        code, code_bloc = competence.get("code"), competence.get("code_bloc")
        bloc = bloc_de.get(code) if isinstance(code, str) else None
        if bloc and isinstance(code_bloc, str) and not code_bloc.startswith(f"{bloc}."):
            yield f"competences › {code} : « {code_bloc} » ne commence pas par son bloc « {bloc}. » ; corrigez-le."


def _activites(contenu: dict[str, Any]) -> Iterator[str]:
    """Each activity reaches a competence, each competence is reached by an activity, no unknown reference."""
    activites, competences = _valeurs(contenu, "activites", "id"), _valeurs(contenu, "competences", "code")
    lignes = _elements(contenu, "correspondance_activites", "lignes")
    citees = {code for ligne in lignes for code in _textes(ligne, "competences")}
    sources = [ligne["activite"] for ligne in lignes if isinstance(ligne.get("activite"), str)]
    ou = "correspondance_activites"
    for source in _repetes(sources):
        yield f"{ou} : l'activité « {source} » a plusieurs lignes ; réunissez-les en une seule."
    for source in dict.fromkeys(sources):
        if source not in activites:
            yield f"{ou} : l'activité « {source} » est inconnue ; corrigez le code ou ajoutez-la."
    for code in sorted(citees - set(competences)):
        yield f"{ou} : la compétence « {code} » est inconnue ; corrigez le code ou ajoutez-la."
    for ligne in lignes:
        for code in _repetes(_textes(ligne, "competences")):
            yield f"{ou} › {ligne.get('activite')} : la compétence « {code} » est citée plusieurs fois ; gardez-en une."
    for activite in dict.fromkeys(activites):
        if activite not in sources:
            yield f"activites › {activite} : aucune compétence ne lui est reliée ; ajoutez sa ligne dans {ou}."
    for code in dict.fromkeys(competences):
        if code not in citees:
            yield f"competences › {code} : aucune activité ne la mobilise ; ajoutez-la dans {ou}."


def _evaluations(contenu: dict[str, Any]) -> Iterator[str]:
    blocs = _valeurs(contenu, "blocs", "code")
    for evaluation in _elements(contenu, "evaluations"):
        code, bloc = evaluation.get("code"), evaluation.get("bloc")
        if isinstance(bloc, str) and bloc not in blocs:
            yield f"evaluations › {code} : le bloc « {bloc} » est inconnu ; corrigez le code ou ajoutez le bloc."
        if isinstance(bloc, str) and isinstance(code, str) and not code.startswith(f"{bloc}-"):
            yield f"evaluations › {code} : le code ne commence pas par son bloc « {bloc}- » ; corrigez-le."
        if isinstance(code, str) and code.startswith(PREFIXE_ENTRAINEMENT):
            yield f"evaluations › {code} : « {PREFIXE_ENTRAINEMENT} » est le préfixe des entraînements ; renommez-la."


def _voies(contenu: dict[str, Any]) -> Iterator[str]:
    """What could not be read is said: a territory without an answer carries a note."""
    for territoire in _elements(contenu, "territoires"):
        if territoire.get("accessible") is None and not territoire.get("note"):
            yield f"territoires › {territoire.get('libelle')} : accès non renseigné et sans note ; dites pourquoi."


def _niveau(contenu: dict[str, Any]) -> Iterator[str]:
    certification = contenu.get("certification")
    if isinstance(certification, dict) and certification.get("niveau") is None and not certification.get("note_niveau"):
        yield "certification : niveau vide et sans note ; renseignez-le, ou dites dans note_niveau pourquoi il manque."


def _dates(contenu: dict[str, Any]) -> Iterator[str]:
    validite, base = contenu.get("validite"), contenu.get("base_legale")
    if isinstance(validite, dict):
        debut, fin, duree = (validite.get(cle) for cle in ("debut", "fin", "duree_ans"))
        if _est_un_jour(debut) and _est_un_jour(fin):
            if fin <= debut:
                yield f"validite : la fin ({fin}) ne suit pas le début ({debut}) ; corrigez l'une des deux dates."
            elif isinstance(duree, int) and fin.year - debut.year != duree:
                yield f"validite : du {debut} au {fin}, la durée n'est pas de {duree} ans ; accordez-les."
    if isinstance(base, dict):
        acte, publication = base.get("date"), base.get("date_jo")
        if _est_un_jour(acte) and _est_un_jour(publication) and publication < acte:
            yield f"base_legale : publication ({publication}) antérieure à l'acte ({acte}) ; corrigez l'une des dates."
