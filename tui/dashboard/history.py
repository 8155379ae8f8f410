"""History: the recipes that are over, newest first, with how they ended."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style

from projections.overview_model import FinishedRecipe
from tomoe_es.clock import SECOND
from tui.dashboard.lines import line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, CAUTION, GOOD, NORMAL, QUIET
from tui.dashboard.panel import Detail, Row, RowsPanel
from tui.dashboard.recipe_lines import field, recipe_lines, remark
from tui.dashboard.wording import duration, jst, jst_seconds, short_id, utc_seconds

_OUTCOMES: dict[str, tuple[str, Style]] = {
    "done": ("done", GOOD),
    "cancelled": ("CANCELLED", ALARM),
    "expired": ("expired", CAUTION),
}


class HistoryPanel(RowsPanel):
    """Observer and project, time, short id, outcome and why, comment."""

    NUMBER: ClassVar[int] = 5
    NAME: ClassVar[str] = "history"

    def __init__(self) -> None:
        super().__init__()
        self._sought = ""

    def search(self, text: str) -> None:
        """Show only the recipes that hold this text, whatever the case; empty: all."""
        self._sought = text.strip()
        self._say_again()

    def title(self, moment: Moment) -> str:
        """How many there are, how many the overview brings, and the filter."""
        total, shown = moment.overview.history_total, len(moment.overview.history)
        said = f"{total}" if total == shown else f"{total}, newest {shown}"
        return f"{said}, {len(self._rows)} with '{self._sought}'" if self._sought else said

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """One row a recipe."""
        sought = self._sought.casefold()
        return [_row(recipe) for recipe in moment.overview.history if sought in _searched(recipe)]

    def detail(self) -> Detail | None:
        """The chosen recipe with its operations, and why it ended so."""
        history = self.moment.overview.history if self.moment else ()
        for recipe in history:
            if recipe.recipe_id == self.chosen_key:
                return _detail(recipe)
        return None


def _detail(recipe: FinishedRecipe) -> Detail:
    why = [field("why", _why(recipe))] if _why(recipe) else []
    ended = f"{jst_seconds(recipe.ended_us)} JST, {utc_seconds(recipe.ended_us)} UTC"
    return Detail(
        title=f"Recipe {recipe.recipe_id}",
        lines=[
            *recipe_lines(recipe, recipe.outcome),
            *why,
            field("started", _started(recipe)),
            field("ended", ended),
        ],
        recipe_id=recipe.recipe_id,
    )


def _started(recipe: FinishedRecipe) -> str:
    if not recipe.started_us:
        return "never"
    lasted = duration((recipe.ended_us - recipe.started_us) / SECOND)
    return f"{jst_seconds(recipe.started_us)} JST, {utc_seconds(recipe.started_us)} UTC, ran for {lasted}"


def _why(recipe: FinishedRecipe) -> str:
    return ": ".join(part for part in (recipe.condition, recipe.message) if part)


def _searched(recipe: FinishedRecipe) -> str:
    parts = (
        recipe.observer,
        recipe.project,
        recipe.recipe_id,
        recipe.outcome,
        recipe.comment,
        recipe.condition,
        recipe.message,
    )
    return " ".join(parts).casefold()


def _row(recipe: FinishedRecipe) -> Row:
    word, style = _OUTCOMES[recipe.outcome]
    why = _why(recipe)
    return Row(
        recipe.recipe_id,
        line(
            (f"{jst(recipe.ended_us)} {short_id(recipe.recipe_id)} ", QUIET),
            (f"{word:<9} ", style),
            *([(f"{why}  ", NORMAL)] if why else []),
            f"{recipe.observer} | {recipe.project}",
            (f"  {remark(recipe)}", QUIET),
        ),
    )
