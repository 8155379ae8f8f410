"""Keys of replay: as asciinema's and less's where those have them. None of them acts on the telescope."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding("space", "play"),
    Binding("full_stop", "by_events(1)"),
    Binding("comma", "by_events(-1)"),
    *[Binding(key, f"to_next('{unit}')") for key, unit in (("o", "operation"), ("x", "exposure"))],
    *[Binding(key, f"to_last('{unit}')") for key, unit in (("O", "operation"), ("X", "exposure"))],
    Binding("r", "to_next('recipe')"),
    Binding("R", "to_last('recipe')"),
    Binding("right_square_bracket", "to_next('violation')"),
    Binding("left_square_bracket", "to_last('violation')"),
    Binding("right", "by_time(60)"),
    Binding("left", "by_time(-60)"),
    Binding("shift+right", "by_part(0.1)"),
    Binding("shift+left", "by_part(-0.1)"),
    Binding("g", "to_place('start')"),
    Binding("G", "to_place('end')"),
    Binding("greater_than_sign", "faster"),
    Binding("less_than_sign", "slower"),
    Binding("colon", "ask('place')"),
    Binding("percent_sign", "ask('percent')"),
    Binding("slash", "ask('condition')"),
    Binding("n", "find(1)"),
    Binding("N", "find(-1)"),
    Binding("b", "go_back"),
    Binding("e", "beside('events')"),
    Binding("w", "beside('why')"),
    Binding("f", "filter"),
    Binding("ctrl+c,ctrl+q", "leave", priority=True),
]
