"""`tomoe replay`: go through a night again, and find out why; the log is only read. One file an idea."""

from __future__ import annotations

from cyclopts import App

app = App(name="replay", help="Go through a night again and find out why. The log is only read.")
COMMANDS: dict[str, str] = {
    "show": "show:show",
    "why": "causes:why",
    "effects": "causes:effects",
    "when": "when:when",
    "bisect": "bisect:bisect",
    "diff": "diff:diff",
    "check": "check:check",
    "whatif": "whatif:whatif",
    "export": "export:export",
    "import": "export:import_",
    "timing": "timing:timing",
    "play": "play:play",
    "screen": "screen:screen",
    "names": "names:list_names",
}
"""By the word that is typed, in the order in which they are listed: module of this package, and function in
it. Only the one that is asked for is loaded."""
for name, place in COMMANDS.items():
    app.command(f"{__name__}.{place}", name=name)
