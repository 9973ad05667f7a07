"""Deployment files for many machines: what can be known of them without a cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
import yaml

from rncp_utils.hub.roles import COORDINATEUR, ROLES
from tests.hub.petit_hub import DEPOT, VALEURS

DEPLOIEMENT = DEPOT / "hub" / "deploiement"
HUB = yaml.safe_load(VALEURS.read_text(encoding="utf-8"))["hub"]


@dataclass
class Poste:
    """What the hook reads and sets of KubeSpawner."""

    groupes: tuple[str, ...]
    environment: dict = field(default_factory=lambda: {"LANG": "C.UTF-8"})
    volumes: list = field(default_factory=lambda: [{"name": "volume-domicile"}])
    volume_mounts: list = field(default_factory=lambda: [{"name": "volume-domicile", "mountPath": "/home/jovyan"}])

    @property
    def user(self):
        return SimpleNamespace(groups=[SimpleNamespace(name=groupe) for groupe in self.groupes])


@pytest.fixture(scope="module")
def profils() -> dict:
    """The configuration as the Hub executes it."""
    espace = {"c": SimpleNamespace(Spawner=SimpleNamespace())}
    exec(HUB["extraConfig"]["10-profils"], espace)
    return espace


@pytest.fixture
def ouvrir(profils):
    def ouvrir(*groupes: str) -> Poste:
        poste = Poste(groupes)
        profils["c"].Spawner.pre_spawn_hook(poste)
        # A second start of the same server changes nothing.
        avant = (list(poste.volumes), list(poste.volume_mounts), dict(poste.environment))
        profils["c"].Spawner.pre_spawn_hook(poste)
        assert (poste.volumes, poste.volume_mounts, poste.environment) == avant
        return poste

    return ouvrir


def test_les_memes_roles_que_sur_une_machine(profils):
    sur_une_machine = {role.groupe: role for role in ROLES.values()}
    assert set(profils["PROFILS"]) == set(sur_une_machine)
    for groupe, profil in profils["PROFILS"].items():
        assert profil["memoire"] == sur_une_machine[groupe].memoire
        assert profil["page"].endswith(sur_une_machine[groupe].page)


def test_un_apprenant_n_a_ni_le_cours_ni_le_carnet_ni_les_corriges(ouvrir):
    poste = ouvrir("nbgrader-rncp31919")
    assert poste.image.split("/")[-1].startswith("apprenant:")
    assert [volume["name"] for volume in poste.volumes] == ["volume-domicile"]
    assert set(poste.environment) == {"LANG", "RNCP_GROUPE"}
    assert poste.supplemental_gids == []


def test_chacun_n_ecrit_que_dans_ses_dossiers(ouvrir):
    def ecrits(groupe: str) -> set[str]:
        montages = ouvrir(groupe).volume_mounts
        return {m["mountPath"] for m in montages if m["name"] == "cours" and not m.get("readOnly")}

    cours = "/home/jovyan/cours"
    assert ecrits("formgrade-rncp31919") == {cours}
    assert ecrits("experts-rncp31919") == {f"{cours}/observations"}
    assert ecrits(COORDINATEUR.groupe) == {f"{cours}/session", f"{cours}/exports"}


def test_le_carnet_est_donne_aux_correcteurs_par_reference(ouvrir):
    carnet = ouvrir("formgrade-rncp31919").environment["RNCP_CARNET"]
    assert carnet["valueFrom"] == {"secretKeyRef": {"name": "rncp-carnet", "key": "adresse"}}
    assert "RNCP_CARNET" not in ouvrir("experts-rncp31919").environment


@pytest.mark.parametrize("groupes", [(), ("autre",), ("nbgrader-rncp31919", "formgrade-rncp31919")])
def test_sans_role_ou_avec_deux_rien_ne_s_ouvre(profils, groupes):
    with pytest.raises(profils["SansRole"], match="un rôle, et un seul"):
        profils["c"].Spawner.pre_spawn_hook(Poste(groupes))


def test_aucun_secret_n_est_ecrit():
    for chemin in DEPLOIEMENT.iterdir():
        texte = chemin.read_text(encoding="utf-8")
        if chemin.suffix != ".lock":
            assert not re.search(r"\b[0-9a-f]{32,}\b|password: *\"?(?!À REMPLIR)\w", texte), chemin.name
    for document in yaml.safe_load_all((DEPLOIEMENT / "secrets.exemple.yaml").read_text(encoding="utf-8")):
        assert all("À REMPLIR" in valeur for valeur in document["stringData"].values())


def test_les_secrets_attendus_sont_ceux_du_modele():
    modele = {
        (document["metadata"]["name"], cle)
        for document in yaml.safe_load_all((DEPLOIEMENT / "secrets.exemple.yaml").read_text(encoding="utf-8"))
        for cle in document["stringData"]
    }
    echange = (DEPLOIEMENT / "echange.yaml").read_text(encoding="utf-8")
    attendus = set(re.findall(r"secretKeyRef: \{name: ([\w-]+), key: ([\w.-]+)\}", echange))
    attendus.add(("rncp-carnet", "adresse"))
    assert attendus <= modele
    assert {nom for nom, _ in modele} == {HUB["existingSecret"], "rncp-carnet"}


def etages() -> dict[str, list[str]]:
    """Instructions of each stage of the Dockerfile, with those of the stages that it starts from."""
    lus: dict[str, list[str]] = {}
    courant: list[str] = []
    texte = (DEPLOIEMENT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    for ligne in texte.splitlines():
        depart = re.match(r"FROM (\S+) AS (\S+)", ligne)
        if depart:
            courant = lus[depart[2]] = list(lus.get(depart[1], []))
        elif ligne and not ligne.startswith("#"):
            courant.append(ligne)
    return lus


def copies(etage: str) -> set[str]:
    lignes = [ligne.split() for ligne in etages()[etage] if ligne.startswith("COPY ")]
    return {mot for mots in lignes for mot in mots[1:-1] if not mot.startswith("--")}


def test_l_image_de_l_apprenant_ne_contient_aucun_corrige():
    assert {"course", "requirements.lock", "dist/*.whl"} <= copies("apprenant")
    for etage in ("apprenant", "echange", "hub"):
        entrees = copies(etage)
        assert not [e for e in entrees if e.split("/")[0] in (".", "source", "corriges", "release", "autograded")]
    assert {"source", "corriges"} <= copies("formateur")


def test_la_bibliotheque_installee_ne_contient_aucun_corrige():
    """The wheel is the library alone."""
    projet = (DEPOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'packages = ["rncp_utils"]' in projet
    assert not [*DEPOT.glob("rncp_utils/**/banque*.yaml"), *DEPOT.glob("rncp_utils/**/verite*.yaml")]


def test_le_contexte_des_images_laisse_entrer_ce_qu_elles_copient():
    permis = (DEPLOIEMENT / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in permis
    for etage in etages():
        for entree in copies(etage):
            assert any(entree == p[1:] or entree.startswith(f"{p[1:]}/") for p in permis if p.startswith("!")), entree
            assert "*" in entree or (DEPOT / entree).exists(), entree


def test_seul_le_mandataire_joint_l_echange():
    documents = list(yaml.safe_load_all((DEPLOIEMENT / "echange.yaml").read_text(encoding="utf-8")))
    (regle,) = [document["spec"] for document in documents if document["kind"] == "NetworkPolicy"]
    (deploiement,) = [document["spec"] for document in documents if document["kind"] == "Deployment"]
    etiquettes = deploiement["template"]["metadata"]["labels"]
    assert regle["podSelector"]["matchLabels"].items() <= etiquettes.items()
    ((source,),) = [entree["from"] for entree in regle["ingress"]]
    assert source["podSelector"]["matchLabels"] == {"app": "jupyterhub", "component": "proxy"}
    valeurs = yaml.safe_load(VALEURS.read_text(encoding="utf-8"))
    sorties = valeurs["singleuser"]["networkPolicy"]["egressAllowRules"]
    assert not (sorties["privateIPs"] or sorties["nonPrivateIPs"] or sorties["cloudMetadataServer"])
