"""Scheduled observations: the recipes that wait in the pool, most urgent first."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style

from projections.overview_model import PoolRecipe
from tui.dashboard.lines import line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import BUSY, CAUTION, NORMAL, QUIET
from tui.dashboard.panel import Detail, Row, RowsPanel
from tui.dashboard.recipe_lines import field, recipe_lines, remark
from tui.dashboard.wording import jst, utc


class PoolPanel(RowsPanel):
    """Priority, time window in JST, observer and project, and what an interrupted run had done."""

    NUMBER: ClassVar[int] = 4
    NAME: ClassVar[str] = "pool"
    NOTHING: ClassVar[str] = "empty: nothing waits to be observed"

    def title(self, moment: Moment) -> str:
        """How many wait, and how many of them are shown."""
        total, shown = moment.overview.pool_total, len(moment.overview.pool)
        return f"{total}" if total == shown else f"{total}, first {shown}"

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """One row a recipe."""
        return [_row(recipe, moment.now_us) for recipe in moment.overview.pool]

    def detail(self) -> Detail | None:
        """The chosen recipe with its operations."""
        pool = self.moment.overview.pool if self.moment else ()
        for recipe in pool:
            if recipe.recipe_id == self.chosen_key:
                start, end = recipe.window_start_us, recipe.window_end_us
                done = ", ".join(recipe.exposures_done)
                return Detail(
                    title=f"Recipe {recipe.recipe_id}",
                    lines=[
                        *recipe_lines(recipe, "waiting in the pool"),
                        field("priority", f"{recipe.priority:.4f}"),
                        field("window", f"{jst(start)} to {jst(end)} JST, {utc(start)} to {utc(end)} UTC"),
                        *([field("done before", done)] if done else []),
                    ],
                    recipe_id=recipe.recipe_id,
                )
        return None


def _row(recipe: PoolRecipe, now_us: int) -> Row:
    is_open = recipe.window_start_us <= now_us < recipe.window_end_us
    window = f"{jst(recipe.window_start_us)}-{jst(recipe.window_end_us)} "
    pieces: list[str | tuple[str, Style]] = [
        (f"{recipe.priority:.2f} ", QUIET),
        (window, BUSY if is_open else QUIET),
        (f"{recipe.observer} | {recipe.project}", NORMAL),
    ]
    if recipe.exposures_done:
        pieces.insert(2, (f"{len(recipe.exposures_done)} done ", CAUTION))
    return Row(recipe.recipe_id, line(*pieces, (f"  {remark(recipe)}", QUIET)))
