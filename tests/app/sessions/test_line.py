from app.sessions.line import Line


def line(places: int = 10, most_of_one: int | None = None, **waiting: list[str]) -> Line:
    made = Line(places=places, most_of_one=most_of_one)
    for tenant, session_ids in waiting.items():
        for session_id in session_ids:
            made.add(tenant, session_id)
    return made


def taken(line: Line) -> list[str]:
    return list(iter(line.take, None))


def test_those_of_one_tenant_follow_in_order():
    assert taken(line(a=["a1", "a2", "a3"])) == ["a1", "a2", "a3"]


def test_tenants_take_turns_however_many_each_has():
    many = line(a=["a1", "a2", "a3", "a4"], b=["b1", "b2"], c=["c1"])
    assert taken(many) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]


def test_no_more_are_taken_than_there_are_places_until_one_is_free():
    full = line(places=2, a=["a1", "a2", "a3", "a4"])
    assert taken(full) == ["a1", "a2"]
    full.free("a")
    assert taken(full) == ["a3"]


def test_a_tenant_at_its_bound_is_passed_over_until_one_of_its_own_ends():
    bound = line(most_of_one=1, a=["a1", "a2", "a3"], b=["b1", "b2"])
    assert taken(bound) == ["a1", "b1"]
    bound.free("b")
    assert taken(bound) == ["b2"]
    bound.free("a")
    assert taken(bound) == ["a2"]


def test_one_at_its_bound_that_comes_again_has_one_turn_like_the_others():
    bound = line(most_of_one=1, a=["a1"])
    assert taken(bound) == ["a1"]
    bound.add("a", "a2")
    bound.add("a", "a3")
    bound.add("b", "b1")
    assert taken(bound) == ["b1"]
    bound.free("a")
    bound.free("b")
    assert taken(bound) == ["a2"]


def test_what_is_dropped_is_not_taken():
    left = line(a=["a1", "a2"], b=["b1"])
    left.drop("a", "a1")
    left.drop("b", "b1")
    left.drop("b", "b1")
    left.drop("nobody", "n1")
    assert taken(left) == ["a2"]


def test_a_line_that_is_cleared_keeps_the_places_of_what_runs():
    cleared = line(places=2, a=["a1", "a2"])
    assert cleared.take() == "a1"
    cleared.clear()
    assert cleared.take() is None
    cleared.add("b", "b1")
    cleared.add("b", "b2")
    assert taken(cleared) == ["b1"]
