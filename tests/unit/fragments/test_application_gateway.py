"""Application Gateway: the firewall that knows Octopus, TLS on both sides, and who may come in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from octoha_templates.config.load import load
from octoha_templates.config.plan import network_plan

from .conftest import Compiled, Component

GATEWAY = "load-balancer/application-gateway"
GATEWAYS = "Microsoft.Network/applicationGateways"
POLICIES = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"
PUBLIC = (
    "load_balancer={kind: application-gateway, exposure: public}",
    "network.client_prefixes=[203.0.113.0/26]",
)
BOTH = (
    "load_balancer={kind: application-gateway, exposure: both, http_redirect: true}",
    "network.client_prefixes=[203.0.113.0/26]",
)


def _gateway(compiled: Compiled) -> dict[str, Any]:
    properties: dict[str, Any] = compiled.only(GATEWAYS)["properties"]
    return properties


def _policy(compiled: Compiled) -> dict[str, Any]:
    properties: dict[str, Any] = compiled.only(POLICIES)["properties"]
    return properties


def _named(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item["properties"] for item in items}


def _variable(compiled: Compiled, name: str) -> Any:
    return compiled.template["variables"][name]


def test_it_is_a_firewall_that_grows_over_the_zones(component: Component) -> None:
    compiled = component(GATEWAY)
    gateway = compiled.only(GATEWAYS)

    assert gateway["properties"]["sku"] == {"name": "WAF_v2", "tier": "WAF_v2"}
    assert gateway["properties"]["autoscaleConfiguration"] == {
        "minCapacity": "[parameters('minCapacity')]",
        "maxCapacity": "[parameters('maxCapacity')]",
    }
    assert compiled.parameters["minCapacity"]["minValue"] == 2
    assert gateway["zones"] == "[if(empty(parameters('zones')), null(), parameters('zones'))]"


def test_it_listens_on_a_private_address_only_unless_told_otherwise(component: Component) -> None:
    compiled = component(GATEWAY)
    (front_end,) = _gateway(compiled)["frontendIPConfigurations"]

    assert not compiled.all("Microsoft.Network/publicIPAddresses")
    assert "publicIPAddress" not in front_end["properties"]
    assert front_end["properties"]["privateIPAllocationMethod"] == "Static"


def test_private_front_end_takes_the_end_of_the_subnet(component: Component) -> None:
    """Gateways take no dynamic private address, and instances fill the subnet from its start."""
    assert _variable(component(GATEWAY), "frontEndPrivateIpAddress") == (
        "[if(empty(parameters('privateIpAddress')), "
        "parseCidr(parameters('applicationGatewaySubnetPrefix')).lastUsable, "
        "parameters('privateIpAddress'))]"
    )


def test_public_front_end_has_an_address_with_a_name(component: Component) -> None:
    compiled = component(GATEWAY, *PUBLIC)
    address = compiled.only("Microsoft.Network/publicIPAddresses")
    (front_end,) = _gateway(compiled)["frontendIPConfigurations"]

    assert address["sku"] == {"name": "Standard", "tier": "Regional"}
    assert address["properties"]["publicIPAllocationMethod"] == "Static"
    assert address["properties"]["dnsSettings"]["domainNameLabelScope"] == "TenantReuse"
    assert set(front_end["properties"]) == {"publicIPAddress"}
    assert "privateIpAddress" not in compiled.parameters
    assert not compiled.all("Microsoft.Network/privateDnsZones")
    assert compiled.outputs["portalTarget"] == "CNAME"


def test_both_front_ends_have_their_listeners_and_rules(component: Component) -> None:
    compiled = component(GATEWAY, *BOTH)
    gateway = _gateway(compiled)

    assert [one["name"] for one in gateway["frontendIPConfigurations"]] == ["private", "public"]
    assert sorted(_named(gateway["httpListeners"])) == [
        "http-private", "http-public", "https-private", "https-public",
    ]  # fmt: skip
    priorities = [one["properties"]["priority"] for one in gateway["requestRoutingRules"]]
    assert len(priorities) == len(set(priorities)) == 4
    assert compiled.outputs["portalTarget"] == "A"
    assert "publicPortalAddress" in compiled.outputs


def test_http_is_not_listened_to(component: Component) -> None:
    gateway = _gateway(component(GATEWAY))

    assert [port["properties"]["port"] for port in gateway["frontendPorts"]] == [443]
    assert {one["properties"]["protocol"] for one in gateway["httpListeners"]} == {"Https"}
    assert "redirectConfigurations" not in gateway


def test_http_only_redirects_for_good_when_it_is_asked_for(component: Component) -> None:
    gateway = _gateway(component(GATEWAY, *BOTH))
    rules = _named(gateway["requestRoutingRules"])

    for redirect in gateway["redirectConfigurations"]:
        assert redirect["properties"]["redirectType"] == "Permanent"
        assert redirect["properties"]["includePath"] is True
        assert f"'{redirect['name']}'" in redirect["properties"]["targetListener"]["id"]
    for front_end in ("private", "public"):
        assert "backendAddressPool" not in rules[f"redirect-{front_end}"]
        assert f"'http-{front_end}'" in rules[f"redirect-{front_end}"]["httpListener"]["id"]


def test_tls_towards_clients_is_modern(component: Component) -> None:
    gateway = _gateway(component(GATEWAY))

    assert gateway["sslPolicy"] == {
        "policyType": "Predefined",
        "policyName": "AppGwSslPolicy20220101S",
    }
    assert gateway["enableHttp2"] is True


def test_certificate_comes_from_the_vault_by_identity(component: Component) -> None:
    compiled = component(GATEWAY)
    (certificate,) = _gateway(compiled)["sslCertificates"]

    assert certificate["properties"] == {
        "keyVaultSecretId": "[parameters('certificateSecretUri')]",
    }
    assert compiled.only(GATEWAYS)["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": {
            "[format('{0}', parameters('gatewayIdentityResourceId'))]": {},
        },
    }


def test_gateway_answers_to_the_name_of_the_portal_only(component: Component) -> None:
    for listener in _gateway(component(GATEWAY, *BOTH))["httpListeners"]:
        assert listener["properties"]["hostName"] == "[parameters('portalHostName')]"


def test_nodes_are_reached_by_tls_with_the_name_they_have_a_certificate_for(
    component: Component,
) -> None:
    (settings,) = _gateway(component(GATEWAY))["backendHttpSettingsCollection"]
    properties = settings["properties"]

    assert (properties["protocol"], properties["port"]) == ("Https", 443)
    assert properties["hostName"] == "[parameters('portalHostName')]"
    assert properties["requestTimeout"] == "[parameters('requestTimeoutInSeconds')]"
    assert properties["copy"] == [
        {
            "name": "trustedRootCertificates",
            "count": "[length(parameters('backendRootCertificates'))]",
            "input": {
                "id": "[resourceId('Microsoft.Network/applicationGateways/trustedRootCertificates', "
                "parameters('applicationGatewayName'), "
                "format('root-{0}', copyIndex('trustedRootCertificates')))]"
            },
        }
    ]


def test_every_reference_inside_the_gateway_leads_to_a_part_that_is_there(
    component: Component,
) -> None:
    compiled = component(GATEWAY, *BOTH)
    gateway = _gateway(compiled)
    variables = dict(compiled.template["variables"])
    reference = re.compile(
        r"resourceId\('Microsoft.Network/applicationGateways/(\w+)', "
        r"parameters\('applicationGatewayName'\), (?:'([\w-]+)'|variables\('(\w+)'\))\)"
    )
    found = reference.findall(str(gateway).replace('"', ""))

    assert len(found) > 20
    for collection, literal, variable in found:
        name = literal or variables[variable]
        names = {
            variables.get(re.sub(r"\W|variables", "", item["name"]), item["name"])
            for item in gateway[collection]
        }
        assert name in names, (collection, name)


def test_address_of_the_client_reaches_octopus_without_a_port(component: Component) -> None:
    gateway = _gateway(component(GATEWAY, *BOTH))
    (rewrite,) = gateway["rewriteRuleSets"]
    (rule,) = rewrite["properties"]["rewriteRules"]
    portal = [one for one in gateway["requestRoutingRules"] if one["name"].startswith("portal")]

    assert rule["actionSet"]["requestHeaderConfigurations"] == [
        {"headerName": "X-Forwarded-For", "headerValue": "{var_add_x_forwarded_for_proxy}"}
    ]
    assert all("rewriteRuleSet" in one["properties"] for one in portal)


def test_firewall_has_a_policy_of_its_own_that_cannot_be_left_out(component: Component) -> None:
    gateway = _gateway(component(GATEWAY))

    assert POLICIES in gateway["firewallPolicy"]["id"]
    assert gateway["forceFirewallPolicyAssociation"] is True
    assert "webApplicationFirewallConfiguration" not in gateway


def test_firewall_prevents_with_the_current_rules(component: Component) -> None:
    compiled = component(GATEWAY)
    rule_sets = [
        (one["ruleSetType"], one["ruleSetVersion"])
        for one in _policy(compiled)["managedRules"]["managedRuleSets"]
    ]

    assert compiled.parameters["firewallMode"]["defaultValue"] == "Prevention"
    assert _policy(compiled)["policySettings"]["state"] == "Enabled"
    assert rule_sets == [
        ("Microsoft_DefaultRuleSet", "2.2"),
        ("Microsoft_BotManagerRuleSet", "1.1"),
    ]


def test_older_rules_leave_out_what_microsoft_says_to_leave_out(component: Component) -> None:
    compiled = component(
        GATEWAY, 'load_balancer={kind: application-gateway, waf: {rule_set_version: "2.1"}}'
    )
    default, bots = _policy(compiled)["managedRules"]["managedRuleSets"]
    (group,) = default["ruleGroupOverrides"]

    assert group["ruleGroupName"] == "SQLI"
    assert {rule["state"] for rule in group["rules"]} == {"Disabled"}
    assert "942430" in [rule["ruleId"] for rule in group["rules"]]
    (rule_set,) = _variable(compiled, "exclusionRuleSets")
    assert rule_set["ruleSetVersion"] == "2.1"
    assert bots["ruleSetVersion"] == "1.0"


def test_no_override_names_a_rule_that_the_newest_rule_set_may_not_have(
    component: Component,
) -> None:
    for rule_set in _policy(component(GATEWAY))["managedRules"]["managedRuleSets"]:
        assert "ruleGroupOverrides" not in rule_set


def test_packages_above_a_gigabyte_get_through_and_are_inspected(component: Component) -> None:
    compiled = component(GATEWAY)
    settings = _policy(compiled)["policySettings"]

    assert compiled.parameters["uploadLimitInMb"]["defaultValue"] == 4000
    assert settings["fileUploadLimitInMb"] == "[parameters('uploadLimitInMb')]"
    assert settings["requestBodyCheck"] is True
    assert settings["requestBodyEnforcement"] is False
    assert settings["requestBodyInspectLimitInKB"] == 2000


UPLOADS = (
    "/api/spaces-1/packages/raw?replace=false",
    "/api/packages/raw",
    "/api/spaces-1/packages/acme.web/1.0.0/delta",
    "/api/spaces-22/artifacts/artifacts-1/content",
    "/api/spaces-1/projects/import-export/import-files",
    "/nuget/packages",
)
OTHERS = (
    "/api/spaces-1/deploymentprocesses/x",
    "/api/users/login",
    "/api/spaces-1/projects/packages",
    "/app",
    "/packages/raw",
    "/api/packagesx",
)


@pytest.mark.parametrize("path", UPLOADS)
def test_large_bodies_are_let_through_where_octopus_takes_uploads(
    component: Component, path: str
) -> None:
    assert re.search(_variable(component(GATEWAY), "uploadPaths"), path)


@pytest.mark.parametrize("path", OTHERS)
def test_large_bodies_are_blocked_everywhere_else(component: Component, path: str) -> None:
    assert not re.search(_variable(component(GATEWAY), "uploadPaths"), path)


def test_no_rule_of_ours_lets_a_request_past_the_managed_rules(component: Component) -> None:
    """An Allow action would end the inspection."""
    rules = _policy(component(GATEWAY))["customRules"]

    assert {rule["name"]: rule["action"] for rule in rules} == {
        "BlockLargeBodies": "Block",
        "LimitSignIns": "Block",
    }
    assert len({rule["priority"] for rule in rules}) == 2
    large = rules[0]["matchConditions"]
    assert large[0]["operator"] == "GreaterThan"
    assert large[0]["matchValues"] == ["[string(mul(parameters('bodyLimitInMb'), 1048576))]"]
    assert large[1]["negationConditon"] is True


def test_sign_ins_are_counted_per_address(component: Component) -> None:
    rule = _policy(component(GATEWAY))["customRules"][1]

    assert rule["ruleType"] == "RateLimitRule"
    assert rule["rateLimitThreshold"] == "[parameters('signInsPerMinute')]"
    assert rule["groupByUserSession"] == [{"groupByVariables": [{"variableName": "ClientAddr"}]}]


def test_exclusions_are_narrow(component: Component) -> None:
    """Each names a part of requests, and is for the rules about values only."""
    compiled = component(GATEWAY)
    (copied,) = _policy(compiled)["managedRules"]["copy"]

    assert copied["name"] == "exclusions"
    assert "firewallExclusions" in copied["count"]
    assert copied["input"]["exclusionManagedRuleSets"] == "[variables('exclusionRuleSets')]"
    for exclusion in _variable(compiled, "octopusExclusions"):
        assert exclusion["operator"] != "EqualsAny"
        assert len(exclusion["selector"]) > 4
    groups = _variable(compiled, "valueRuleGroups")
    assert not {"General", "METHOD-ENFORCEMENT", "PROTOCOL-ENFORCEMENT"} & set(groups)


def test_log_of_the_firewall_masks_secrets(component: Component) -> None:
    scrubbing = _policy(component(GATEWAY))["policySettings"]["logScrubbing"]
    masked = {(rule["matchVariable"], rule["selector"]) for rule in scrubbing["scrubbingRules"]}

    assert scrubbing["state"] == "Enabled"
    assert ("RequestHeaderNames", "X-Octopus-ApiKey") in masked
    assert ("RequestJSONArgNames", "*") in masked
    assert all(rule["state"] == "Enabled" for rule in scrubbing["scrubbingRules"])


def test_logs_of_the_firewall_have_tables_of_their_own(component: Component) -> None:
    (settings,) = component(GATEWAY).all("Microsoft.Insights/diagnosticSettings")

    assert settings["properties"]["logAnalyticsDestinationType"] == "Dedicated"
    assert settings["properties"]["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]


def test_role_for_the_certificate_is_made_with_the_vault(component: Component) -> None:
    """The gateway is made last of all, minutes later, so that the role has arrived."""
    kind = "load_balancer.kind=application-gateway"
    vault = component("key-vault/new", kind)
    roles = vault.all("Microsoft.Authorization/roleAssignments")

    assert any("gatewayIdentityPrincipalId" in str(role["properties"]) for role in roles)
    (gateway_role,) = [role for role in roles if "gatewayIdentityPrincipalId" in str(role)]
    assert "vaults/secrets" in gateway_role["scope"]
    assert "gatewayIdentityPrincipalId" not in component("key-vault/new").parameters
    assert "gatewayIdentityResourceId" in component("identity/managed-identity", kind).outputs


def _rules_of(key: str, *settings: str) -> dict[str, Any]:
    plan = network_plan(load(None, settings=settings).stack)
    return {rule.name: rule for rule in plan.rules_of(key)}


def test_gateway_alone_reaches_the_portal_of_the_nodes() -> None:
    rules = _rules_of("nodes", "load_balancer.kind=application-gateway")
    to_portal = [rule for rule in rules.values() if "443" in rule.ports and rule.access == "Allow"]

    assert {rule.source.subnet for rule in to_portal if rule.direction == "Inbound"} == {
        "application_gateway",
        "nodes",
    }


def test_azure_probes_the_nodes_only_where_one_of_its_balancers_does() -> None:
    with_grpc = "load_balancer={kind: application-gateway, polling: {grpc: true}}"

    assert "AllowHealthProbeInbound" not in _rules_of(
        "nodes", "load_balancer.kind=application-gateway"
    )
    assert (
        _rules_of("nodes", with_grpc)["AllowHealthProbeInbound"].source.tag == "AzureLoadBalancer"
    )


def test_azure_manages_a_gateway_from_outside_only_when_it_has_a_public_address() -> None:
    inside = _rules_of("application_gateway", "load_balancer.kind=application-gateway")
    outside = _rules_of("application_gateway", *PUBLIC)

    assert "AllowGatewayManagerInbound" not in inside
    assert outside["AllowGatewayManagerInbound"].ports == ("65200-65535",)
    assert outside["AllowHealthProbeInbound"].ports == ("*",)


def test_internet_comes_in_only_when_the_config_says_so_by_name() -> None:
    closed = _rules_of("application_gateway", *PUBLIC)
    opened = _rules_of(
        "application_gateway",
        "load_balancer={kind: application-gateway, exposure: public, open_to_internet: true}",
    )

    assert not [rule for rule in closed.values() if rule.source.tag == "Internet"]
    assert opened["AllowInternetPortalInbound"].source.tag == "Internet"


def test_http_is_let_in_only_for_the_redirect() -> None:
    without = _rules_of("application_gateway", "load_balancer.kind=application-gateway")
    with_redirect = _rules_of("application_gateway", *BOTH)

    assert without["AllowPortalInbound"].ports == ("443",)
    assert with_redirect["AllowPortalInbound"].ports == ("80", "443")


def test_subnet_of_the_gateway_is_its_own() -> None:
    plan = network_plan(load(None, settings=("load_balancer.kind=application-gateway",)).stack)
    (subnet,) = [one for one in plan.subnets if one.key == "application_gateway"]

    assert subnet.delegation == "Microsoft.Network/applicationGateways"
    assert subnet.default_route is False
