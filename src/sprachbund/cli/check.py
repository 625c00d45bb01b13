"""`sprachbund check fusion NAME`: whether an aggregator keeps the contract, built in or a third party's."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from sprachbund.cli.options import fusion_values
from sprachbund.cli.terminal import console
from sprachbund.core.errors import ModelError

app = typer.Typer(add_completion=False, rich_markup_mode="rich", help="Run the contract of a component on it.")


@app.callback()
def check() -> None:
    """Run the contract of a component on it."""


@app.command("fusion")
def fusion(
    name: Annotated[str, typer.Argument(help="Registered name, with options if need be: dlfa:layer=1,gate=sigmoid. "
                                             "A layer that has to be given and is not is 1.")],
) -> int:
    """Shapes, padding, bf16, gradients, saving, start as the last layer: all that a fusion promises."""
    from sprachbund.models.fusion.fusion import FUSIONS, fusion_config  # imports torch
    from sprachbund.testing.check_fusion import POINTWISE, check_fusion

    options = fusion_values(name)
    component = FUSIONS.load(options.pop("type"))
    fields = component.value.config_class.model_fields
    if "layer" in fields and fields["layer"].is_required():
        options.setdefault("layer", 1)
    fusion_config({"type": component.name, **options}, "the command line")
    try:
        held = check_fusion(component.name, options)
    except AssertionError as broken:
        raise ModelError(f"the fusion {component.name} breaks its contract: {broken}",
                         remedy="docs/add-an-aggregator.md says what is asked of a fusion") from None
    owner = component.distribution or "built in"
    console().print(f"[bold]{escape(component.name)}[/] ({escape(owner)}): {escape(component.value.summary)}")
    console().print(f"keeps the contract: {escape(', '.join(item for item in held if item != POINTWISE))}")
    if POINTWISE not in held:
        console().print("[dim]what a token gets depends on where its neighbours stand[/]")
    return 0


command = typer.main.get_command(app)
