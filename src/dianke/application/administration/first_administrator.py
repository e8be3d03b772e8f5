"""The first administrator of a utility: made by set-up, which is no person; everybody after them by a person."""

from datetime import datetime

from django.utils import timezone

from dianke.application.administration.people import FirstPassword
from dianke.application.administration.posts import define_from_template
from dianke.application.administration.reach import STAFF
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import operations, passwords
from dianke.platform.identity import queries as identity
from dianke.platform.identity.template import read_template
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org_operations
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

POST = "ADMINISTRATOR"


class UnableToFoundAdministrator(DomainError):
    """There is an administrator, or nothing that one could be administrator of."""

    code = "administration.unable_to_found"
    message = "no first administrator is made: {reason}"


@use_case(right=STAFF)
def found_administrator(
    *, actor: Actor, login: str, name: str, utility_code: str, utility_name: str, at: datetime
) -> FirstPassword:
    """
    Add the utility and the posts of the template where they are missing, and its first administrator.

    :raises UnableToFoundAdministrator: if a person acts, an administrator exists, or the utility is another one
    :raises UnableToAddStaff: if the login is taken
    """
    if actor.staff_id is not None:
        raise UnableToFoundAdministrator(field="actor", reason="a person adds people on the pages")
    today = timezone.localdate(at)
    holder = identity.find_holder(actor=actor, right=STAFF, on=today)
    if holder is not None:
        raise UnableToFoundAdministrator(field="login", reason=f"{holder.login} is one and adds people on the pages")
    unit = _find_utility(actor, utility_code, utility_name)
    known = {post.code: post for post in identity.list_posts(actor=actor)}
    for template in read_template().posts:
        if template.code not in known:
            known[template.code] = define_from_template(template)
    if STAFF not in known[POST].rights:
        raise UnableToFoundAdministrator(field="post", reason=f"the post {known[POST].name} lacks the right {STAFF}")
    password = passwords.draw_password()
    person = operations.add_staff(login=login, name=name, unit=unit, password=password, must_change_password=True)
    operations.assign_post(staff=person, post=known[POST], unit=unit, start=today)
    return FirstPassword(person=person, password=password)


def _find_utility(actor: Actor, code: str, name: str) -> Unit:
    utility = org.get_utility(actor=actor)
    if utility is None:
        if not code or not name:
            raise UnableToFoundAdministrator(field="utility", reason="the utility has no code and name yet; give both")
        return org_operations.add_unit(code=code, name=name, kind=UnitKind.UTILITY, parent=None)
    if code not in {"", utility.code}:
        reason = f"this is the database of {utility.name} ({utility.code})"
        raise UnableToFoundAdministrator(field="utility", reason=reason)
    return utility
