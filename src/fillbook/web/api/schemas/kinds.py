"""The kinds of values that answers are made of."""

from typing import Annotated, Any, Generic, Self, TypeVar

from ninja import Field, Schema
from ninja.schema import DjangoGetter
from pydantic import ConfigDict, ModelWrapValidatorHandler, ValidationInfo, model_validator

_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"

Decimal = Annotated[str, Field(pattern=_DECIMAL, description="A decimal number as a text, without exponent; exact.")]
Money = Annotated[str, Field(pattern=_DECIMAL, description="An amount as a decimal text; + received or gained, - paid or lost.")]
Price = Annotated[str, Field(pattern=_DECIMAL, description="Per unit of the instrument, before multiplier and fees.")]
Quantity = Annotated[str, Field(pattern=_DECIMAL, description="Units; + bought or held long, - sold or held short.")]
Percent = Annotated[str, Field(pattern=_DECIMAL, description="In percent: 12.5 is 12.5 %.")]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, description="A calendar day, as 2026-01-31.")]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="A moment with its zone.")]
Currency = Annotated[str, Field(description="ISO code of a currency, such as USD.")]

T = TypeVar("T")


class Answer(Schema):
    """What is answered. It is made of plain dicts, which are taken as they are: a crossing has twenty thousand values, and to look at each
    as if it could be a field of a model would take longer than the report.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(cls, values: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Any:
        return handler(values if isinstance(values, dict) else DjangoGetter(values, cls, info.context))


class Body(Schema):
    """What is sent. A field that it does not have is refused: a misspelt one would be taken for one that was left out."""

    model_config = ConfigDict(extra="forbid")


class PageOf(Answer, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = Field(description="Where the next page begins: send it as `cursor`. null on the last page.")


class Group(Answer):
    """What may be added up. Real, paper and sandbox accounts never are, nor accounts with different base currencies."""

    kind: str = Field(description="real, paper or sandbox.")
    base_currency: Currency | None = Field(description="Of the accounts.")
    currency: Currency = Field(description="Of the money; another than the base currency only for trades without a rate to it.")


class Period(Answer):
    """Days from one to another, both included."""

    from_: Day | None = Field(alias="from")
    to: Day | None
