"""The observation queue: the first ten recipes, next one first."""

from __future__ import annotations

from typing import ClassVar

from projections.overview_model import QueuedRecipe
from tui.dashboard.lines import line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import QUIET
from tui.dashboard.panel import Detail, Row, RowsPanel
from tui.dashboard.recipe_lines import field, recipe_lines, remark
from tui.dashboard.wording import jst_seconds, utc_seconds


class QueuePanel(RowsPanel):
    """Priority, observer and project, comment."""

    NUMBER: ClassVar[int] = 3
    NAME: ClassVar[str] = "queue"
    NOTHING: ClassVar[str] = "empty"

    def title(self, moment: Moment) -> str:
        """How many there are, and how many of them are shown."""
        total, shown = moment.overview.queue_total, len(moment.overview.queue)
        return f"{total}" if total == shown else f"{total}, first {shown}"

    def rows(self, moment: Moment, width: int) -> list[Row]:
        """One row a recipe."""
        return [_row(recipe) for recipe in moment.overview.queue]

    def detail(self) -> Detail | None:
        """The chosen recipe with its operations."""
        queue = self.moment.overview.queue if self.moment else ()
        for recipe in queue:
            if recipe.recipe_id == self.chosen_key:
                queued = f"{jst_seconds(recipe.queued_us)} JST, {utc_seconds(recipe.queued_us)} UTC"
                return Detail(
                    title=f"Recipe {recipe.recipe_id}",
                    lines=[
                        *recipe_lines(recipe, "in the queue"),
                        field("priority", f"{recipe.priority:.4f}"),
                        field("queued", queued),
                    ],
                    recipe_id=recipe.recipe_id,
                )
        return None


def _row(recipe: QueuedRecipe) -> Row:
    return Row(
        recipe.recipe_id,
        line(
            (f"{recipe.priority:.2f} ", QUIET),
            f"{recipe.observer} | {recipe.project}",
            (f"  {remark(recipe)}", QUIET),
        ),
    )
