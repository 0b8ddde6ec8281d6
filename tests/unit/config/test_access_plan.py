"""What the ways in add to the network plan: who gets in, and how far."""

from __future__ import annotations

import pytest

from octoha_templates.config.load import stack_from_text
from octoha_templates.config.plan import NetworkPlan, network_plan
from octoha_templates.config.plan.parts import Rule

MINIMAL = (
    "octopus: {version: 2026.3.12345, host_name: octopus.example.com, "
    "administrator: {email: a@example.com}}\n"
)
BASTION = "{kind: bastion}"
PRIVATE = "{kind: bastion, sku: Premium, private_only: true}"
VPN = "{kind: vpn-gateway, point_to_site: {kind: entra}}"
ROUTE = "{kind: expressroute, circuit: {provider: Equinix, peering_location: Amsterdam}}"
# The rules without which Azure refuses a security group on AzureBastionSubnet.
NEEDED_BY_BASTION = {
    ("Inbound", "GatewayManager", ("443",)),
    ("Inbound", "AzureLoadBalancer", ("443",)),
    ("Inbound", "VirtualNetwork", ("8080", "5701")),
    ("Outbound", "VirtualNetwork", ("22", "3389")),
    ("Outbound", "AzureCloud", ("443",)),
    ("Outbound", "VirtualNetwork", ("8080", "5701")),
}


def plan_of(*access: str, settings: tuple[str, ...] = ()) -> NetworkPlan:
    """Plan the network of a stack with these ways in."""
    ways = ", ".join(access)
    stack = stack_from_text(MINIMAL, settings=(f"network.access=[{ways}]", *settings))
    return network_plan(stack)


def rules_of(plan: NetworkPlan, subnet: str, direction: str) -> dict[str, Rule]:
    """Give the rules of a subnet by name."""
    return {
        rule.name: rule
        for rule in plan.rules_of(subnet)
        if rule.direction == direction and rule.access == "Allow"
    }


@pytest.mark.parametrize("bastion", [BASTION, PRIVATE])
def test_bastion_has_every_rule_that_azure_insists_on(bastion: str) -> None:
    plan = plan_of(bastion, VPN)
    found = {
        (
            rule.direction,
            rule.source.tag if rule.direction == "Inbound" else rule.destination.tag,
            rule.ports,
        )
        for rule in plan.rules_of("bastion")
    }

    assert found >= NEEDED_BY_BASTION


def test_bastion_without_public_address_knows_no_internet() -> None:
    rules = plan_of(PRIVATE, VPN).rules_of("bastion")

    assert "Internet" not in {end.tag for rule in rules for end in (rule.source, rule.destination)}
    assert [rule.source.tag for rule in rules if rule.name == "AllowHttpsInbound"] == [
        "VirtualNetwork"
    ]


def test_bastion_for_some_lets_only_those_in() -> None:
    plan = plan_of("{kind: bastion, allowed_prefixes: [203.0.113.0/24]}")
    source = rules_of(plan, "bastion", "Inbound")["AllowHttpsInbound"].source

    assert source.parameter == "bastionClientPrefixes"
    assert [(each.parameter, each.prefixes) for each in plan.lists] == [
        ("bastionClientPrefixes", ("203.0.113.0/24",))
    ]


@pytest.mark.parametrize("ways", [(VPN,), (ROUTE,), (VPN, ROUTE)])
def test_gateways_share_one_subnet_without_group_and_route(ways: tuple[str, ...]) -> None:
    (subnet,) = [each for each in plan_of(*ways).subnets if each.key == "gateway"]

    assert subnet.reserved_name == "GatewaySubnet"
    assert subnet.smallest == 27
    assert not subnet.has_security_group
    assert not subnet.default_route
    assert not subnet.outbound


def test_jump_box_is_reached_by_bastion_and_vpn_clients_only() -> None:
    plan = plan_of(BASTION, VPN, "{kind: jump-box, operator_prefixes: [10.60.0.0/24]}")
    inbound = rules_of(plan, "jump_box", "Inbound")

    assert set(inbound) == {"AllowBastionInbound", "AllowOperatorsInbound"}
    assert all(rule.ports == ("3389",) for rule in inbound.values())
    (clients,) = plan.lists
    assert clients.prefixes == ("172.16.201.0/24", "10.60.0.0/24")
    assert "jump_box" in plan.closed_outbound


def test_just_in_time_has_no_standing_way_in() -> None:
    plan = plan_of(BASTION, VPN, "{kind: jump-box, just_in_time: true}")

    assert rules_of(plan, "jump_box", "Inbound") == {}
    assert plan.lists == ()


@pytest.mark.parametrize(
    ("reach", "ports"),
    [
        ("rdp", ("3389", "443")),
        ("winrm", ("5985", "5986", "443")),
        ("rdp, winrm", ("3389", "5985", "5986", "443")),
    ],
)
def test_jump_box_reaches_nodes_the_way_it_is_told(reach: str, ports: tuple[str, ...]) -> None:
    plan = plan_of(BASTION, f"{{kind: jump-box, reach: [{reach}]}}")

    assert rules_of(plan, "nodes", "Inbound")["AllowJumpBoxInbound"].ports == ports
    assert rules_of(plan, "jump_box", "Outbound")["AllowToNodesOutbound"].ports == ports


