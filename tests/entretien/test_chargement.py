"""What is refused in a scenario, and how it is said."""

from __future__ import annotations

import pytest

from rncp_utils.entretien import charger_scenario, scenarios_livres
from rncp_utils.erreurs import ErreurDonnees, ErreurListe


def fautes(public, ecrire, cachee=None) -> list[str]:
    verite = None if cachee is None else ecrire(cachee, "verite.yaml")
    with pytest.raises(ErreurListe, match=r"scenario\.yaml est refusé") as refus:
        charger_scenario(ecrire(public, "scenario.yaml"), verite=verite)
    return [faute.replace("\xa0", " ") for faute in refus.value.fautes]


def choix(public: dict, chemin: str) -> dict:
    noeud, _, nom = chemin.partition(".")
    [trouve] = [n for n in public["noeuds"] if n["id"] == noeud]
    return next(c for c in trouve["choix"] if c["id"] == nom)


def test_les_scenarios_livres_se_chargent_avec_leur_verite():
    assert "S1" in scenarios_livres()
    for nom in scenarios_livres():
        scenario = charger_scenario(nom)
        assert scenario.usage == "entrainement"
        assert scenario.commente


def test_un_scenario_inconnu_est_dit(tmp_path):
    with pytest.raises(ErreurDonnees, match=r"Je ne trouve pas le scénario « S99 » ; choisissez .*S1, "):
        charger_scenario("S99")
    with pytest.raises(ErreurDonnees, match="à côté du notebook"):
        charger_scenario(tmp_path / "scenario.yaml")


def test_la_moitie_publique_se_joue_sans_la_verite(public, ecrire):
    scenario = charger_scenario(ecrire(public, "scenario.yaml"))
    assert scenario.verite is None
    with pytest.raises(ErreurDonnees, match="sans sa vérité cachée"):
        _ = scenario.verite_connue


def test_toutes_les_fautes_de_forme_sont_dites_en_une_fois(public, cachee, ecrire):
    del public["titre"]
    public["usage"] = "examen"
    choix(public, "N0.a")["couleur"] = "rouge"
    choix(public, "N0.b")["confiance"] = "beaucoup"
    cachee["informations"][0]["poids"] = 0
    dites = fautes(public, ecrire, cachee)
    for morceau in ("titre : le champ manque", "« examen » n'est pas admis", "couleur", "« beaucoup »", "poids"):
        assert sum(morceau in faute for faute in dites) == 1, (morceau, dites)
    assert len(dites) == 5, dites


@pytest.mark.parametrize("texte", ["", "- une\n- liste\n", "42\n"])
def test_un_fichier_sans_champs_est_refuse(ecrire, texte):
    [faute] = fautes(texte, ecrire)
    assert "il doit contenir des champs" in faute


def test_un_champ_ecrit_deux_fois_est_dit(ecrire):
    assert any("écrit deux fois" in faute for faute in fautes("format: 1\nformat: 1\n", ecrire))


def _boucle(public):
    choix(public, "N4.a")["vers"] = "N1"


def _inatteignable(public):
    public["noeuds"].append({"id": "N9", "replique": "Seul."})


def _vers_inconnu(public):
    choix(public, "N4.a")["vers"] = "N8"


def _impasse(public):
    choix(public, "N4.a")["vers"] = [{"noeud": "N5", "si": {"confiance_min": 7}}]


def _jamais_propose(public):
    choix(public, "N3.d")["si"] = {"connait": ["r1"], "confiance_min": 10}


def _seuil_hors_d_atteinte(public):
    choix(public, "N1.a")["seuil"] = 9


def _seuil_sans_reticence(public):
    del choix(public, "N1.a")["reticence"]


def _trop_peu_de_choix(public):
    public["noeuds"][0]["choix"].pop()


def _trop_peu_d_offerts(public):
    choix(public, "N3.c")["si"] = {"connait": ["r1"]}


def _repere_inconnu(public):
    choix(public, "N3.d")["si"] = {"connait": ["r7"]}


def _repere_inutile(public):
    choix(public, "N2.b")["reperes"] = ["r2"]


