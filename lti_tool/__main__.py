"""`python -m lti_tool`: the same as `xuefen`."""

from lti_tool.cli import main

main(prog_name="xuefen")