def test_every_flow_of_the_jump_box_is_let_out_and_let_in() -> None:
    """A flow with one half only would fail at the other subnet."""
    plan = plan_of(BASTION, "{kind: jump-box}")
    leaving = {
        (rule.destination.subnet, rule.ports)
        for rule in plan.rules
        if rule.subnet == "jump_box" and rule.direction == "Outbound" and rule.destination.subnet
    }
    entering = {
        (rule.subnet, rule.ports)
        for rule in plan.rules
        if rule.source.subnet == "jump_box" and rule.direction == "Inbound"
    }

    assert leaving == entering != set()


def test_a_closed_network_gives_the_jump_box_no_internet() -> None:
    plan = plan_of(
        BASTION, "{kind: jump-box, sign_in: local}", settings=("network.outbound={kind: none}",)
    )

    tags = {rule.destination.tag for rule in rules_of(plan, "jump_box", "Outbound").values()}
    assert "Internet" not in tags


def test_no_access_adds_nothing() -> None:
    assert plan_of("{kind: none}") == plan_of()


@pytest.mark.parametrize(
    "ways",
    [
        (BASTION, VPN, ROUTE, "{kind: jump-box, sign_in: local}"),
        (PRIVATE, VPN, "{kind: jump-box, operator_prefixes: [10.60.0.0/24]}"),
    ],
)
def test_names_and_priorities_are_unique_in_every_group(ways: tuple[str, ...]) -> None:
    """Azure refuses two rules of one name, and two of one priority in one direction."""
    plan = plan_of(*ways)
    for subnet in plan.subnets_with_security_group:
        rules = plan.rules_of(subnet.key)
        names = [rule.name for rule in rules]
        places = [(rule.direction, rule.priority) for rule in rules]
        assert len(set(names)) == len(names), subnet.key
        assert len(set(places)) == len(places), subnet.key


NEW_DOMAIN = "domain={kind: new, fqdn: corp.example.com, net_bios_name: CORP}"
PORTS_OF_A_MEMBER = {"53", "88", "135", "389", "445", "464", "49152-65535"}


def test_a_jump_box_of_the_domain_reaches_its_controllers() -> None:
    """Without it, joining the domain fails, and with it the whole deployment."""
    plan = plan_of(BASTION, "{kind: jump-box, sign_in: domain}", settings=(NEW_DOMAIN,))
    let_in = rules_of(plan, "domain_controllers", "Inbound")["AllowJumpBoxDomainInbound"]
    let_out = rules_of(plan, "jump_box", "Outbound")["AllowDomainOutbound"]

    assert let_in.source.subnet == "jump_box"
    assert let_in.protocol == let_out.protocol == "*"
    assert set(let_in.ports) == set(let_out.ports) >= PORTS_OF_A_MEMBER


def test_a_jump_box_outside_the_domain_is_no_member_of_it() -> None:
    plan = plan_of(BASTION, "{kind: jump-box}", settings=(NEW_DOMAIN,))

    assert "AllowJumpBoxDomainInbound" not in rules_of(plan, "domain_controllers", "Inbound")


def test_bastion_gets_tickets_for_kerberos() -> None:
    plan = plan_of("{kind: bastion, kerberos: true}", settings=(NEW_DOMAIN,))
    leaving = rules_of(plan, "bastion", "Outbound")["AllowKerberosOutbound"]
    entering = rules_of(plan, "domain_controllers", "Inbound")

    assert leaving.ports == ("53", "88")
    assert entering["AllowBastionKerberosInbound"].ports == ("88",)
    assert entering["AllowDnsInbound"].source.tag == "VirtualNetwork"
    assert "AllowKerberosOutbound" not in rules_of(plan_of(BASTION), "bastion", "Outbound")


def test_a_private_bastion_writes_its_recordings_to_a_private_endpoint() -> None:
    recording = "{kind: bastion, sku: Premium, private_only: true, session_recording: true}"
    plan = plan_of(recording, VPN)

    assert rules_of(plan, "bastion", "Outbound")["AllowRecordingsOutbound"].ports == ("443",)
    assert rules_of(plan, "private_endpoints", "Inbound")["AllowBastionInbound"].ports == ("443",)
    assert "AllowRecordingsOutbound" not in rules_of(plan_of(PRIVATE, VPN), "bastion", "Outbound")


@pytest.mark.parametrize("balancer", ["kemp-loadmaster", "f5-big-ip"])
def test_the_jump_box_opens_the_portal_behind_appliances_whoever_else_may(balancer: str) -> None:
    """The nodes take the portal's connections from the appliances, so that is where it has to go."""
    plan = plan_of(
        BASTION,
        "{kind: jump-box}",
        settings=(f"load_balancer={{kind: {balancer}}}", "network.client_prefixes=[10.60.0.0/16]"),
    )

    assert "443" in rules_of(plan, "appliance_external", "Inbound")["AllowJumpBoxInbound"].ports


@pytest.mark.parametrize("balancer", ["kemp-loadmaster", "f5-big-ip"])
@pytest.mark.parametrize("interfaces", [2, 3])
def test_rules_are_unique_beside_appliances_and_controllers_too(
    balancer: str, interfaces: int
) -> None:
    keys = f", interfaces: {interfaces}" if balancer == "f5-big-ip" else ""
    plan = plan_of(
        "{kind: bastion, kerberos: true, sku: Premium, private_only: true, session_recording: true}",
        VPN,
        "{kind: jump-box, sign_in: domain}",
        settings=(NEW_DOMAIN, f"load_balancer={{kind: {balancer}{keys}}}"),
    )
    for subnet in plan.subnets_with_security_group:
        rules = plan.rules_of(subnet.key)
        assert len({rule.name for rule in rules}) == len(rules), subnet.key
        assert len({(rule.direction, rule.priority) for rule in rules}) == len(rules), subnet.key