def _nom_reserve(public):
    choix(public, "N0.c")["id"] = "clore"


def _noeud_double(public):
    public["noeuds"].append(public["noeuds"][-1])


def _choix_double(public):
    choix(public, "N0.c")["id"] = "a"


def _depart_inconnu(public):
    public["depart"] = "N7"


@pytest.mark.parametrize(
    ("abimer", "dit"),
    [
        (_boucle, "N1 → N2 → N3 → N4 → N1 forment une boucle"),
        (_inatteignable, "nœud N9 : aucun parcours n'y mène"),
        (_vers_inconnu, "choix N4.a : le nœud « N8 » n'existe pas"),
        (_impasse, "choix N4.a : il peut ne mener nulle part"),
        (_jamais_propose, "choix N3.d : aucun parcours ne le propose"),
        (_seuil_hors_d_atteinte, "choix N1.a : aucun parcours n'atteint son seuil"),
        (_seuil_sans_reticence, "choix N1.a : le seuil 5 demande une « reticence »"),
        (_trop_peu_de_choix, "nœud N0 : il a 2 choix"),
        (_trop_peu_d_offerts, "nœud N3 : il peut n'offrir que 2 choix"),
        (_repere_inconnu, "aucun choix ne laisse le repère « r7 »"),
        (_repere_inutile, "le repère « r2 » ne sert à aucune condition"),
        (_nom_reserve, "le nom « clore » est réservé"),
        (_noeud_double, "le nœud « F » est écrit deux fois"),
        (_choix_double, "nœud N0 : le choix « a » est écrit deux fois"),
        (_depart_inconnu, "le départ « N7 » n'est pas un nœud"),
    ],
)
def test_un_graphe_qui_ne_tient_pas_est_refuse(public, ecrire, abimer, dit):
    abimer(public)
    assert any(dit in faute for faute in fautes(public, ecrire))


def _autre_version(cachee):
    cachee["version"] = 1


def _choix_sans_type(cachee):
    del cachee["noeuds"]["N0"]["choix"]["c"]


def _choix_de_trop(cachee):
    cachee["noeuds"]["N0"]["choix"]["z"] = {"type": "neutre"}


def _noeud_sans_phase(cachee):
    del cachee["noeuds"]["F"]


def _noeud_de_trop(cachee):
    cachee["noeuds"]["N9"] = {"phase": "fin"}


def _information_inconnue(cachee):
    cachee["noeuds"]["N1"]["choix"]["b"]["informations"] = ["dix"]


def _information_muette(cachee):
    cachee["informations"].append({"id": "dix", "theme": "tous", "poids": 1, "libelle": "Dix"})


def _theme_inconnu(cachee):
    cachee["informations"][0]["theme"] = "autre"


def _theme_vide(cachee):
    cachee["themes"]["vide"] = "Vide"


def _information_double(cachee):
    cachee["informations"].append(cachee["informations"][0])


def _besoin_inconnu(cachee):
    cachee["besoins_latents"][0]["informations"] = ["dix"]


def _piege_inconnu(cachee):
    cachee["pieges"][0]["choix"] = ["N9.a"]


def _retour_manquant(cachee):
    del cachee["retours"]["I4"]


def _rouge_sans_retour(cachee):
    cachee["noeuds"]["N4"]["choix"]["c"]["retour"] = " "


def _faits_hors_reformulation(cachee):
    cachee["noeuds"]["N1"]["choix"]["a"]["faits"] = ["un"]


def _date_hors_conclusion(cachee):
    cachee["noeuds"]["N1"]["choix"]["a"]["datee"] = True


def _prematuree_sans_proposition(cachee):
    cachee["noeuds"]["N1"]["choix"]["a"]["prematuree"] = True


def _seuils_a_l_envers(cachee):
    cachee["seuils"]["couverture"] = {"plein": 0.3, "plancher": 0.4}


def _modele_impossible(cachee):
    cachee["parcours_modele"][2] = "N3.a"


def _modele_inacheve(cachee):
    cachee["parcours_modele"].pop()


