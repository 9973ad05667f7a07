"""Ce que le Hub permet à chaque rôle : lu par JupyterHub lui-même, sur la configuration du dépôt."""

from __future__ import annotations

import pytest
from jupyterhub.scopes import scope_definitions

from rncp_utils.hub.roles import COORDINATEUR, CORRECTEURS, EXPERT, FORMATEUR, ROLES, role_des_groupes, roles_du_hub


def portees(nom: str) -> set[str]:
    [role] = [role for role in roles_du_hub() if role["name"] == nom]
    return set(role["scopes"])


def test_les_portees_existent_pour_jupyterhub():
    citees = {portee.partition("!")[0] for role in roles_du_hub() for portee in role["scopes"]}
    assert citees <= set(scope_definitions)


def test_personne_n_est_administrateur_et_seule_l_inscription_change_les_comptes():
    for role in roles_du_hub():
        larges = {p for p in role["scopes"] if p.startswith(("admin", "users", "delete", "proxy")) and "!" not in p}
        if role["name"] == "inscription":
            assert larges == {"admin:users", "admin:groups", "delete:servers"}
            assert role["services"] == ["inscription"]
        elif role["name"] == "veille":
            assert larges == {"delete:servers"}
        else:
            assert larges == set(), role["name"]


def test_formgrader_n_est_ouvert_qu_aux_formateurs():
    [acces] = [r for r in roles_du_hub() if r.get("groups") and "access:services!service=rncp31919" in r["scopes"]]
    assert acces["groups"] == [CORRECTEURS] == [FORMATEUR.groupe]
    # A server's token is bounded by its owner's own rights; it never asks for others' things.
    assert {p for p in portees("server") if p.startswith("access:servers")} == {"access:servers!user"}


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_le_groupe_donne_le_role(role):
    assert role_des_groupes(["autre", role.groupe]) is role


def test_sans_groupe_pas_de_role():
    assert role_des_groupes(["autre"]) is None


def test_l_expert_et_le_coordinateur_ne_travaillent_pas_sous_le_compte_qui_corrige():
    assert FORMATEUR.compte not in (EXPERT.compte, COORDINATEUR.compte)
