"""What the ways in add: reserved subnets with the rules that Azure insists on, and the jump box.

Source: Azure documentation, "Working with NSG access and Azure Bastion", "Deploy Bastion as
private-only", "About VPN Gateway configuration settings" (gateway subnet), "Service overview and
network port requirements for Windows" (domain members).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import (
    Bastion,
    ExpressRoute,
    F5BigIp,
    JumpBox,
    KempLoadMaster,
    Stack,
    VpnGateway,
)
from octoha_templates.config.model.network import NoOutbound
from octoha_templates.config.plan.parts import (
    ANYONE,
    GATEWAY_MANAGER,
    INTERNET,
    LOAD_BALANCER_PROBE,
    NODES,
    PRIVATE_ENDPOINTS,
    VIRTUAL_NETWORK,
    Contribution,
    Peer,
    PrefixList,
    Rule,
    Subnet,
    listed,
    subnet,
    tag,
)

BASTION = subnet("bastion", "Azure Bastion")
JUMP_BOX = subnet("jump_box", "jump box")
BASTION_CLIENTS = listed("bastionClientPrefixes", "operators")
JUMP_BOX_CLIENTS = listed("jumpBoxClientPrefixes", "operators")

_RDP: Final = "3389"
_WINRM: Final = ("5985", "5986")
_DOMAIN_PORTS: Final = (
    "53", "88", "123", "135", "389", "445", "464", "636", "3268-3269", "9389", "49152-65535",
)  # fmt: skip
_CONTROLLERS: Final = subnet("domain_controllers", "domain controllers")
# Machines that operators sign in to, in any stack that has them.
_MACHINES: Final = (
    NODES,
    _CONTROLLERS,
    subnet("database", "SQL Server"),
    subnet("database_2", "second SQL Server"),
    subnet("database_3", "third SQL Server"),
    subnet("file_servers", "file servers"),
)
_SERVICES: Final = {
    "nodes": ("443",),
    "database": ("1433",),
    "database_2": ("1433",),
    "database_3": ("1433",),
}


def contribution(stack: Stack) -> Contribution:
    """Say what the ways in add to the plan."""
    parts = [_of_one(access, stack) for access in stack.network.access]
    return Contribution(
        tuple({each.key: each for part in parts for each in part.subnets}.values()),
        tuple(rule for part in parts for rule in part.rules),
        closed_outbound=tuple(key for part in parts for key in part.closed_outbound),
        lists=tuple(each for part in parts for each in part.lists),
    )


def _of_one(access: object, stack: Stack) -> Contribution:
    if isinstance(access, Bastion):
        return _bastion(access)
    if isinstance(access, VpnGateway | ExpressRoute):
        return Contribution((_GATEWAY_SUBNET,))
    if isinstance(access, JumpBox):
        return _jump_box(access, stack)
    return Contribution()


# Azure allows no security group here, and no route that leads everything elsewhere.
_GATEWAY_SUBNET: Final = Subnet(
    "gateway",
    "the VPN and ExpressRoute gateways",
    smallest=27,
    reserved_name="GatewaySubnet",
    has_security_group=False,
    default_route=False,
)


def _bastion(bastion: Bastion) -> Contribution:
    own = Subnet(
        "bastion",
        "Azure Bastion",
        smallest=26,
        reserved_name="AzureBastionSubnet",
        default_route=False,
        note="Azure refuses the deployment of Bastion when one of the rules that it needs is "
        "missing.",
    )
    lists = (
        PrefixList(
            BASTION_CLIENTS.parameter,
            "Who may reach Azure Bastion, in CIDR notation.",
            bastion.allowed_prefixes,
        ),
    )
    return Contribution(
        (own,),
        (*_to_machines(BASTION, "Bastion"), *_bastion_rules(bastion)),
        closed_outbound=("bastion",),
        lists=lists if bastion.allowed_prefixes else (),
    )


def _to_machines(source: Peer, name: str) -> Iterator[Rule]:
    """Let Bastion open the desktops of whichever machines the stack has."""
    for machine in _MACHINES:
        yield Rule(
            machine.subnet, f"Allow{name}Inbound", 150, source, machine, (_RDP,),
            "Operators, through Azure Bastion only.",
        )  # fmt: skip


def _clients_of(bastion: Bastion) -> Peer:
    """Say who reaches Bastion: without a public address only what is joined to the network can."""
    if bastion.allowed_prefixes:
        return BASTION_CLIENTS
    return VIRTUAL_NETWORK if bastion.private_only else INTERNET


def _bastion_rules(bastion: Bastion) -> Iterator[Rule]:
    yield Rule(
        "bastion", "AllowHttpsInbound", 100, _clients_of(bastion), ANYONE, ("443",),
        "Operators, who sign in with Entra ID first.",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowGatewayManagerInbound", 110, GATEWAY_MANAGER, ANYONE, ("443",),
        "Control plane.",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowLoadBalancerInbound", 120, LOAD_BALANCER_PROBE, ANYONE, ("443",),
        "Health probe of the service.",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowDataPlaneInbound", 130, VIRTUAL_NETWORK, VIRTUAL_NETWORK, ("8080", "5701"),
        "Between the instances of the service.", protocol="*",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowRdpAndSshOutbound", 100, ANYONE, VIRTUAL_NETWORK, ("22", "3389"),
        "To the machines.", "Outbound", protocol="*",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowAzureCloudOutbound", 110, ANYONE, tag("AzureCloud", "Azure services"), ("443",),
        "Diagnostics and control plane.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowDataPlaneOutbound", 120, VIRTUAL_NETWORK, VIRTUAL_NETWORK, ("8080", "5701"),
        "Between the instances of the service.", "Outbound", protocol="*",
    )  # fmt: skip
    if bastion.kerberos:
        yield from _kerberos()
    if bastion.private_only and bastion.session_recording:
        yield from _recordings()
    if not bastion.private_only:
        yield Rule(
            "bastion", "AllowSessionInformationOutbound", 130, ANYONE, INTERNET, ("80",),
            "Sessions and certificate checks.", "Outbound", protocol="*",
        )  # fmt: skip


def _kerberos() -> Iterator[Rule]:
    """Bastion finds the controllers by name and gets its tickets from them."""
    yield Rule(
        "bastion", "AllowKerberosOutbound", 140, ANYONE, VIRTUAL_NETWORK, ("53", "88"),
        "Names and tickets of the domain, for those who sign in with Kerberos.", "Outbound", protocol="*",
    )  # fmt: skip
    yield Rule(
        "domain_controllers", "AllowBastionKerberosInbound", 240, BASTION, _CONTROLLERS, ("88",),
        "Tickets for those who sign in through Azure Bastion.", protocol="*",
    )  # fmt: skip


def _recordings() -> Iterator[Rule]:
    """Without a way to the Internet, Bastion writes its recordings to a private endpoint."""
    yield Rule(
        "bastion", "AllowRecordingsOutbound", 150, ANYONE, VIRTUAL_NETWORK, ("443",),
        "Recorded sessions, to the private endpoint of their storage account.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "private_endpoints", "AllowBastionInbound", 150, BASTION, PRIVATE_ENDPOINTS, ("443",),
        "Recorded sessions, where their storage account has its private endpoint here.",
    )  # fmt: skip


def _jump_box(jump_box: JumpBox, stack: Stack) -> Contribution:
    own = Subnet(
        "jump_box",
        "the jump box",
        outbound=True,
        note="Who gets on the jump box, and where it may go from there: nowhere else.",
    )
    prefixes = jump_box_clients(jump_box, stack)
    lists = (
        PrefixList(
            JUMP_BOX_CLIENTS.parameter,
            "Who may open the desktop of the jump box besides Azure Bastion, in CIDR notation.",
            prefixes,
        ),
    )
    rules = (*_onto_jump_box(jump_box, prefixes), *_from_jump_box(jump_box, stack))
    return Contribution(
        (own,),
        rules,
        closed_outbound=("jump_box",),
        lists=lists if prefixes and not jump_box.just_in_time else (),
    )


def jump_box_clients(jump_box: JumpBox, stack: Stack) -> tuple[str, ...]:
    """List who opens the desktop of the jump box besides Bastion: VPN clients and named networks."""
    pools = tuple(
        access.point_to_site.address_pool
        for access in stack.network.access
        if isinstance(access, VpnGateway) and access.point_to_site
    )
    return (*pools, *jump_box.operator_prefixes)


def _onto_jump_box(jump_box: JumpBox, prefixes: tuple[str, ...]) -> Iterator[Rule]:
    """Just-in-time access adds its own rules for an hour or two, so there are none to begin with."""
    if jump_box.just_in_time:
        return
    yield Rule(
        "jump_box", "AllowBastionInbound", 150, BASTION, JUMP_BOX, (_RDP,),
        "Operators, through Azure Bastion.",
    )  # fmt: skip
    if prefixes:
        yield Rule(
            "jump_box", "AllowOperatorsInbound", 160, JUMP_BOX_CLIENTS, JUMP_BOX, (_RDP,),
            "Operators, over the VPN or from their networks.",
        )  # fmt: skip


def _from_jump_box(jump_box: JumpBox, stack: Stack) -> Iterator[Rule]:
    """Pair what leaves the jump box with what lets it in at the other end."""
    ways = ((_RDP,) if "rdp" in jump_box.reach else ()) + (
        _WINRM if "winrm" in jump_box.reach else ()
    )
    targets = [(machine, (*ways, *_SERVICES.get(machine.subnet, ()))) for machine in _MACHINES]
    targets += [
        (PRIVATE_ENDPOINTS, ("443", "1433")),
        (subnet("application_gateway", "Application Gateway"), ("443",)),
        *_appliances(stack),
    ]
    for index, (target, ports) in enumerate(targets):
        yield Rule(
            target.subnet, "AllowJumpBoxInbound", 160, JUMP_BOX, target, ports,
            "Operators, from the jump box.",
        )  # fmt: skip
        name = "".join(part.capitalize() for part in target.subnet.split("_"))
        yield Rule(
            "jump_box", f"AllowTo{name}Outbound", 100 + 10 * index, JUMP_BOX, target, ports,
            "Operators, from the jump box.", "Outbound",
        )  # fmt: skip
    yield from _jump_box_services(jump_box, stack)


def _appliances(stack: Stack) -> Iterator[tuple[Peer, tuple[str, ...]]]:
    """Say where the jump box reaches the management of the appliances, and the portal behind them."""
    traffic = subnet("appliance_external", "load balancer appliances")
    if isinstance(stack.load_balancer, KempLoadMaster):
        # One interface for both.
        yield traffic, ("22", "443", "8443")
    elif isinstance(stack.load_balancer, F5BigIp):
        yield traffic, ("443",)
        yield subnet("appliance_management", "management of the appliances"), ("22", "443", "8443")


def _jump_box_services(jump_box: JumpBox, stack: Stack) -> Iterator[Rule]:
    yield Rule(
        "jump_box", "AllowPortalOutbound", 300, JUMP_BOX, VIRTUAL_NETWORK, ("443",),
        "The portal, by the address of its load balancer.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "jump_box", "AllowDnsOutbound", 310, JUMP_BOX, VIRTUAL_NETWORK, ("53",),
        "Names.", "Outbound", protocol="*",
    )  # fmt: skip
    if jump_box.sign_in == "domain":
        yield Rule(
            "jump_box", "AllowDomainOutbound", 320, JUMP_BOX, VIRTUAL_NETWORK, _DOMAIN_PORTS,
            "The domain that people sign in to.", "Outbound", protocol="*",
        )  # fmt: skip
        yield Rule(
            "domain_controllers", "AllowJumpBoxDomainInbound", 242, JUMP_BOX, _CONTROLLERS, _DOMAIN_PORTS,
            "Joining, sign-in and group policy of the jump box.", protocol="*",
        )  # fmt: skip
    if not isinstance(getattr(stack.network, "outbound", None), NoOutbound):
        yield Rule(
            "jump_box", "AllowInternetOutbound", 330, JUMP_BOX, INTERNET, ("80", "443", "1688"),
            "Sign-in, updates, activation and monitoring.", "Outbound",
        )  # fmt: skip
