"""Lets commands share options: a dataclass declares them once, and each command takes it as one parameter."""

import dataclasses
import inspect
from collections.abc import Callable
from inspect import Parameter
from typing import Any

__all__ = ["expand_option_groups"]


def expand_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Returns a command for typer in which each dataclass parameter is replaced by one parameter per field.

    A field is declared as typer reads parameters: `name: Annotated[type, typer.Option(...)] = default`. The command
    itself is called with an instance of the dataclass.
    """
    groups: dict[str, type[Any]] = {}
    parameters: list[Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        group = parameter.annotation
        if not (isinstance(group, type) and dataclasses.is_dataclass(group)):
            parameters.append(parameter)
            continue
        groups[parameter.name] = group
        parameters += [
            Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
            for field in dataclasses.fields(group)
        ]

    def expanded(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in dataclasses.fields(group)})
        command(**values)

    expanded.__doc__ = command.__doc__
    expanded.__name__ = command.__name__
    expanded.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    signature = inspect.Signature(sorted(parameters, key=lambda parameter: parameter.kind))
    expanded.__signature__ = signature  # type: ignore[attr-defined]
    return expanded
