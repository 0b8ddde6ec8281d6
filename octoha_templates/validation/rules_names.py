"""Names: how long they may be and which characters they may have, where they are known.

Source: Azure docs, "Naming rules and restrictions for Azure resources".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from octoha_templates.diagnostics import Diagnostic
from octoha_templates.schemacheck import shown
from octoha_templates.validation.known_text import Pieces, pieces_of, segments_of
from octoha_templates.validation.places import Places
from octoha_templates.validation.resources import title_of
from octoha_templates.validation.scopes import FoundResource, TemplateScope


@dataclass(frozen=True, slots=True)
class NameRule:
    """What the last segment of a name may be.

    Attributes:
        shortest: The fewest characters.
        longest: The most characters.
        pattern: What it must match.
        words: The pattern in words.
    """

    shortest: int
    longest: int
    pattern: str
    words: str


_NETWORK_WORDS = (
    "begins with a letter or digit, ends with one or _, and has letters, digits, _ . - inside"
)
_NETWORK = r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_LOWER = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_LOWER_WORDS = "has lower-case letters, digits and -, and no - at its ends"


def _network(shortest: int, longest: int) -> NameRule:
    """Make the rule that most network resources share."""
    return NameRule(shortest, longest, _NETWORK, _NETWORK_WORDS)


NAME_RULES: Final[dict[str, NameRule]] = {
    "Microsoft.Resources/deployments": NameRule(
        1, 64, r"[-\w.()]+", "has letters, digits and - _ . ( )"
    ),
    "Microsoft.Resources/resourceGroups": NameRule(
        1, 90, r"[\w().-]*[\w()-]", "has letters, digits and _ ( ) - ., and does not end with a dot"
    ),
    "Microsoft.Network/virtualNetworks": _network(2, 64),
    "Microsoft.Network/virtualNetworks/subnets": _network(1, 80),
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": _network(1, 80),
    "Microsoft.Network/networkSecurityGroups": _network(1, 80),
    "Microsoft.Network/networkSecurityGroups/securityRules": _network(1, 80),
    "Microsoft.Network/applicationSecurityGroups": _network(1, 80),
    "Microsoft.Network/routeTables": _network(1, 80),
    "Microsoft.Network/natGateways": _network(1, 80),
    "Microsoft.Network/publicIPAddresses": _network(1, 80),
    "Microsoft.Network/networkInterfaces": _network(1, 80),
    "Microsoft.Network/loadBalancers": _network(1, 80),
    "Microsoft.Network/applicationGateways": _network(1, 80),
    "Microsoft.Network/bastionHosts": _network(1, 80),
    "Microsoft.Network/virtualNetworkGateways": _network(1, 80),
    "Microsoft.Network/localNetworkGateways": _network(1, 80),
    "Microsoft.Network/connections": _network(1, 80),
    "Microsoft.Network/expressRouteCircuits": _network(1, 80),
    "Microsoft.Network/privateEndpoints": _network(2, 64),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": _network(1, 80),
    "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies": NameRule(
        1, 128, r".+", "is not empty"
    ),
    "Microsoft.Network/privateDnsZones": NameRule(
        1, 253, r"[\w-]{1,63}(\.[\w-]{1,63}){1,33}", "has 2 to 34 labels of 1 to 63 characters"
    ),
    "Microsoft.Network/trafficmanagerprofiles": NameRule(
        1,
        63,
        r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
        "has letters, digits, - and ., and a letter or digit at its ends",
    ),
    "Microsoft.Sql/servers": NameRule(1, 63, _LOWER, _LOWER_WORDS),
    "Microsoft.Sql/servers/failoverGroups": NameRule(1, 63, _LOWER, _LOWER_WORDS),
    "Microsoft.Sql/servers/databases": NameRule(
        1,
        128,
        r"[^<>*%&:\\/?]*[^<>*%&:\\/?. ]",
        r"has none of < > * % & : \ / ?, and does not end with a dot or a space",
    ),
    "Microsoft.SqlVirtualMachine/sqlVirtualMachines": NameRule(1, 64, r".+", "is not empty"),
    "Microsoft.Storage/storageAccounts": NameRule(
        3, 24, r"[a-z0-9]+", "has lower-case letters and digits only"
    ),
    "Microsoft.Storage/storageAccounts/fileServices/shares": NameRule(
        3, 63, r"[a-z0-9](-?[a-z0-9])*", _LOWER_WORDS + ", and no two of them together"
    ),
    "Microsoft.KeyVault/vaults": NameRule(
        3,
        24,
        r"[A-Za-z](-?[A-Za-z0-9])*",
        "begins with a letter, has letters, digits and single -, and does not end with -",
    ),
    "Microsoft.KeyVault/vaults/secrets": NameRule(
        1, 127, r"[A-Za-z0-9-]+", "has letters, digits and -"
    ),
    "Microsoft.ManagedIdentity/userAssignedIdentities": NameRule(
        3,
        128,
        r"[A-Za-z0-9][A-Za-z0-9_-]*",
        "begins with a letter or digit, and has - and _ inside",
    ),
    "Microsoft.OperationalInsights/workspaces": NameRule(
        4,
        63,
        r"[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]",
        "has letters, digits and -, and no - at its ends",
    ),
    "Microsoft.RecoveryServices/vaults": NameRule(
        2, 50, r"[A-Za-z][A-Za-z0-9-]*", "begins with a letter, and has letters, digits and -"
    ),
    "Microsoft.RecoveryServices/vaults/backupPolicies": NameRule(
        3, 150, r"[A-Za-z][A-Za-z0-9-]*", "begins with a letter, and has letters, digits and -"
    ),
    "Microsoft.Cdn/profiles": NameRule(
        1, 260, r"[A-Za-z0-9]+(-*[A-Za-z0-9])*", "has letters, digits and -, and no - at its ends"
    ),
    "Microsoft.Authorization/roleAssignments": NameRule(
        36, 36, r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "is a GUID"
    ),
}
_BY_TYPE: Final = {name.casefold(): rule for name, rule in NAME_RULES.items()}


def names(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find names that Azure would refuse.

    Args:
        scope: One template.
        places: Where things are.

    Yields:
        OCT450.
    """
    for resource in scope.resources:
        rule = _BY_TYPE.get(resource.type.casefold())
        if rule is not None and not resource.is_existing:
            last = segments_of(pieces_of(resource.name, scope))[-1]
            problem = _problem(last, rule)
            if problem:
                yield _finding(resource, problem, places)


def _problem(pieces: Pieces, rule: NameRule) -> str:
    """Say what is wrong with a name; of one that is not known in full, only that it is too long."""
    known = "".join(piece for piece in pieces if isinstance(piece, str))
    if len(known) > rule.longest:
        return f"has {len(known)} characters or more, but at most {rule.longest} are allowed"
    if len(pieces) > 1 or not isinstance(pieces[0], str):
        return ""
    if len(known) < rule.shortest:
        return f"has {len(known)} characters, but at least {rule.shortest} are needed"
    return (
        "" if re.fullmatch(rule.pattern, known) else f"is {shown(known)}; a valid one {rule.words}"
    )


def _finding(resource: FoundResource, problem: str, places: Places) -> Diagnostic:
    """Report one name."""
    return places.finding(
        "OCT450",
        (*resource.path, "name"),
        f"{title_of(resource)}: the name {problem}",
        hint="choose another name",
    )
