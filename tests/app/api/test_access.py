"""Who gets in, whose sessions they see, and how much they may ask for: over real HTTP."""

import asyncio
import base64
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from app.access.caller import Quota
from app.access.entrance import Entrance
from app.access.errors import RegisterUnavailable
from app.access.keys import mint
from app.access.ledger import Ledger
from app.access.register import DAY_MICROSECONDS, Register, Spending
from app.access.sqlite_register import SqliteRegister
from app.api.app import create_app
from app.api.service import Limits
from app.sessions.clock import microseconds
from tests.app.api.serving import LIMITS, Served, serve
from tests.app.modulo.lamps import DOMAIN, GOOD, HALF, PROBLEM
from tests.app.sessions.parts import Gated, Patient

TASK = {"domain": DOMAIN, "problem": PROBLEM}
FRESH = 0.2
OPEN = {"/livez", "/readyz", "/metrics"}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A service with keys: its register, and what it serves."""

    register: Register
    served: Served

    async def key(self, tenant: str = "lab", *, metrics: bool = False, **quota: float) -> str:
        registered, text = mint(
            tenant=tenant,
            quota=Quota(**quota),
            note="",
            metrics=metrics,
            created_at=datetime.now(UTC),
        )
        await self.register.add(registered)
        return text

    async def client(self, tenant: str = "lab", **quota: float) -> httpx.AsyncClient:
        return self.sending(bearer(await self.key(tenant, **quota)))

    def sending(self, headers: Mapping[str, str]) -> httpx.AsyncClient:
        client = self.served.client
        return httpx.AsyncClient(base_url=client.base_url, headers=headers, timeout=20)


@asynccontextmanager
async def house(
    folder, proposer=None, *, trusting=True, local=True, limits=LIMITS, **more
) -> AsyncIterator[House]:
    async with AsyncExitStack() as opened:
        register = await opened.enter_async_context(SqliteRegister(folder / "keys.db"))
        ledger = await opened.enter_async_context(Ledger(register, every_seconds=0.05))
        entrance = Entrance(register, ledger, trusting=trusting, local=local, fresh_seconds=FRESH)
        served = await opened.enter_async_context(
            serve(folder, proposer or Patient([HALF, GOOD]), limits, entrance=entrance, **more)
        )
        yield House(register=register, served=served)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"me:{password}".encode()).decode()}


async def begun(client: httpx.AsyncClient, **more: object) -> httpx.Response:
    body = {**TASK, **more}
    return await client.post("/v1/plans", json=body, headers={"Prefer": "respond-async"})


async def test_a_key_gets_in_and_the_session_is_its_tenants(tmp_path):
    async with house(tmp_path) as here, await here.client("lab") as client:
        session = (await client.post("/v1/plans", json=TASK)).json()
        assert session["status"] == "solved"
        head = await here.served.service.store.head(session["id"])
        assert head.origin.tenant == "lab"
        assert client.headers["authorization"].split("_")[1] == head.origin.key


WITHOUT = {
    "none": {},
    "unknown": bearer("mk_aaaaaaaaaa_" + "b" * 43),
    "no form": bearer("no key"),
    "no token": {"Authorization": "Bearer"},
    "nonsense": {"Authorization": "nonsense"},
    "password": basic("mk_aaaaaaaaaa_" + "b" * 43),
    "no base64": {"Authorization": "Basic %%%"},
}


async def test_without_a_key_that_is_in_use_the_answer_is_401_and_always_the_same(tmp_path):
    async with house(tmp_path) as here:
        await here.key()
        for name, headers in WITHOUT.items():
            response = await here.served.client.get("/v1/plans", headers=headers)
            assert response.status_code == 401, name
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers["www-authenticate"].startswith('Bearer realm="modulo"')
            assert response.json() == {
                "type": "urn:modulo:problem:key-needed",
                "title": "This needs an API key",
                "status": 401,
                "detail": "this needs an API key that is in use",
            }, name


async def test_a_wrong_secret_and_an_unknown_id_are_told_alike(tmp_path):
    async with house(tmp_path) as here:
        key = await here.key()
        wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
        answers = [
            await here.served.client.get("/v1/plans", headers=bearer(sent))
            for sent in (wrong, "mk_aaaaaaaaaa_" + "b" * 43, "mk")
        ]
    assert len({(each.status_code, each.text) for each in answers}) == 1
    assert len({each.headers["www-authenticate"] for each in answers}) == 1


async def test_every_route_but_the_probes_needs_a_key(tmp_path):
    document = create_app(lambda: None, version="1").openapi()
    async with house(tmp_path) as here:
        await here.key()
        asked = 0
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if path in OPEN or path.startswith("/check/"):
                    assert "security" not in operation
                    continue
                assert {} in operation["security"], path
                assert "401" in operation["responses"], path
                where = path.replace("{", "").replace("}", "")
                response = await here.served.client.request(
                    method, where, json=TASK if method == "post" else None
                )
                assert response.status_code in {401, 422}, (method, path)
                assert response.status_code == 401 or not path.startswith("/v1"), (method, path)
                asked += 1
        assert asked > 10
        for path in sorted(OPEN):
            assert (await here.served.client.get(path)).status_code == 200
        assert (await here.served.client.get("/v1/nowhere")).status_code == 401


async def test_a_body_is_not_read_for_whoever_has_no_key(tmp_path):
    async with house(tmp_path) as here:
        await here.key()
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", here.served.client.base_url.port
        )
        writer.write(b"POST /v1/plans HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n{")
        assert b" 401 " in await asyncio.wait_for(reader.readline(), 10)
        writer.close()


async def test_the_scheme_of_a_key_may_be_written_in_any_case(tmp_path):
    async with house(tmp_path) as here:
        headers = {"Authorization": f"bearer  {await here.key()}"}
        response = await here.served.client.get("/v1/plans", headers=headers)
        assert response.status_code == 200


async def test_editors_may_send_the_key_as_a_password_to_their_own_routes_alone(tmp_path):
    async with house(tmp_path) as here:
        key = await here.key()
        get = here.served.client.get
        assert (await get("/package", headers=basic(key))).status_code == 200
        assert (await get("/package", headers=bearer(key))).status_code == 200
        for headers in ({}, basic("nonsense"), {"Authorization": "Basic %%%"}, basic(key[:-1])):
            response = await get("/package", headers=headers)
            assert response.status_code == 401
            assert 'Basic realm="modulo"' in response.headers["www-authenticate"]
        # A browser sends passwords by itself, for pages of others too.
        response = await get("/v1/catalogue", headers=basic(key))
        assert response.status_code == 401
        assert "Basic" not in response.headers["www-authenticate"]


async def test_without_any_key_the_service_is_open_until_the_first_is_made(tmp_path):
    async with house(tmp_path) as here:
        assert (await here.served.client.get("/v1/plans")).status_code == 200
        key = await here.key()
        await asyncio.sleep(FRESH)
        assert (await here.served.client.get("/v1/plans")).status_code == 401
        response = await here.served.client.get("/v1/plans", headers=bearer(key))
        assert response.status_code == 200


async def test_revoking_the_last_key_closes_the_service_for_good(tmp_path):
    async with house(tmp_path) as here:
        key = await here.key()
        assert (await here.served.client.get("/v1/plans", headers=bearer(key))).status_code == 200
        await here.register.revoke(key.split("_")[1], datetime.now(UTC))
        await asyncio.sleep(FRESH)
        for headers in ({}, bearer(key)):
            response = await here.served.client.get("/v1/plans", headers=headers)
            assert response.status_code == 401


async def test_a_key_made_elsewhere_gets_in_at_once(tmp_path):
    async with house(tmp_path) as here:
        await here.key()
        assert (await here.served.client.get("/v1/plans")).status_code == 401
        async with SqliteRegister(tmp_path / "keys.db") as another:
            registered, text = mint(
                tenant="x", quota=Quota(), note="", metrics=False, created_at=datetime.now(UTC)
            )
            await another.add(registered)
        response = await here.served.client.get("/v1/plans", headers=bearer(text))
        assert response.status_code == 200


async def test_a_service_that_others_can_reach_is_never_open_by_itself(tmp_path):
    async with house(tmp_path, trusting=False, local=False) as here:
        assert (await here.served.client.get("/v1/plans")).status_code == 401


class Away(SqliteRegister):
    async def empty(self) -> bool:
        raise RegisterUnavailable("the cable is out")


async def test_a_register_that_is_away_lets_nobody_in(tmp_path):
    entrance = Entrance(Away(tmp_path / "keys.db"), local=True)
    async with serve(tmp_path, Patient([GOOD]), entrance=entrance) as served:
        response = await served.client.get("/v1/plans")
        assert response.status_code == 503
        assert response.json() == {
            "type": "urn:modulo:problem:register-unavailable",
            "title": "API keys cannot be looked up now",
            "status": 503,
        }
        assert response.headers["retry-after"] == "1"
        for path in OPEN:
            assert (await served.client.get(path)).status_code == 200
        response = await served.client.get("/livez", headers={"Host": "evil.example"})
        assert response.status_code == 421


FROM = [
    ({"Host": "evil.example"}, 421),
    ({"Host": "127.0.0.1.evil.example:8000"}, 421),
    ({"Host": ""}, 421),
    ({"Host": "localhost.evil.example"}, 421),
    ({"Host": "10.0.0.1"}, 421),
    ({"Host": "[::ffff:10.0.0.1]:8000"}, 421),
    ({"Host": "[nonsense"}, 421),
    ({"X-Forwarded-For": "203.0.113.9"}, 403),
    ({"Forwarded": "for=203.0.113.9"}, 403),
    ({"X-Real-IP": "203.0.113.9"}, 403),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://localhost.evil.example"}, 403),
    ({"Host": "localhost:8000"}, 200),
    ({"Host": "LOCALHOST"}, 200),
    ({"Host": "127.8.9.1:8000"}, 200),
    ({"Host": "[::1]:8000"}, 200),
    ({"Origin": "http://localhost:3000"}, 200),
    ({"Origin": "https://editor.example"}, 200),
]


async def test_an_open_service_answers_its_own_machine_alone(tmp_path):
    async with house(tmp_path, browser_origins=("https://editor.example",)) as here:
        for headers, status in FROM:
            for path in ("/v1/catalogue", "/openapi.json", "/livez"):
                response = await here.served.client.get(path, headers=headers)
                assert response.status_code == status, (headers, response.text)
            if status != 200:
                assert "modulo keys create" in response.json()["detail"]


async def test_with_keys_any_name_and_proxy_will_do(tmp_path):
    async with house(tmp_path) as here, await here.client() as client:
        headers = {"Host": "plan.example", "X-Forwarded-For": "203.0.113.9"}
        assert (await client.get("/v1/catalogue", headers=headers)).status_code == 200


async def test_where_the_network_is_trusted_any_name_will_do(tmp_path):
    async with house(tmp_path, local=False) as here:
        response = await here.served.client.get("/v1/catalogue", headers={"Host": "modulo:8000"})
        assert response.status_code == 200


async def test_metrics_are_for_the_machine_itself_and_for_keys_that_may_read_them(tmp_path):
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    async with house(tmp_path) as here:
        tenants, operators = await here.key(), await here.key(metrics=True)
        get = here.served.client.get
        assert (await get("/metrics")).status_code == 200
        assert (await get("/metrics", headers=forwarded)).status_code == 401
        assert (await get("/metrics", headers={**forwarded, **bearer(tenants)})).status_code == 403
        response = await get("/metrics", headers={**forwarded, **bearer(operators)})
        assert response.status_code == 200
        assert "modulo_" in response.text


async def test_tenants_cannot_see_each_other(tmp_path):
    async with (
        house(tmp_path, Gated([HALF, GOOD], through=[1])) as here,
        await here.client("lab") as lab,
        await here.client("rival") as rival,
    ):
        session_id = (await begun(lab)).json()["id"]
        for method, path in (
            ("GET", ""),
            ("GET", "?wait=1"),
            ("GET", "/events"),
            ("GET", "/plan"),
            ("POST", "/cancel"),
            ("DELETE", ""),
        ):
            known = await rival.request(method, f"/v1/plans/{session_id}{path}")
            unknown = await rival.request(method, f"/v1/plans/{'0' * 32}{path}")
            assert known.status_code == unknown.status_code == 404, (method, path)
            assert known.text.replace(session_id, "0" * 32) == unknown.text
        assert (await rival.get("/v1/plans")).json()["sessions"] == []
        assert [each["id"] for each in (await lab.get("/v1/plans")).json()["sessions"]] == [
            session_id
        ]
        assert (await lab.get(f"/v1/plans/{session_id}")).json()["status"] == "running"
        await lab.post(f"/v1/plans/{session_id}/cancel")


async def test_batches_are_their_tenants_too(tmp_path):
    lines = {"content": httpx.Request("POST", "http://x", json=TASK).content}
    kind = {"Content-Type": "application/jsonl", "Idempotency-Key": "mine"}
    async with (
        house(tmp_path) as here,
        await here.client("lab") as lab,
        await here.client("rival") as rival,
    ):
        batch_id = (await lab.post("/v1/batches", **lines, headers=kind)).json()["id"]
        for method, path in (
            ("GET", ""),
            ("GET", "/results"),
            ("POST", "/cancel"),
            ("DELETE", ""),
        ):
            response = await rival.request(method, f"/v1/batches/{batch_id}{path}")
            assert response.status_code == 404, (method, path)
        assert (await rival.get("/v1/batches")).json()["batches"] == []
        assert (await rival.get("/v1/plans", params={"batch": batch_id})).json()["sessions"] == []
        own = (await rival.post("/v1/batches", **lines, headers=kind)).json()["id"]
        assert own != batch_id


async def test_tenants_may_use_the_same_idempotency_key(tmp_path):
    name = {"Idempotency-Key": "first", "Prefer": "wait=10"}
    async with (
        house(tmp_path) as here,
        await here.client("lab") as lab,
        await here.client("rival") as rival,
    ):
        answers = [
            (await client.post("/v1/plans", json=TASK, headers=name)).json()["id"]
            for client in (lab, rival, lab)
        ]
        assert answers[0] == answers[2] != answers[1]
        other = await rival.post("/v1/plans", json={**TASK, "seed": 3}, headers=name)
        assert other.status_code == 422


async def test_two_keys_of_a_tenant_see_the_same(tmp_path):
    async with (
        house(tmp_path) as here,
        await here.client("lab") as one,
        await here.client("lab") as other,
    ):
        session_id = (await one.post("/v1/plans", json=TASK)).json()["id"]
        assert (await other.get(f"/v1/plans/{session_id}")).status_code == 200


async def test_a_key_may_have_so_many_sessions_at_once(tmp_path):
    gated = Gated([HALF, GOOD], through=[1])
    async with house(tmp_path, gated) as here, await here.client(sessions=2) as client:
        ids = [(await begun(client)).json()["id"] for _ in range(2)]
        response = await begun(client)
        assert response.status_code == 429
        assert response.json()["quota"] == "sessions"
        assert response.headers["retry-after"] == "1"
        async with await here.client("rival", sessions=1) as rival:
            assert (await begun(rival)).status_code == 202
        await client.post(f"/v1/plans/{ids[0]}/cancel")
        assert (await begun(client)).status_code == 202
        gated.gate.set()


async def test_requests_that_come_together_do_not_pass_the_bound_together(tmp_path):
    gated = Gated([HALF, GOOD], through=[1])
    async with house(tmp_path, gated) as here, await here.client(sessions=3) as client:
        answers = await asyncio.gather(*(begun(client) for _ in range(12)))
        assert sorted(each.status_code for each in answers) == [202] * 3 + [429] * 9
        gated.gate.set()


async def test_a_key_may_begin_so_much_in_a_minute(tmp_path):
    plans = {"plans": [GOOD]}
    async with house(tmp_path) as here, await here.client(per_minute=3) as client:
        assert (await begun(client)).status_code == 202
        assert (await client.post("/v1/validations", json={**TASK, **plans})).status_code == 200
        # What cannot be served, and what is only looked at, is not counted.
        for _ in range(5):
            assert (await begun(client, domain="(")).status_code == 422
            assert (await client.get("/v1/plans")).status_code == 200
        assert (await begun(client)).status_code == 202
        for answer in (
            await begun(client),
            await client.post("/v1/validations", json={**TASK, **plans}),
            await client.post("/v1/repairs", json={**TASK, "way": "plan"}),
        ):
            assert answer.status_code == 429
            assert answer.json()["quota"] == "per_minute"
            assert 55 <= int(answer.headers["retry-after"]) <= 60
            assert answer.headers["retry-after"] in answer.json()["detail"]


async def test_a_session_that_is_one_too_many_does_not_use_up_the_minute(tmp_path):
    gated = Gated([HALF, GOOD], through=[1])
    async with (
        house(tmp_path, gated) as here,
        await here.client(per_minute=2, sessions=1) as client,
    ):
        session_id = (await begun(client)).json()["id"]
        for _ in range(5):
            assert (await begun(client)).json()["quota"] == "sessions"
        await client.post(f"/v1/plans/{session_id}/cancel")
        assert (await begun(client)).status_code == 202
        gated.gate.set()


async def test_a_request_sent_again_under_its_key_is_not_counted_again(tmp_path):
    name = {"Idempotency-Key": "first", "Prefer": "wait=10"}
    async with house(tmp_path) as here, await here.client(per_minute=1, sessions=1) as client:
        for _ in range(3):
            assert (await client.post("/v1/plans", json=TASK, headers=name)).status_code == 200


async def test_what_sessions_spend_counts_for_the_day_and_running_ones_go_on(tmp_path):
    gated = Gated([HALF, HALF, GOOD], through=[1, 2])
    async with house(tmp_path, gated) as here, await here.client(tokens_per_day=30) as client:
        session_id = (await begun(client)).json()["id"]
        await gated.reached.wait()
        key_id = client.headers["authorization"].split("_")[1]
        today = microseconds() // DAY_MICROSECONDS
        async with asyncio.timeout(10):
            while await here.register.spent(key_id, today) < 30:  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.02)
        refused = await begun(client)
        assert refused.status_code == 429
        assert refused.json()["quota"] == "tokens_per_day"
        wait = int(refused.headers["retry-after"])
        left = DAY_MICROSECONDS - microseconds() % DAY_MICROSECONDS
        assert abs(wait - left / 1_000_000) < 30
        # Neither asks a model, so neither spends any.
        plans = {"plans": [GOOD]}
        assert (await client.post("/v1/validations", json={**TASK, **plans})).status_code == 200
        gated.gate.set()
        session = (await client.get(f"/v1/plans/{session_id}", params={"wait": 10})).json()
        assert session["status"] == "solved"


async def test_a_day_that_is_used_up_refuses_each_key_for_itself(tmp_path):
    async with (
        house(tmp_path) as here,
        await here.client(tokens_per_day=100) as client,
        await here.client(tokens_per_day=100) as other,
    ):
        key_id = client.headers["authorization"].split("_")[1]
        today = microseconds() // DAY_MICROSECONDS
        spending = [Spending(key_id=key_id, day=day, tokens=100) for day in (today, today + 1)]
        await here.register.note(spending, {})
        assert (await begun(client)).status_code == 429
        assert (await begun(other)).status_code == 202


TOO_HIGH = [
    ({"attempts": 4}, "#/budget/attempts", "3 attempts"),
    ({"tokens": 1_000_001}, "#/budget/tokens", "1000000 tokens"),
    ({"tokens": None}, "#/budget/tokens", "1000000 tokens"),
    ({"seconds": 10.5}, "#/budget/seconds", "10 seconds"),
]


async def test_a_budget_above_the_quota_is_refused_with_its_place(tmp_path):
    quota = {"budget_attempts": 3, "budget_tokens": 1_000_000, "budget_seconds": 10}
    kind = {"Content-Type": "application/jsonl"}
    async with house(tmp_path) as here, await here.client(**quota) as client:
        for budget, pointer, bound in TOO_HIGH:
            response = await begun(client, budget=budget)
            assert response.status_code == 422
            problem = response.json()
            assert problem["type"] == "urn:modulo:problem:budget-over-quota"
            assert problem["errors"][0]["pointer"] == pointer
            assert bound in problem["detail"]
            line = httpx.Request("POST", "http://x", json={**TASK, "budget": budget}).content
            batch = await client.post("/v1/batches", content=line, headers=kind)
            assert batch.status_code == 422
            assert batch.json()["errors"][0]["pointer"] == pointer
        assert (await client.get("/v1/plans")).json()["sessions"] == []


async def test_a_budget_that_nobody_asked_for_is_cut_down_to_the_quota(tmp_path):
    quota = {"budget_attempts": 3, "budget_tokens": 1000, "budget_seconds": 10}
    async with house(tmp_path) as here, await here.client(**quota) as client:
        session_id = (await begun(client, budget={"seconds": 7})).json()["id"]
        created = (await here.served.service.store.read(session_id))[0].event
        assert created.budget.model_dump() == {"attempts": 3, "tokens": 1000, "seconds": 7}


async def test_a_repair_may_take_no_longer_than_a_session(tmp_path):
    async with house(tmp_path) as here, await here.client(budget_seconds=5) as client:
        asked = {**TASK, "way": "plan", "seconds": 6}
        response = await client.post("/v1/repairs", json=asked)
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "#/seconds"


async def test_a_batch_counts_by_its_lines(tmp_path):
    line = httpx.Request("POST", "http://x", json=TASK).content
    kind = {"Content-Type": "application/jsonl"}

    async def batch(client: httpx.AsyncClient, lines: int) -> httpx.Response:
        return await client.post("/v1/batches", content=b"\n".join([line] * lines), headers=kind)

    gated = Gated([HALF, GOOD], through=[1])
    async with house(tmp_path, gated) as here:
        async with await here.client(per_minute=5) as client:
            assert (await batch(client, 6)).json()["type"] == "urn:modulo:problem:too-much-at-once"
            assert (await batch(client, 3)).status_code == 202
            assert (await batch(client, 3)).json()["quota"] == "per_minute"
            assert (await batch(client, 2)).status_code == 202
        async with await here.client("few", sessions=3) as client:
            assert (await batch(client, 4)).json()["quota"] == "sessions"
            assert (await client.get("/v1/batches")).json()["batches"] == []
            assert (await batch(client, 2)).status_code == 202
            assert (await batch(client, 2)).json()["quota"] == "sessions"
            assert len((await client.get("/v1/plans")).json()["sessions"]) == 2
        gated.gate.set()


async def test_what_an_open_service_does_not_know_it_does_not_bound(tmp_path):
    async with serve(tmp_path, Patient([HALF, GOOD]), Limits()) as served:
        answers = await asyncio.gather(*(begun(served.client) for _ in range(10)))
        assert {each.status_code for each in answers} == {202}


async def test_the_secret_is_neither_in_the_log_of_a_session_nor_in_an_answer(tmp_path):
    async with house(tmp_path) as here, await here.client() as client:
        secret = client.headers["authorization"].split("_", 2)[2]
        session_id = (await client.post("/v1/plans", json=TASK)).json()["id"]
        events = await client.get(f"/v1/plans/{session_id}/events")
        assert secret not in events.text
        assert events.status_code == 200
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert all(secret.encode() not in path.read_bytes() for path in files)


async def test_a_log_that_cannot_be_read_is_known_to_its_tenant_alone(tmp_path):
    async with (
        house(tmp_path) as here,
        await here.client("lab") as lab,
        await here.client("other") as other,
    ):
        session = (await lab.post("/v1/plans", json=TASK)).json()["id"]
        with sqlite3.connect(tmp_path / "sessions.db") as beside:
            beside.execute("UPDATE events SET event = '{'")
        for end in ("", "/plan"):
            response = await lab.get(f"/v1/plans/{session}{end}")
            assert response.status_code == 500
            assert response.headers["content-type"] == "application/problem+json"
            assert (await other.get(f"/v1/plans/{session}{end}")).status_code == 404
