"""One value of personal data whole: for a reason, and written down."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Router, Schema

from dianke.application.protection import registry, unmask
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import Text
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock

router = Router(tags=["personal data"])


class UnmaskingIn(Schema):
    """Which value, and why."""

    ref: Text = Field(max_length=130, description="as `ref` of a customer or a contact says")
    kind: Text = Field(max_length=20, description="identity_number, phone, email, bank_account")
    reason: Text = Field(min_length=2, max_length=400)


class UnmaskedOut(Schema):
    """A value whole."""

    ref: str
    kind: str
    value: str


class _Noted(Schema):
    """What is kept of an unmasking: that it happened, never the value."""

    ref: str
    kind: str


@router.post("/unmaskings", response={201: UnmaskedOut, **REFUSALS}, summary="See one value of personal data whole")
def unmask_value(request: HttpRequest, body: UnmaskingIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Return a value whole; the register says who saw it and why."""
    kind = registry.get_kind(body.kind)
    actor = actor_with(request, kind.right)

    def write() -> _Noted:
        unmask.unmask(actor=actor, reference=body.ref, kind=kind.code, reason=body.reason, at=SystemClock().now())
        return _Noted(ref=body.ref, kind=kind.code)

    kept = answer_write(request, key=idempotency_key, write=write)
    value = registry.find_value(actor=actor, reference=body.ref, kind=kind, right=kind.right)
    shown = UnmaskedOut(ref=value.reference, kind=kind.code, value=value.text)
    return JsonResponse(
        shown.model_dump(),
        status=kept.status_code,
        headers={name: kept.headers[name] for name in ("Idempotency-Replayed",) if name in kept.headers},
    )
