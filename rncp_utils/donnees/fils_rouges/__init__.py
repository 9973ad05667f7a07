"""The thread cases: YAML files of ``donnees/cas``, made into forms of accounts, and redrawn for each learner."""
