"""People whom the Hub knows: kept beside its secrets, told to a Hub that runs."""

from __future__ import annotations

import getpass
import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pandas as pd

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.grading.lecture_csv import lire_csv_fr, lire_date
from rncp_utils.hub.classe import COLONNES, FACULTATIVES, Personne
from rncp_utils.hub.installation import Reglages
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.requetes import ouvrir
from rncp_utils.hub.roles import APPRENANT, CORRECTEUR, CORRECTEURS, ROLES
from rncp_utils.tableurs import ecrire_csv_fr

_DELAI_S = 20


def lire_personnes(lieux: Lieux) -> dict[str, Personne]:
    """People of every list so far, by account."""
    if not lieux.personnes.exists():
        return {}
    table = lire_csv_fr(lieux.personnes, COLONNES, FACULTATIVES)
    lignes = table.to_dict("records")
    return {
        ligne["identifiant"]: Personne(**ligne | {"date_entree": lire_date(ligne["date_entree"])}) for ligne in lignes
    }


def ecrire_personnes(lieux: Lieux, personnes: Iterable[Personne]) -> None:
    """Keep them, readable by the administrator alone."""
    lignes = [vars(personne) for personne in sorted(personnes, key=lambda p: p.identifiant)]
    ecrire_csv_fr(pd.DataFrame(lignes, columns=[*COLONNES, *FACULTATIVES], dtype=object), lieux.personnes)
    lieux.personnes.chmod(0o600)


def groupes_du_hub(lieux: Lieux, *, isole: bool) -> dict[str, dict[str, list[str]]]:
    """``c.JupyterHub.load_groups``: a group a role. Without the administrator's rights, one person is everybody."""
    membres: dict[str, list[str]] = {role.groupe: [] for role in ROLES.values()}
    if not isole:
        for groupe in (APPRENANT.groupe, CORRECTEURS):
            membres[groupe].append(getpass.getuser())
    else:
        # nbgrader wants the account that grades among the graders; having no password, it never logs in.
        membres[CORRECTEURS].append(CORRECTEUR)
        for personne in lire_personnes(lieux).values():
            membres[ROLES[personne.role].groupe].append(personne.identifiant)
    return {groupe: {"users": noms} for groupe, noms in membres.items()}


def dire_au_hub(reglages: Reglages, personnes: Iterable[Personne]) -> bool:
    """Tell a Hub that runs who is in which group; False when none answers (it will read the list when it starts).

    Raises
    ------
    ErreurRncp
        The Hub answers, and refuses.
    """
    par_groupe: dict[str, list[str]] = {}
    connus = _noms_connus(reglages)
    if connus is None:
        return False
    personnes = list(personnes)
    nouveaux = [p.identifiant for p in personnes if p.identifiant not in connus]
    if nouveaux:
        _demander(reglages, "POST", "users", {"usernames": nouveaux})
    for personne in personnes:
        par_groupe.setdefault(ROLES[personne.role].groupe, []).append(personne.identifiant)
        for autre in connus.get(personne.identifiant, ()):
            if autre != ROLES[personne.role].groupe and autre in {role.groupe for role in ROLES.values()}:
                _demander(reglages, "DELETE", f"groups/{quote(autre)}/users", {"users": [personne.identifiant]})
                # The server of the former role must not go on with its rights.
                _demander(reglages, "DELETE", f"users/{quote(personne.identifiant)}/server", absents=(400, 404))
    for groupe, noms in par_groupe.items():
        _demander(reglages, "POST", f"groups/{quote(groupe)}/users", {"users": noms})
    return True


def _noms_connus(reglages: Reglages) -> dict[str, list[str]] | None:
    try:
        return {ligne["name"]: ligne.get("groups", []) for ligne in _demander(reglages, "GET", "users?limit=10000")}
    except ConnectionError:
        return None


def _demander(reglages: Reglages, methode: str, chemin: str, corps: Any = None, absents: tuple[int, ...] = ()) -> Any:
    demande = urllib.request.Request(
        f"{reglages.url_du_hub}/{chemin}",
        method=methode,
        data=None if corps is None else json.dumps(corps).encode(),
        headers={"Authorization": f"token {reglages.jetons['inscription']}", "Content-Type": "application/json"},
    )
    try:
        with ouvrir(demande, timeout=_DELAI_S) as reponse:
            texte = reponse.read()
            return json.loads(texte) if texte else None
    except urllib.error.HTTPError as erreur:
        if erreur.code in absents:
            return None
        raise ErreurRncp(
            f"Le Hub refuse {methode} {chemin} ({erreur.code}) : arrêtez-le (make hub-stop), puis relancez-le ; la "
            "liste des personnes est gardée et sera reprise au démarrage."
        ) from erreur
    except (urllib.error.URLError, TimeoutError) as erreur:
        raise ConnectionError(str(erreur)) from erreur
