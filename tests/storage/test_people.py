"""Nobody takes over a fresh instance: the first user needs the code of the terminal, which works once."""

import pytest

from fillbook.storage import people
from fillbook.storage.models import Instance, User

PASSWORD = "a row of fills, kept well"


@pytest.mark.both_databases
@pytest.mark.django_db
def test_the_code_makes_the_operator_once() -> None:
    code = people.issue_setup_code()
    assert code is not None
    user = people.make_first_user(code, "Ada@Example.com", PASSWORD)
    assert user is not None
    assert (user.email, user.is_operator, user.check_password(PASSWORD)) == ("ada@example.com", True, True)
    assert people.make_first_user(code, "eve@example.com", PASSWORD) is None
    assert User.objects.count() == 1
    assert people.issue_setup_code() is None


@pytest.mark.both_databases
@pytest.mark.django_db
def test_a_wrong_code_makes_nobody() -> None:
    people.issue_setup_code()
    assert people.make_first_user("aaaa-bbbb-cccc-dddd", "eve@example.com", PASSWORD) is None
    assert people.make_first_user("", "eve@example.com", PASSWORD) is None
    assert people.needs_first_user()


@pytest.mark.both_databases
@pytest.mark.django_db
def test_without_a_code_an_empty_one_makes_nobody() -> None:
    assert people.make_first_user("", "eve@example.com", PASSWORD) is None
    assert people.needs_first_user()


@pytest.mark.both_databases
@pytest.mark.django_db
def test_capitals_blanks_and_hyphens_of_the_code_do_not_count() -> None:
    code = people.issue_setup_code()
    assert code is not None
    assert people.make_first_user(f"  {code.upper().replace('-', ' ')} ", "ada@example.com", PASSWORD) is not None


@pytest.mark.both_databases
@pytest.mark.django_db
def test_a_new_code_replaces_the_one_before_and_only_its_hash_is_kept() -> None:
    old, new = people.issue_setup_code(), people.issue_setup_code()
    assert old is not None
    assert new is not None
    assert new not in str(Instance.objects.values_list().get())
    assert people.make_first_user(old, "ada@example.com", PASSWORD) is None
    assert people.make_first_user(new, "ada@example.com", PASSWORD) is not None
