"""The identities that nodes and database administrator sign in with."""

from __future__ import annotations

from .conftest import Component

IDENTITY = "identity/managed-identity"
IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"


def test_database_is_administered_by_an_identity_of_its_own(component: Component) -> None:
    """Octopus owns its database and not the server."""
    compiled = component(IDENTITY)

    assert len(compiled.all(IDENTITIES)) == 2
    assert compiled.parameters["nodesIdentityName"]["defaultValue"] == (
        "[format('id-{0}-nodes', parameters('namePrefix'))]"
    )
    assert compiled.parameters["databaseAdministratorIdentityName"]["defaultValue"] == (
        "[format('id-{0}-sql-administrator', parameters('namePrefix'))]"
    )


def test_with_sql_authentication_there_is_one_identity(component: Component) -> None:
    compiled = component(IDENTITY, "database.authentication=sql")

    assert compiled.only(IDENTITIES)["name"] == "[parameters('nodesIdentityName')]"
    assert not [name for name in compiled.outputs if name.startswith("database")]


def test_outputs_tell_client_id_from_object_id(component: Component) -> None:
    """Tokens and SQL ask for the client ID, role assignments for the object ID."""
    outputs = component(IDENTITY).outputs

    for name in ("nodesIdentity", "databaseAdministrator"):
        assert outputs[f"{name}ClientId"].endswith(".clientId]")
        assert outputs[f"{name}PrincipalId"].endswith(".principalId]")


def test_module_gives_no_rights(component: Component) -> None:
    types = {resource["type"] for resource in component(IDENTITY).template["resources"]}

    assert types == {IDENTITIES}
