"""The means of the tests work: a database of one's own, a browser of two sizes."""

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.postgres
def test_each_database_is_new_and_empty(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE only_here (n numeric)")
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("only_here",)]


@pytest.mark.browser
def test_pages_have_the_width_of_a_desk_and_of_a_phone(page: "Page", phone: "Page") -> None:
    html = "data:text/html,<meta name=viewport content='width=device-width'><p>Fillbook"
    page.goto(html)
    phone.goto(html)
    assert page.evaluate("innerWidth") == 1280
    assert phone.evaluate("innerWidth") == 390
