# SPDX-License-Identifier: Apache-2.0
"""Pages for those who run the archive: status, deliveries with every fate, the problem queue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from emanet.duties import describe
from emanet.model.delivery import Fate, State
from emanet.registry.catalogue import queries as catalogue
from emanet.registry.deliveries import queries as deliveries_of
from emanet.web.frame import archive, asked_number, message, page

_LATEST = 10
_ROWS = 100
_QUEUE = 25
_FILES = 200
_COUNTED_MAX = 100_000  # files of a delivery; the fates of more are not counted for a page
_OF_A_CODE = 5
_OF_A_CODE_IN_QUEUE = 2
_KINDS = 4  # of findings of a delivery in the queue; its own page has all


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Send the root address to the reader's language, by what the browser asks for."""
    with translation.override(translation.get_language_from_request(request)):
        return redirect(reverse("home"))


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer that the process lives and the registry can be read."""
    describe.describe_status(archive())
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Status: what the archive holds, what waits, the latest deliveries."""
    counts = describe.describe_status(archive())
    context = {
        "c": counts,
        "unfinished": archive().unfinished(),
        "rows": deliveries_of.list_deliveries(limit=_LATEST),
    }
    return page(request, "home", "home", context)


@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """Deliveries, newest first, by state if wished."""
    states = [s.value for s in State]
    state = request.GET.get("state", "")
    state = state if state in states else ""
    before = asked_number(request, "before")
    rows = deliveries_of.list_deliveries(state=state or None, before=before, limit=_ROWS)
    context = {
        "rows": rows,
        "states": states,
        "state": state,
        "before": rows[-1].key if len(rows) == _ROWS else None,
        "part": before is not None,
    }
    return page(request, "deliveries", "deliveries", context)


@require_safe
def delivery(request: HttpRequest, delivery: str) -> HttpResponse:
    """One delivery: verdict, findings by code, the fate of every file, some at a time."""
    info = deliveries_of.delivery(delivery, findings=False)
    if info is None:
        words = _("There is no delivery %(id)s.") % {"id": delivery}
        return message(request, _("No such delivery"), words, 404)
    fates = deliveries_of.fate_counts(delivery) if info.files <= _COUNTED_MAX else {}
    wanted = request.GET.get("fate", "")
    fate = Fate(wanted) if wanted in [f.value for f in Fate] else None
    after = asked_number(request, "after")
    files = deliveries_of.delivery_files(
        delivery, after=-1 if after is None else after, limit=_FILES, fate=fate
    )
    owners = {file.version for file in files if file.version is not None}
    dois = catalogue.dois_of_versions(owners)
    context = {
        "r": info,
        "groups": deliveries_of.finding_groups(info.key, each=_OF_A_CODE),
        "fates": fates,
        "fate": fate.value if fate else "",
        "files": [(file, dois.get(file.version or 0, "")) for file in files],
        "after": files[-1].id if len(files) == _FILES else None,
        "part": after is not None,
    }
    return page(request, "delivery", "deliveries", context)


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """The problem queue: deliveries that wait, and files kept without an article."""
    before, files_before = asked_number(request, "before"), asked_number(request, "files")
    queue = deliveries_of.problem_queue(before=before, limit=_QUEUE, findings=0)
    files = deliveries_of.held_files(before=files_before, limit=_ROWS)
    context = {
        "cases": [
            (item, deliveries_of.finding_groups(item.key, each=_OF_A_CODE_IN_QUEUE)[:_KINDS])
            for item in queue
        ],
        "files": files,
        "before": queue[-1].key if len(queue) == _QUEUE else None,
        "files_before": files[-1].file.id if len(files) == _ROWS else None,
        "part": before is not None or files_before is not None,
    }
    return page(request, "problems", "problems", context)
