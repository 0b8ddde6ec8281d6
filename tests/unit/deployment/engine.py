"""Plays the deployment of a compiled template: every value worked out, every resource in its order.

It stops where Azure Resource Manager would: a value that a parameter does not allow, an index beyond
a list, a property that nothing has, a resource that is read before it is made, two with one id.
What only Azure knows, such as the principal of an identity, is listed in `READ_ONLY`.

Source: learn.microsoft.com, "ARM template structure", "Define the order for deploying resources".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from octoha_templates.validation.arm_expressions import (
    Call,
    Expression,
    Item,
    Member,
    Number,
    Text,
    is_expression,
    parse_expression,
)
from tests.unit.deployment.functions import FUNCTIONS, SECRET, DeploymentError, guid, text_of

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = "rg-test"
_NESTED = "Microsoft.Resources/deployments"
_GUID = "11111111-2222-3333-4444-555555555555"

IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
# type -> what reading it gives beside what the template wrote.
READ_ONLY: Mapping[str, Mapping[str, Any]] = {
    IDENTITY: {
        "clientId": _GUID,
        "tenantId": _GUID,
    },
    "Microsoft.Sql/servers": {"fullyQualifiedDomainName": "sql.database.windows.net"},
    "Microsoft.KeyVault/vaults": {"vaultUri": "https://vault.vault.azure.net/"},
    "Microsoft.KeyVault/vaults/keys": {
        "keyUriWithVersion": "https://vault.vault.azure.net/keys/key/0123456789abcdef",
        "keyUri": "https://vault.vault.azure.net/keys/key",
    },
    "Microsoft.Storage/storageAccounts": {
        "primaryEndpoints": {
            "blob": "https://account.blob.core.windows.net/",
            "file": "https://account.file.core.windows.net/",
        }
    },
    "Microsoft.Network/publicIPAddresses": {
        "ipAddress": "192.0.2.1",
        "dnsSettings": {"fqdn": "label.westeurope.cloudapp.azure.com"},
    },
    "Microsoft.Network/bastionHosts": {"dnsName": "bst.bastion.azure.com"},
    "Microsoft.Network/virtualNetworkGateways": {
        "bgpSettings": {"asn": 65515, "bgpPeeringAddress": "10.20.1.70"}
    },
    "Microsoft.Network/networkInterfaces": {
        "ipConfigurations": [{"properties": {"privateIPAddress": "10.20.0.5"}}]
    },
    "Microsoft.Network/loadBalancers": {
        "frontendIPConfigurations": [{"properties": {"privateIPAddress": "10.20.0.132"}}],
    },
    "Microsoft.Network/applicationGateways": {
        "frontendIPConfigurations": [{"properties": {"privateIPAddress": "10.20.2.10"}}],
    },
    "Microsoft.OperationalInsights/workspaces": {"customerId": _GUID},
    "Microsoft.Network/trafficmanagerprofiles": {
        "dnsConfig": {"fqdn": "octopus.trafficmanager.net"}
    },
    "Microsoft.Cdn/profiles": {"frontDoorId": _GUID},
    "Microsoft.Cdn/profiles/afdEndpoints": {"hostName": "octopus-abc.z01.azurefd.net"},
    "Microsoft.Cdn/profiles/customDomains": {
        "validationProperties": {"validationToken": "token"},
    },
    "Microsoft.Network/privateLinkServices": {"alias": "pls.alias.azure.privatelinkservice"},
}
# Source: learn.microsoft.com, "Deployment functions", environment(); azure-cli-core, the list of clouds.
CLOUDS: Mapping[str, Mapping[str, Any]] = {
    "AzureCloud": {
        "name": "AzureCloud",
        "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
        "portal": "https://portal.azure.com",
        "resourceManager": "https://management.azure.com/",
        "suffixes": {
            "acrLoginServer": ".azurecr.io",
            "keyvaultDns": ".vault.azure.net",
            "sqlServerHostname": ".database.windows.net",
            "storage": "core.windows.net",
        },
    },
    "AzureUSGovernment": {
        "name": "AzureUSGovernment",
        "authentication": {"loginEndpoint": "https://login.microsoftonline.us/"},
        "portal": "https://portal.azure.us",
        "resourceManager": "https://management.usgovcloudapi.net/",
        "suffixes": {
            "acrLoginServer": ".azurecr.us",
            "keyvaultDns": ".vault.usgovcloudapi.net",
            "sqlServerHostname": ".database.usgovcloudapi.net",
            "storage": "core.usgovcloudapi.net",
        },
    },
    "AzureChinaCloud": {
        "name": "AzureChinaCloud",
        "authentication": {"loginEndpoint": "https://login.chinacloudapi.cn/"},
        "portal": "https://portal.azure.cn",
        "resourceManager": "https://management.chinacloudapi.cn/",
        "suffixes": {
            "acrLoginServer": ".azurecr.cn",
            "keyvaultDns": ".vault.azure.cn",
            "sqlServerHostname": ".database.chinacloudapi.cn",
            "storage": "core.chinacloudapi.cn",
        },
    },
}


@dataclass
class Resource:
    """A resource that was deployed.

    Attributes:
        id: Its resource ID.
        type: Its type.
        name: Its whole name.
        body: Everything else, worked out.
    """

    id: str
    type: str
    name: str
    body: dict[str, Any]


@dataclass
class Deployed:
    """What a deployment made.

    Attributes:
        resources: By their folded ID, in the order of their making.
        outputs: Of the template itself.
        cloud: What `environment()` gives.
    """

    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    cloud: Mapping[str, Any] = field(default_factory=lambda: CLOUDS["AzureCloud"])

    def of_type(self, kind: str) -> list[Resource]:
        """Give the resources of a type."""
        return [each for each in self.resources.values() if each.type == kind]


def deploy(
    template: Mapping[str, Any], parameters: Mapping[str, Any], *, cloud: str = "AzureCloud"
) -> Deployed:
    """Play a deployment into a resource group.

    Args:
        template: The compiled template.
        parameters: Values by name; secure parameters without one get a marked secret.
        cloud: Which Azure.

    Returns:
        What was made.

    Raises:
        DeploymentError: Azure would stop.
    """
    made = Deployed(cloud=CLOUDS[cloud])
    made.outputs = _Deployment(made, template, parameters, SUBSCRIPTION, GROUP, "main").run()
    return made


def _find(mapping: Mapping[str, Any], key: str) -> Any:
    """Read a property the way ARM does, whatever the case of its letters."""
    if key in mapping:
        return mapping[key]
    for name, value in mapping.items():
        if name.casefold() == key.casefold():
            return value
    raise DeploymentError(f"there is no `{key}` among {', '.join(mapping) or 'nothing'}")


class _Deployment:
    """One template at work, with its own parameters and variables."""

    def __init__(
        self,
        made: Deployed,
        template: Mapping[str, Any],
        given: Mapping[str, Any],
        subscription: str,
        group: str,
        name: str,
    ) -> None:
        self._made = made
        self._template = template
        self._subscription = subscription
        self._group = group
        self._name = name
        self._variables: dict[str, Any] = {}
        self._indexes: dict[str, int] = {}
        self._reading: list[str] = []
        self._skipped: set[str] = set()
        for parameter in given:
            if parameter not in template.get("parameters", {}):
                raise DeploymentError(f"{name}: there is no parameter `{parameter}`")
        self._parameters: dict[str, Any] = {}
        for parameter, declared in template.get("parameters", {}).items():
            self._parameters[parameter] = self._parameter(parameter, declared, given)

    def run(self) -> dict[str, Any]:
        """Make the resources, each after those it depends on, and give the outputs."""
        waiting = [each for entry in self._template["resources"] for each in self._expanded(entry)]
        # An ID, or the name of a loop, stands for what has to be done.
        own: dict[str, set[str]] = {}
        for each in waiting:
            own[each.id.casefold()] = {each.id.casefold()}
            if each.loop:
                own.setdefault(each.loop.casefold(), set()).add(each.id.casefold())
        done: set[str] = set()
        while waiting:
            ready = [each for each in waiting if self._is_ready(each, own, done)]
            if not ready:
                names = ", ".join(each.name for each in waiting)
                raise DeploymentError(f"{self._name}: each waits for another: {names}")
            for each in ready:
                self._make(each)
                done.add(each.id.casefold())
                waiting.remove(each)
        outputs = self._template.get("outputs", {})
        return {
            name: self._output(name, declared)
            for name, declared in outputs.items()
            if self._value(declared.get("condition", True))
        }

    def _output(self, name: str, declared: Mapping[str, Any]) -> Any:
        try:
            if "copy" in declared:
                return [
                    self._at(declared["copy"].get("name", name), index, declared["copy"]["input"])
                    for index in range(self._value(declared["copy"]["count"]))
                ]
            value = self._value(declared["value"])
        except DeploymentError as error:
            raise DeploymentError(f"{self._name}, output {name}: {error}") from error
        self._check_kind(f"output {name}", declared["type"], value)
        return value

    def _parameter(self, name: str, declared: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
        if given.get(name) is not None:
            value = given[name]
        elif "defaultValue" in declared:
            value = self._value(declared["defaultValue"])
        elif declared["type"].casefold() in ("securestring", "secureobject"):
            value = f"{SECRET}{name}-0123456789"[: declared.get("maxLength", 99)]
        else:
            raise DeploymentError(f"{self._name}: parameter `{name}` has no value")
        self._check_kind(f"parameter {name}", declared["type"], value)
        self._check_bounds(name, declared, value)
        return value

    def _check_kind(self, what: str, kind: str, value: Any) -> None:
        wanted = {
            "string": str,
            "securestring": str,
            "int": int,
            "bool": bool,
            "array": list,
            "object": dict,
            "secureobject": dict,
        }[kind.casefold()]
        is_right = isinstance(value, wanted) and (wanted is not int or not isinstance(value, bool))
        if not is_right:
            raise DeploymentError(f"{self._name}: {what} is {value!r}, not of the type {kind}")

    def _check_bounds(self, name: str, declared: Mapping[str, Any], value: Any) -> None:
        size = value if isinstance(value, int) else len(value)
        low = declared.get("minValue", declared.get("minLength"))
        high = declared.get("maxValue", declared.get("maxLength"))
        allowed = declared.get("allowedValues")
        is_outside = (low is not None and size < low) or (high is not None and size > high)
        is_strange = allowed is not None and any(
            each not in allowed for each in (value if isinstance(value, list) else [value])
        )
        if is_outside or is_strange:
            raise DeploymentError(f"{self._name}: parameter `{name}` may not be {value!r}")

    def _expanded(self, entry: Mapping[str, Any]) -> Iterator[_Entry]:
        if "copy" not in entry:
            yield self._entry(entry, {})
            return
        loop = entry["copy"]["name"]
        for index in range(self._value(entry["copy"]["count"])):
            yield self._entry(entry, {loop: index})

    def _entry(self, entry: Mapping[str, Any], indexes: dict[str, int]) -> _Entry:
        self._indexes = indexes
        name = self._value(entry["name"])
        kind = entry["type"]
        scope = self._value(entry["scope"]) if "scope" in entry else None
        subscription = self._value(entry.get("subscriptionId", self._subscription))
        group = self._value(entry.get("resourceGroup", self._group))
        identifier = _resource_id(kind, name, subscription, group, scope)
        needs = [self._value(each) for each in entry.get("dependsOn", ())]
        self._indexes = {}
        loop = entry.get("copy", {}).get("name", "")
        return _Entry(identifier, kind, name, entry, indexes, needs, loop, subscription, group)

    def _is_ready(self, entry: _Entry, own: Mapping[str, set[str]], done: set[str]) -> bool:
        for need in entry.needs:
            if need.casefold() not in own:
                raise DeploymentError(f"{entry.name} depends on {need}, which the template lacks")
            if not own[need.casefold()] <= done:
                return False
        return True

    def _make(self, entry: _Entry) -> None:
        self._indexes = entry.indexes
        if not self._value(entry.body.get("condition", True)):
            self._skipped.add(entry.id.casefold())
            self._indexes = {}
            return
        if entry.id.casefold() in self._made.resources:
            raise DeploymentError(f"{entry.id} is made twice")
        if entry.kind == _NESTED:
            self._nested(entry)
            return
        left_out = ("type", "name", "condition", "copy", "dependsOn", "scope")
        body = {key: value for key, value in entry.body.items() if key not in left_out}
        try:
            worked_out = self._value(body)
        except DeploymentError as error:
            raise DeploymentError(f"{self._name}, {entry.name}: {error}") from error
        self._indexes = {}
        self._made.resources[entry.id.casefold()] = Resource(
            entry.id, entry.kind, entry.name, worked_out
        )

    def _nested(self, entry: _Entry) -> None:
        properties = entry.body["properties"]
        given = {
            name: self._value(argument["value"])
            for name, argument in properties.get("parameters", {}).items()
        }
        self._indexes = {}
        inner = _Deployment(
            self._made, properties["template"], given, entry.subscription, entry.group, entry.name
        )
        outputs = {name: {"value": value} for name, value in inner.run().items()}
        self._made.resources[entry.id.casefold()] = Resource(
            entry.id,
            _NESTED,
            entry.name,
            {"properties": {"outputs": outputs, "parameters": given}},
        )

    # -- values ---------------------------------------------------------------------------------

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            if is_expression(value):
                return self._worked_out(parse_expression(value))
            return value[1:] if value.startswith("[[") else value
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if isinstance(value, dict):
            return self._object(value)
        return value

    def _object(self, value: Mapping[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, item in value.items():
            if key == "copy" and isinstance(item, list):
                for loop in item:
                    count = self._value(loop["count"])
                    result[loop["name"]] = [
                        self._at(loop["name"], index, loop["input"]) for index in range(count)
                    ]
            else:
                name = self._value(key)
                worked_out = self._value(item)
                # A null that an expression gives takes the property away.
                if worked_out is not None or item is None:
                    result[name] = worked_out
        return result

    def _at(self, loop: str, index: int, value: Any) -> Any:
        outer = self._indexes
        self._indexes = {**outer, loop: index}
        try:
            return self._value(value)
        finally:
            self._indexes = outer

    def _worked_out(self, expression: Expression) -> Any:
        match expression:
            case Text(value=value) | Number(value=value):
                return value
            case Member(base=base, name=name):
                return self._member(self._worked_out(base), name)
            case Item(base=base, index=index):
                return self._member(self._worked_out(base), self._worked_out(index))
            case Call():
                return self._call(expression)
        raise AssertionError(expression)

    def _member(self, base: Any, key: Any) -> Any:
        if isinstance(base, Mapping) and isinstance(key, str):
            return _find(base, key)
        if isinstance(base, list) and isinstance(key, int) and 0 <= key < len(base):
            return base[key]
        raise DeploymentError(f"there is no [{key!r}] in {base!r}")

    def _call(self, call: Call) -> Any:
        name = call.function
        if name == "if":
            is_true = self._worked_out(call.arguments[0])
            return self._worked_out(call.arguments[1 if is_true else 2])
        if name == "and":
            return all(self._worked_out(each) for each in call.arguments)
        if name == "or":
            return any(self._worked_out(each) for each in call.arguments)
        arguments = [self._worked_out(each) for each in call.arguments]
        own = getattr(self, f"_call_{name}", None)
        if own is not None:
            return own(*arguments)
        if name.startswith("list"):
            self._existing(arguments[0])
            value = f"{SECRET}{call.name}"
            return {"keys": [{"value": value}] * 2, "primarySharedKey": value}
        if name not in FUNCTIONS:
            raise DeploymentError(f"{call.name}() is not known here")
        try:
            return FUNCTIONS[name](*arguments)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise DeploymentError(f"{call.name}({arguments!r}): {error}") from error

    def _call_parameters(self, name: str) -> Any:
        return _find(self._parameters, name)

    def _call_variables(self, name: str) -> Any:
        if name not in self._variables:
            if name in self._reading:
                raise DeploymentError(f"the variable `{name}` is made of itself")
            self._reading.append(name)
            outer, self._indexes = self._indexes, {}
            declared = self._template.get("variables", {})
            loops = {each["name"]: each for each in declared.get("copy", ())}
            value = self._object({"copy": [loops[name]]})[name] if name in loops else None
            self._variables[name] = value if name in loops else self._value(_find(declared, name))
            self._indexes = outer
            self._reading.pop()
        return self._variables[name]

    def _call_copyindex(self, name: Any = "", offset: int = 0) -> int:
        if isinstance(name, int):
            name, offset = "", name
        if not self._indexes:
            raise DeploymentError("copyIndex() outside of a loop")
        index = _find(self._indexes, name) if name else next(iter(self._indexes.values()))
        return int(index) + offset

    def _call_resourcegroup(self) -> dict[str, Any]:
        return {
            "id": f"/subscriptions/{self._subscription}/resourceGroups/{self._group}",
            "name": self._group,
            "location": "westeurope",
        }

    def _call_subscription(self) -> dict[str, Any]:
        return {
            "id": f"/subscriptions/{self._subscription}",
            "subscriptionId": self._subscription,
            "tenantId": _GUID,
        }

    def _call_tenant(self) -> dict[str, Any]:
        return {"tenantId": _GUID}

    def _call_deployment(self) -> dict[str, Any]:
        return {"name": self._name}

    def _call_environment(self) -> Mapping[str, Any]:
        return self._made.cloud

    def _call_resourceid(self, *arguments: str) -> str:
        at = next(index for index, each in enumerate(arguments) if "/" in each)
        before, kind, names = arguments[:at], arguments[at], arguments[at + 1 :]
        group = before[-1] if before else self._group
        subscription = before[0] if len(before) == 2 else self._subscription
        if kind.count("/") != len(names):
            raise DeploymentError(f"resourceId({kind}) has {len(names)} names")
        return _resource_id(kind, "/".join(names), subscription, group, None)

    def _call_subscriptionresourceid(self, *arguments: str) -> str:
        at = next(index for index, each in enumerate(arguments) if "/" in each)
        subscription = arguments[0] if at else self._subscription
        kind, names = arguments[at], arguments[at + 1 :]
        return f"/subscriptions/{subscription}/providers/{_typed(kind, '/'.join(names))}"

    def _call_extensionresourceid(self, scope: str, kind: str, *names: str) -> str:
        return f"{scope}/providers/{_typed(kind, '/'.join(names))}"

    def _existing(self, identifier: str) -> Resource | None:
        """Give a resource that this deployment made; None for one that was there before."""
        folded = identifier.casefold()
        if folded in self._made.resources:
            return self._made.resources[folded]
        if folded in self._skipped:
            raise DeploymentError(f"{identifier} is read and was not made")
        own = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/".casefold()
        if folded.startswith(own):
            raise DeploymentError(f"{identifier} is read before it is made")
        return None

    def _call_reference(self, identifier: str, _version: str = "", full: str = "") -> Any:
        resource = self._existing(identifier)
        kind = resource.type if resource else _type_of(identifier)
        properties = dict((resource.body.get("properties") or {}) if resource else {})
        known = _in_cloud(READ_ONLY.get(kind, {}), self._made.cloud)
        if kind == IDENTITY:
            # Two identities are two principals.
            known = {**known, "principalId": guid(identifier, "principal")}
        merged = _merged(properties, known, resource.id if resource else identifier)
        if full:
            body = resource.body if resource else {"location": "westeurope"}
            return {**body, "properties": merged}
        return merged


@dataclass
class _Entry:
    """A resource of a template before it is made."""

    id: str
    kind: str
    name: str
    body: Mapping[str, Any]
    indexes: dict[str, int]
    needs: list[str]
    loop: str
    subscription: str
    group: str


def _in_cloud(known: Any, cloud: Mapping[str, Any]) -> Any:
    """Give the names of the public cloud the endings of another one."""
    if isinstance(known, Mapping):
        return {key: _in_cloud(item, cloud) for key, item in known.items()}
    if isinstance(known, list):
        return [_in_cloud(item, cloud) for item in known]
    if isinstance(known, str):
        for key, suffix in CLOUDS["AzureCloud"]["suffixes"].items():
            known = known.replace(suffix, cloud["suffixes"][key])
    return known


def _merged(written: Any, known: Any, identifier: str) -> Any:
    """Put what Azure adds to what the template wrote; entries of lists get their IDs."""
    if isinstance(written, dict) and isinstance(known, Mapping):
        keys = [*written, *(key for key in known if key not in written)]
        return {
            key: _merged(written.get(key), known.get(key), f"{identifier}/{key}") for key in keys
        }
    if isinstance(written, list):
        rest = known if isinstance(known, list) else []
        result = []
        for index, item in enumerate(written):
            more = rest[min(index, len(rest) - 1)] if rest else {}
            if isinstance(item, dict) and "name" in item:
                item_id = f"{identifier}/{item['name']}"
                result.append({**_merged(item, more, item_id), "id": item_id})
            else:
                result.append(item)
        return result
    return known if written is None else written


def _typed(kind: str, name: str) -> str:
    provider, *kinds = kind.split("/")
    names = name.split("/")
    if len(kinds) != len(names):
        raise DeploymentError(f"the name {name!r} does not fit the type {kind}")
    return f"{provider}/" + "/".join(
        f"{each}/{text_of(part)}" for each, part in zip(kinds, names, strict=True)
    )


def _resource_id(kind: str, name: str, subscription: str, group: str, scope: str | None) -> str:
    if scope is not None:
        if not scope.startswith("/"):
            parts = scope.split("/")
            provider, kinds, names = parts[0], parts[1::2], parts[2::2]
            path = "/".join(f"{a}/{b}" for a, b in zip(kinds, names, strict=True))
            scope = (
                f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}/{path}"
            )
        return f"{scope}/providers/{_typed(kind, name)}"
    start = f"/subscriptions/{subscription}/resourceGroups/{group}"
    return f"{start}/providers/{_typed(kind, name)}"


def _type_of(identifier: str) -> str:
    tail = identifier.rpartition("/providers/")[2].split("/")
    return "/".join([tail[0], *tail[1::2]])
