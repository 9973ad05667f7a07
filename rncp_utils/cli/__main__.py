"""``python -m rncp_utils.cli``."""

from rncp_utils.cli import main

main(prog_name="rncp")
