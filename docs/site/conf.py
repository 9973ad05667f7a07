"""Sphinx configuration of the site. `make site` prepares its pages (see rncp_utils/site/construction.py)."""

import os
from pathlib import Path

ICI = Path(__file__).parent
# Set by the build: where the course is.
DEPOT = Path(os.environ.get("RNCP_SITE_DEPOT", ICI.parents[1]))

project = "Chargé de clientèle de professionnels"
language = "fr"
locale_dirs = [str(ICI / "locale")]
extensions = ["myst_nb", "rncp_utils.site.liens"]
exclude_patterns = []
templates_path = ["_templates"]

rncp_glossaire = str(DEPOT / "course" / "glossaire.yaml")
rncp_glossaire_empreinte = os.environ.get("RNCP_SITE_GLOSSAIRE", "")

# Lessons come executed: here nothing runs, and no script of a widget is fetched from elsewhere.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
myst_heading_anchors = 4
# French quotes and spaces are set by rncp_utils.site.liens.
smartquotes = False

html_theme = "furo"
html_title = "Parcours «\u00a0Chargé de clientèle de professionnels\u00a0»"
html_short_title = "Parcours"
html_static_path = ["_static", *filter(None, [os.environ.get("RNCP_SITE_STATIQUE")])]
html_css_files = ["lecon.css", "site.css"]
# A source page holds what its page shows, but nobody needs a second copy.
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
html_domain_indices = False
html_theme_options = {"navigation_with_keys": False, "top_of_page_buttons": []}
html_permalinks_icon = "¶"
