"""Posts with their rights by kind of data, and what one person should not hold together."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application.administration import conflicts, posts
from dianke.application.administration.reach import today
from dianke.application.rights import CONFLICTING_RIGHTS
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.administration import words
from dianke.interfaces.web.administration.forms import NewPostForm, PostForm
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Post
from dianke.platform.identity.template import read_template
from dianke.platform.identity.types import EVERY_UNIT, Department

_RIGHT = "staff.manage"


@require_GET
@page_right(_RIGHT)
def list_posts(request: StaffRequest) -> HttpResponse:
    """List the posts by department."""
    found = identity.list_posts(actor=request.actor)
    held: dict[int, int] = {}
    for assignment in identity.list_current_assignments(on=today()):
        held[assignment.post_id] = held.get(assignment.post_id, 0) + 1
    order = [*(department.value for department in Department), ""]
    ordered = sorted(found, key=lambda post: (order.index(post.department), post.code))
    departments = [
        (words.DEPARTMENTS[code], [_summarise(post, held.get(post.pk, 0)) for post in group])
        for code, group in groupby(ordered, key=lambda post: post.department)
    ]
    values = {
        "page": Page(title=_("Posts"), crumbs=[Crumb(_("Administration"))]),
        "departments": departments,
        "missing": len({post.code for post in read_template().posts} - {post.code for post in found}),
        "may_change": request.actor.may(_RIGHT, EVERY_UNIT),
    }
    return render(request, "administration/posts.html", values)


@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def show_post(request: StaffRequest, code: str) -> HttpResponse:
    """Show the rights of a post by kind of data, and take a change of them."""
    post = identity.find_post(actor=request.actor, code=code)
    if post is None:
        raise Http404
    initial = {"name": post.name, "name_en": post.name_en, "department": post.department}
    form = PostForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = _try(form, lambda: posts.change_post(actor=request.actor, code=code, **form.cleaned_data))
        if changed:
            messages.success(request, _("The post is changed; whoever holds it has the new rights at once."))
            return redirect("web:post", code)
    chosen = request.POST.getlist("rights") if request.method == "POST" else post.rights
    page = Page(title=words.name_post(post), number=post.code, crumbs=_crumbs(), menu_url=reverse("web:posts"))
    values = {
        "page": page,
        "form": form,
        "areas": words.group_rights(chosen),
        "pairs": [words.name_pair(pair) for pair in conflicts.find_pairs(chosen)],
        "holders": identity.list_holders_of_post(actor=request.actor, post=post, on=today()),
        "may_change": request.actor.may(_RIGHT, EVERY_UNIT),
        "act": _("Save"),
    }
    return render(request, "administration/post.html", values, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def add_post(request: StaffRequest) -> HttpResponse:
    """Add a post with its rights."""
    form = NewPostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if _try(form, lambda: posts.add_post(actor=request.actor, **form.cleaned_data)):
            messages.success(request, _("The post is added."))
            return redirect("web:post", code)
    chosen = request.POST.getlist("rights") if request.method == "POST" else []
    values = {
        "page": Page(title=_("Add a post"), crumbs=_crumbs(), menu_url=reverse("web:posts")),
        "form": form,
        "areas": words.group_rights(chosen),
        "pairs": [words.name_pair(pair) for pair in conflicts.find_pairs(chosen)],
        "may_change": request.actor.may(_RIGHT, EVERY_UNIT),
        "act": _("Add the post"),
    }
    return render(request, "administration/post.html", values, status=422 if form.errors else 200)


@require_POST
@page_right(_RIGHT)
def load_template(request: StaffRequest) -> HttpResponse:
    """Add the posts of the template that are missing."""
    return carry_out(
        request,
        lambda: posts.load_template(actor=request.actor),
        done=lambda added: ngettext("%(count)d post is added.", "%(count)d posts are added.", added) % {"count": added},
        back=reverse("web:posts"),
    )


@require_GET
@page_right(_RIGHT)
def list_conflicts(request: StaffRequest) -> HttpResponse:
    """List the posts and the people that hold together what two must do."""
    by_post = conflicts.list_post_conflicts(actor=request.actor)
    by_person = conflicts.list_person_conflicts(actor=request.actor)
    values = {
        "page": Page(title=_("Too much in one hand"), crumbs=[Crumb(_("Administration"))]),
        "posts": [
            (one.post, words.name_post(one.post), [words.name_pair(pair) for pair in one.pairs]) for one in by_post
        ],
        "people": [_describe(one) for one in by_person],
        "pairs": [(words.name_right(first), words.name_right(second)) for first, second in CONFLICTING_RIGHTS],
    }
    return render(request, "administration/conflicts.html", values)


def _describe(one: conflicts.PersonConflict) -> dict[str, Any]:
    return {
        "person": one.person,
        "sides": [
            {
                "right": words.name_right(held.right),
                "post": words.name_post(held.post),
                "unit": held.unit_name,
                "lender": held.lender,
            }
            for held in (one.first, one.second)
        ],
    }


def _summarise(post: Post, holders: int) -> dict[str, Any]:
    areas = [area for area in words.group_rights(post.rights) if area.held]
    return {
        "post": post,
        "name": words.name_post(post),
        "areas": _(", ").join(str(area.label) for area in areas),
        "rights": len(post.rights),
        "holders": holders,
        "clashes": len(conflicts.find_pairs(post.rights)),
    }


def _try(form: PostForm, act: Callable[[], Any]) -> bool:
    try:
        act()
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        return False
    return True


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Administration")), Crumb(_("Posts"), reverse("web:posts"))]