def _modele_insuffisant(cachee):
    cachee["parcours_modele"][3] = "N3.b"


@pytest.mark.parametrize(
    ("abimer", "dit"),
    [
        (_autre_version, "elle porte sur « T1 » version 1, et le scénario est « T1 » version 2"),
        (_choix_sans_type, "le choix « N0.c » n'a pas de type"),
        (_choix_de_trop, "le choix « N0.z » n'est pas dans le scénario"),
        (_noeud_sans_phase, "le nœud « F » n'a pas de phase"),
        (_noeud_de_trop, "le nœud « N9 » n'est pas dans le scénario"),
        (_information_inconnue, "choix N1.b : « dix » n'est pas une information"),
        (_information_muette, "aucun choix ne donne l'information « dix »"),
        (_theme_inconnu, "le thème « autre » n'est pas dans « themes »"),
        (_theme_vide, "aucune information ne relève du thème « vide »"),
        (_information_double, "deux informations ont le même identifiant"),
        (_besoin_inconnu, "besoin latent : l'information « dix » est inconnue"),
        (_piege_inconnu, "le choix « N9.a » n'existe pas"),
        (_retour_manquant, "le retour de l'indicateur I4 manque"),
        (_rouge_sans_retour, "choix N4.c : une maladresse s'explique"),
        (_faits_hors_reformulation, "seule une reformulation a des « faits »"),
        (_date_hors_conclusion, "seule une conclusion est « datee »"),
        (_prematuree_sans_proposition, "seule une proposition est « prematuree »"),
        (_seuils_a_l_envers, "seuils de couverture : ils ne vont pas en croissant"),
        (_modele_impossible, "« N3.a » est impossible au moment « N2 »"),
        (_modele_inacheve, "il s'arrête à « N5 », qui n'est pas une fin"),
        (_modele_insuffisant, "I3 n'y obtient que 50 % de ses points"),
    ],
)
def test_une_verite_qui_ne_va_pas_avec_le_scenario_est_refusee(public, cachee, ecrire, abimer, dit):
    abimer(cachee)
    assert any(dit in faute for faute in fautes(public, ecrire, cachee))


def test_la_verite_d_un_scenario_note_ne_voyage_pas_avec_lui(public, cachee, ecrire):
    public["verite"] = cachee
    assert any("ne voyage pas avec lui" in faute for faute in fautes(public, ecrire))


def test_un_repere_parlant_est_refuse_dans_un_scenario_note(public, cachee, ecrire):
    choix(public, "N1.a")["reperes"] = ["prevoyance"]
    choix(public, "N3.d")["si"] = {"connait": ["prevoyance"]}
    assert any("« prevoyance » en dit trop" in faute for faute in fautes(public, ecrire, cachee))


def test_un_effet_reserve_aux_repliques_rouges_est_refuse(public, cachee, ecrire):
    choix(public, "N4.c")["confiance"] = -3
    assert any("d'effet -3 sur la confiance sont rouges" in faute for faute in fautes(public, ecrire, cachee))


def test_un_premier_choix_toujours_bon_est_refuse(public, cachee, ecrire):
    for noeud in public["noeuds"]:
        bon = next((pas[3:] for pas in cachee["parcours_modele"] if pas.startswith(noeud["id"])), None)
        noeud.get("choix", []).sort(key=lambda c, bon=bon: c["id"] != bon)
    assert any("le premier choix est toujours le meilleur" in faute for faute in fautes(public, ecrire, cachee))


def test_une_erreur_bloquante_vise_une_competence_et_s_explique_par_une_faute_rouge(public, cachee, ecrire):
    cachee["noeuds"]["N1"]["choix"]["b"]["bloquante"] = "C21"
    [faute] = fautes(public, ecrire, cachee)
    assert "choix N1.b : une erreur bloquante est aussi une réplique rouge" in faute
    cachee["noeuds"]["N1"]["choix"]["b"]["bloquante"] = "grave"
    [faute] = fautes(public, ecrire, cachee)
    assert "par exemple C21" in faute
