"""What the OpenAPI document says of the clients' routes: its examples work as they stand."""

import pytest

from app.api import examples
from app.api.app import create_app
from tests.app.api.serving import serve
from tests.app.sessions.parts import Patient


class Knowing(Patient):
    """Solves blocks, which the proposer of other tests refuses."""

    def refuses(self, task):
        return None


@pytest.fixture(scope="module")
def document() -> dict:
    return create_app(lambda: None, version="1.2.3").openapi()


def bodies(document: dict) -> dict[str, dict]:
    """The schema of each body that a client's route takes, by path."""
    found = {}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            if "clients" in operation["tags"] and "requestBody" in operation:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                options = [schema, *schema.get("anyOf", ())]
                name = next(each["$ref"] for each in options if "$ref" in each).rpartition("/")[2]
                found[path] = document["components"]["schemas"][name]
    return found


def test_every_body_has_an_example_and_every_field_a_description(document):
    for path, schema in bodies(document).items():
        assert schema["examples"], path
        for name, said in schema["properties"].items():
            assert said.get("description") or "$ref" in said, (path, name)


async def test_the_examples_work_as_they_stand(tmp_path, document):
    async with serve(tmp_path, Knowing([examples.SOLUTION])) as served:
        begun = await served.client.post(
            "/package/modulo/solve", json=bodies(document)["/package/modulo/solve"]["examples"][0]
        )
        check_id = begun.json()["result"].rpartition("/")[2]
        for path, schema in bodies(document).items():
            if path == "/package/modulo-planner/solve":
                continue  # The small bank has no planners; those packages have tests of their own.
            for example in schema["examples"]:
                response = await served.client.post(path.format(check_id=check_id), json=example)
                assert response.status_code == 200, (path, response.text)
                assert "FAILED" not in response.text
                assert 'error":' not in response.text.replace('"severity":"error"', "")
