"""The pages that read: queue, flag, search, fact-checks, about, health."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kiemchung.desk import Desk
from kiemchung.records import Answer, FactCheck, Flag, Story
from kiemchung.store.base import Store
from kiemchung.vocabulary import Harm, Status
from kiemchung.web.answers import CONTRADICTED, HARMFUL, OTHERS, Form, form_of
from kiemchung.web.highlights import cut, find_notes
from kiemchung.web.queue import Filters, next_flag, read_filters, read_page
from kiemchung.web.render import page
from kiemchung.web.security import Claim, Forms, new_mark

COPIES = 20
FOUND = 20
CHECKS = 30
QUERY_LIMIT = 200
PAGES = 1_000


class Desktop(msgspec.Struct, frozen=True):
    """What every page is made of, and for whom."""

    store: Store
    desk: Desk
    forms: Forms
    reviewer: str

    def queue(self, request: Request) -> Response:
        """Show the flags that wait, by priority."""
        filters = read_filters(request.query_params)
        answered = self.desk.answered(self.reviewer)
        after = request.query_params.get("after", "")
        return page(
            request,
            "queue.html",
            shown=read_page(self.store, filters, answered, after),
            filters=filters,
            answered=answered,
            is_first=not after,
            done="done" in request.query_params,
            **self._counts(filters),
        )

    def _counts(self, filters: Filters) -> dict[str, Any]:
        """Count all flags that wait, whoever answered them: counts tell nothing of answers."""
        by_harm = self.store.count(Flag, filters.replace(harm=None).where(), by="label")
        by_status = self.store.count(Flag, filters.replace(status=None).where(), by="status")
        everything = self.store.count(Flag, Filters().where())
        chosen = by_harm.get(filters.harm, 0) if filters.harm else sum(by_harm.values())
        return {
            "harms": [(harm, by_harm.get(harm, 0)) for harm in Harm],
            "statuses": [(status, by_status.get(status, 0)) for status in Status],
            "count": chosen,
            "total": everything.get("", 0),
        }

    def flag(self, request: Request) -> Response:
        """Show one flag, and note when it was opened."""
        flag = self.find(request)
        mine = self.my_answer(flag)
        return self.show(request, flag, form_of(mine) if mine else Form())

    def find(self, request: Request) -> Flag:
        """Return the flag of the address.

        Raises:
            HTTPException: there is none (404).
        """
        wanted = request.path_params["flag"]
        flag = self.store.get(Flag, [wanted]).get(wanted)
        if flag is None:
            raise HTTPException(404)
        return flag

    def my_answer(self, flag: Flag) -> Answer | None:
        """Return this reviewer's latest answer; what others said shows nowhere."""
        mine = [answer for answer in self.desk.answers(flag.id) if answer.reviewer == self.reviewer]
        return mine[-1] if mine else None

    def show(
        self, request: Request, flag: Flag, form: Form, *, problem: str = "", status: int = 200
    ) -> Response:
        """Return the flag's page with the form filled in as given, and what is wrong with it."""
        filters = read_filters(request.query_params)
        answered = self.desk.answered(self.reviewer)
        mark = self.forms.browser(request) or new_mark()
        notes = find_notes(flag)
        following = next_flag(self.store, filters, answered, flag)
        response = page(
            request,
            "flag.html",
            status=status,
            flag=flag,
            notes=notes,
            pieces=cut(flag.text, notes),
            story=self._story(flag),
            copies=self._copies(flag),
            filters=filters,
            following=following.id if following else "",
            saved=_one_of(request.query_params.get("saved", ""), answered),
            form=form,
            mine=self.my_answer(flag),
            problem=problem,
            token=self.forms.token(mark, Claim(flag.id, flag.revision, datetime.now(UTC))),
            harmful=HARMFUL,
            contradicted=CONTRADICTED,
            others=OTHERS,
        )
        self.forms.set_browser(response, mark)
        return response

    def _story(self, flag: Flag) -> Story | None:
        return self.store.get(Story, [flag.story]).get(flag.story) if flag.story else None

    def _copies(self, flag: Flag) -> Sequence[Flag]:
        if not flag.story:
            return ()
        story = self.store.scan(Flag, {"story": flag.story}, limit=COPIES + 1)
        return [other for other in story if other.id != flag.id][:COPIES]

    def search(self, request: Request) -> Response:
        """Search flags and fact-checks; nothing else can be searched (boundary 5)."""
        query = request.query_params.get("q", "")[:QUERY_LIMIT].strip()
        flags = self.store.search(Flag, query, limit=FOUND) if query else []
        checks = self.store.search(FactCheck, query, limit=FOUND) if query else []
        return page(
            request,
            "search.html",
            query=query,
            flags=[hit.record for hit in flags],
            checks=[hit.record for hit in checks],
            filters=Filters(),
            answered=self.desk.answered(self.reviewer),
        )

    def fact_checks(self, request: Request) -> Response:
        """List the published checks, newest first."""
        number = _page_number(request.query_params.get("page", ""))
        newest = self.store.scan(
            FactCheck, sort="review_date", descending=True, limit=number * CHECKS + 1
        )
        checks = list(islice(newest, (number - 1) * CHECKS, None))
        return page(
            request,
            "fact_checks.html",
            checks=checks[:CHECKS],
            count=self.store.count(FactCheck).get("", 0),
            number=number,
            has_more=len(checks) > CHECKS,
        )

    def about(self, request: Request) -> Response:
        """Say what this is, and what it refuses."""
        return page(request, "about.html")

    def health(self, _request: Request) -> Response:
        """Answer `ok` where store and desk do (else their error makes it a 503)."""
        self.store.count(Flag)
        self.desk.answers("")
        return PlainTextResponse("ok")


def _one_of(value: str, known: Iterable[str]) -> str:
    return value if value in known else ""


def _page_number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(PAGES)) else 1
    return max(1, number)
