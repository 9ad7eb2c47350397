"""Commands about who may do what: accounts and tokens."""

import os
import sys

import click

from events_service.cli.command import check_event, with_database

ROLES = ("owner", "organiser", "agenda_editor", "registrar", "door_supervisor", "door_steward", "viewer")
TOKEN_ROLES = (*ROLES, "inbound_mail")


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--event", "event_slug", default=None, help="For this event alone.")
@click.option("--name", default=None)
@click.option("--password", default=None, help="Otherwise it is asked for, or read from EVENTS_USER_PASSWORD.")
def add_user(email: str, role: str, event_slug: str | None, name: str | None, password: str | None) -> None:
    """Add an account, or a role to an account that exists."""
    from events_service.people import actions
    from events_service.people.rules import Role

    password = password or os.environ.pop("EVENTS_USER_PASSWORD", None)
    if password is None and sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def add() -> str:
        await check_event(event_slug)
        return await actions.add_account(email, Role(role), event_slug, password=password, name=name)

    with_database(add)
    click.echo(f"{email} is {role}{f' of {event_slug}' if event_slug else ''}.")


@user.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take an account's second factor away and end its sign-ins, as when the phone is lost."""
    from events_service.people import queries, second_factors
    from events_service.people.addresses import account_address

    async def reset() -> None:
        await second_factors.reset_second_factor(await queries.account_id_of(account_address(email)))

    with_database(reset)
    click.echo(f"{email} signs in by password alone.")


@click.group()
def token() -> None:
    """Tokens for programs."""


@token.command("create")
@click.option("--role", type=click.Choice(TOKEN_ROLES), required=True)
@click.option("--event", "event_slug", default=None, help="For this event alone.")
@click.option("--name", required=True, help="What it is for.")
def create_token(role: str, event_slug: str | None, name: str) -> None:
    """Make a token and print it, alone, on standard output. It is shown this once."""
    from events_service.people import actions
    from events_service.people.rules import Role

    async def make() -> str:
        await check_event(event_slug)
        return await actions.make_api_token(Role(role), event_slug=event_slug, name=name)

    click.echo(with_database(make))
