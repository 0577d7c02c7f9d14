"""Frozen value classes, made without generating code: what frozen, slotted dataclasses give, at once.

`dataclasses` costs 15 ms to import and half a millisecond for each class, most of the time that
`scaffold detect` would take on a small app. A `record` has the same look to a type checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Callable[[Any], Any]:
        """Stand in for the mark that only type checkers read."""
        return lambda decorator: decorator


T = TypeVar("T")
_REQUIRED = object()


class _Made:
    """A default that is made anew for each value."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


def made(*, factory: Callable[[], T]) -> T:
    """Declare a field whose default is `factory()`, such as an empty dict."""
    return _Made(factory)  # type: ignore[return-value]


@overload
def record(cls: type[T], /) -> type[T]: ...
@overload
def record(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(made,))
def record(cls: type[T] | None = None, /, *, kw_only: bool = True) -> Any:  # noqa: ARG001  (for type checkers)
    """Turn a class with annotated fields into a frozen, slotted, hashable value class.

    Fields of base records come first. Values compare and sort by their fields, in order, within the
    same class. Type checkers want fields by name; `@record(kw_only=False)` takes them by position.
    """
    if cls is None:
        return lambda later: _build(later, _METHODS)
    return _build(cls, _METHODS)


@dataclass_transform(field_specifiers=(made,))
def mutable(cls: type[T]) -> type[T]:
    """Turn a class with annotated fields into a slotted class whose fields may change: for collecting."""
    return _build(cls, {name: method for name, method in _METHODS.items() if name not in _FROZEN_ONLY})


def _build(cls: type[T], methods: Mapping[str, Any]) -> type[T]:
    own = list(cls.__dict__.get("__annotations__", {}))
    inherited: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:]):
        inherited.update(getattr(base, "__record__", {}))
    body = {key: value for key, value in cls.__dict__.items() if key not in ("__dict__", "__weakref__", *own)}
    defaults = {name: cls.__dict__.get(name, _REQUIRED) for name in own}
    body["__slots__"] = tuple(name for name in own if name not in inherited)
    body["__record__"] = {**inherited, **defaults}
    body["__match_args__"] = tuple(body["__record__"])
    for name, method in methods.items():
        body.setdefault(name, method)
    made_class: Any = type(cls)
    return made_class(cls.__name__, cls.__bases__, body)  # type: ignore[no-any-return]


def fields(value: object, /) -> tuple[str, ...]:
    """Return the names of a record's fields, in order."""
    return tuple(value.__record__)  # type: ignore[attr-defined]


def replace(value: T, /, **changes: Any) -> T:
    """Return a copy of a record with some fields changed."""
    names = fields(value)
    return type(value)(**{name: changes.pop(name, getattr(value, name)) for name in names}, **changes)


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    declared: Mapping[str, Any] = self.__record__
    if len(args) > len(declared):
        raise TypeError(f"{type(self).__name__} takes {len(declared)} fields, not {len(args)}")
    given = dict(zip(declared, args))  # noqa: B905  (fewer positional arguments than fields is the rule)
    for name in kwargs:
        if name not in declared or name in given:
            raise TypeError(f"{type(self).__name__} got an unexpected or repeated field {name!r}")
    given.update(kwargs)
    for name, default in declared.items():
        value = given.get(name, _REQUIRED)
        if value is _REQUIRED:
            if default is _REQUIRED:
                raise TypeError(f"{type(self).__name__} lacks the field {name!r}")
            value = default.make() if isinstance(default, _Made) else default
        object.__setattr__(self, name, value)


def _values(self: Any) -> Iterator[Any]:
    return (getattr(self, name) for name in self.__record__)


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={value!r}" for name, value in zip(self.__record__, _values(self), strict=True))
    return f"{type(self).__name__}({shown})"


def _eq(self: Any, other: object) -> bool:
    return type(self) is type(other) and tuple(_values(self)) == tuple(_values(other))


def _lt(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return tuple(_values(self)) < tuple(_values(other))


def _hash(self: Any) -> int:
    return hash((type(self), *_values(self)))


def _refuse(self: Any, name: str, *_: object) -> None:
    raise AttributeError(f"{type(self).__name__}.{name} is frozen")


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), tuple(_values(self))


_METHODS: dict[str, Any] = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__lt__": _lt,
    "__hash__": _hash,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__reduce__": _reduce,
}
_FROZEN_ONLY = ("__setattr__", "__delattr__", "__hash__", "__lt__")
