"""Front Door: a private link to the nodes, a firewall that knows Octopus, and who may come in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from octoha_templates.config.load import load
from octoha_templates.config.plan import network_plan
from octoha_templates.config.rules.front_door import PRIVATE_LINK_REGIONS
from octoha_templates.pipeline import Bundle, build

from .conftest import Compiled, Component

FRONT_DOOR = "load-balancer/front-door"
CDN = "Microsoft.Cdn/profiles"
POLICIES = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies"
BALANCERS = "Microsoft.Network/loadBalancers"
SERVICES = "Microsoft.Network/privateLinkServices"
CLIENTS = "network.client_prefixes=[10.0.0.0/8, 203.0.113.0/26]"
OPEN = (
    "load_balancer={kind: front-door, open_to_internet: true, http_redirect: true, grpc: true}",
)
VAULT = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers"
    "/Microsoft.KeyVault/vaults/kv"
)
OWN_CERTIFICATE = (
    "load_balancer={kind: front-door, certificate: key-vault}",
    CLIENTS,
    f"octopus.certificate={{kind: key-vault, vault_id: {VAULT}, certificate_name: octopus}}",
)


def _properties(compiled: Compiled, resource_type: str) -> dict[str, Any]:
    properties: dict[str, Any] = compiled.only(resource_type)["properties"]
    return properties


def _policy(compiled: Compiled) -> dict[str, Any]:
    return _properties(compiled, POLICIES)


def _custom_rules(compiled: Compiled) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in _policy(compiled)["customRules"]["rules"]}


def _stack(*settings: str) -> Bundle:
    return build(load(None, settings=settings))


def _deployment(bundle: Bundle, name: str) -> dict[str, Any]:
    (found,) = [
        resource
        for resource in bundle.template["resources"]
        if resource["name"] == f"[format('{{0}}-{name}', parameters('namePrefix'))]"
    ]
    return dict(found)


def test_profile_is_premium_and_waits_as_long_as_it_can(component: Component) -> None:
    compiled = component(FRONT_DOOR)

    assert compiled.only(CDN)["sku"] == {"name": "Premium_AzureFrontDoor"}
    assert compiled.only(CDN)["location"] == "global"
    assert "identity" not in compiled.only(CDN)
    assert compiled.parameters["responseTimeoutInSeconds"]["defaultValue"] == 240
    assert compiled.parameters["responseTimeoutInSeconds"]["maxValue"] == 240


def test_nodes_are_reached_by_the_private_link_alone(component: Component) -> None:
    compiled = component(FRONT_DOOR)
    origin = compiled.only(f"{CDN}/originGroups/origins")

    assert origin["copy"] == {
        "name": "origins",
        "count": "[length(parameters('privateLinkLocations'))]",
        "mode": "serial",
        "batchSize": 1,
    }
    link = origin["properties"]["sharedPrivateLinkResource"]
    assert "Microsoft.Network/privateLinkServices" in link["privateLink"]["id"]
    assert link["privateLinkLocation"] == "[parameters('privateLinkLocations')[copyIndex()]]"
    assert link["requestMessage"] == "[variables('privateLinkRequest')]"
    assert not compiled.all("Microsoft.Network/publicIPAddresses")


def test_name_in_the_certificate_of_the_nodes_is_checked(component: Component) -> None:
    compiled = component(FRONT_DOOR)
    origin = compiled.only(f"{CDN}/originGroups/origins")["properties"]

    assert origin["enforceCertificateNameCheck"] is True
    assert origin["hostName"] == "[variables('originHost')]"
    assert origin["originHostHeader"] == "[parameters('portalHostName')]"
    assert compiled.template["variables"]["originHost"] == (
        "[if(empty(parameters('originHostName')), parameters('portalHostName'), "
        "parameters('originHostName'))]"
    )


def test_private_link_is_seen_by_the_subscription_and_approved_by_a_person(
    component: Component,
) -> None:
    compiled = component(FRONT_DOOR)
    service = _properties(compiled, SERVICES)

    assert service["visibility"] == {"subscriptions": ["[subscription().subscriptionId]"]}
    assert service["autoApproval"] == {"subscriptions": []}
    assert service["enableProxyProtocol"] is False
    (front_end,) = service["loadBalancerFrontendIpConfigurations"]
    assert "frontendIPConfigurations[0].id" in front_end["id"]
    (addresses,) = service["copy"]
    assert addresses["count"] == "[length(range(0, parameters('natAddressCount')))]"
    assert compiled.parameters["natAddressCount"]["maxValue"] == 8


def test_load_balancer_behind_it_is_internal_and_carries_polling_tentacles(
    component: Component,
) -> None:
    compiled = component(FRONT_DOOR, *OPEN)
    balancer = _properties(compiled, BALANCERS)

    (front_end,) = balancer["frontendIPConfigurations"]
    assert "publicIPAddress" not in front_end["properties"]
    assert [rule["name"] for rule in balancer["loadBalancingRules"]] == ["portal", "grpc"]
    (nat,) = [each for each in balancer["copy"] if each["name"] == "inboundNatRules"]
    assert nat["count"] == "[length(parameters('nodeNames'))]"


def test_route_forwards_https_without_cache_and_compression(component: Component) -> None:
    route = _properties(component(FRONT_DOOR), f"{CDN}/afdEndpoints/routes")

    assert route["supportedProtocols"] == ["Https"]
    assert route["httpsRedirect"] == "Disabled"
    assert route["forwardingProtocol"] == "HttpsOnly"
    assert route["linkToDefaultDomain"] == "Disabled"
    assert "cacheConfiguration" not in route


def test_http_only_redirects_when_it_is_asked_for(component: Component) -> None:
    route = _properties(component(FRONT_DOOR, *OPEN), f"{CDN}/afdEndpoints/routes")

    assert route["supportedProtocols"] == ["Http", "Https"]
    assert route["httpsRedirect"] == "Enabled"
    assert route["forwardingProtocol"] == "HttpsOnly"


def test_route_waits_for_the_origins(component: Component) -> None:
    """Azure refuses a route while its group has none, and nothing in the route names them."""
    route = component(FRONT_DOOR).only(f"{CDN}/afdEndpoints/routes")

    assert "origins" in route["dependsOn"]


def test_tls_towards_clients_is_modern(component: Component) -> None:
    tls = _properties(component(FRONT_DOOR), f"{CDN}/customDomains")["tlsSettings"]

    assert tls["certificateType"] == "ManagedCertificate"
    assert tls["minimumTlsVersion"] == "TLS12"
    assert tls["cipherSuiteSetType"] == "Customized"
    suites = tls["customizedCipherSuiteSet"]
    assert all("GCM" in each for group in suites.values() for each in group)
    assert all(each.startswith("ECDHE_") for each in suites["cipherSuiteSetForTls12"])


def test_certificate_of_the_vault_is_read_with_an_identity(component: Component) -> None:
    compiled = component(FRONT_DOOR, *OWN_CERTIFICATE)
    secret = _properties(compiled, f"{CDN}/secrets")["parameters"]
    tls = _properties(compiled, f"{CDN}/customDomains")["tlsSettings"]

    assert secret == {
        "type": "CustomerCertificate",
        "secretSource": {"id": "[parameters('certificateSecretResourceId')]"},
        "useLatestVersion": True,
    }
    assert tls["certificateType"] == "CustomerCertificate"
    assert "/secrets'" in tls["secret"]["id"]
    assert compiled.only(CDN)["identity"]["type"] == "UserAssigned"


def test_role_on_the_certificate_comes_before_front_door_asks_for_it() -> None:
    bundle = _stack(*OWN_CERTIFICATE)
    front_door = _deployment(bundle, "load-balancer")
    access = _deployment(bundle, "gateway-certificate-access")["properties"]

    assert any("-gateway-certificate-access'" in each for each in front_door["dependsOn"])
    assert "gatewayIdentityPrincipalId" in access["parameters"]["readerPrincipalId"]["value"]
    assert front_door["properties"]["parameters"]["certificateSecretResourceId"]["value"] == (
        "[format('{0}/secrets/{1}', parameters('certificateKeyVaultResourceId'), "
        "parameters('certificateName'))]"
    )


def test_managed_certificate_needs_no_identity() -> None:
    names = [
        each["name"]
        for each in _stack("load_balancer={kind: front-door}", CLIENTS).template["resources"]
    ]

    assert not any("gateway" in name for name in names)


def test_domain_is_proved_by_a_record_that_the_outputs_name(component: Component) -> None:
    outputs = component(FRONT_DOOR).outputs

    assert outputs["portalTarget"] == "CNAME"
    assert "hostName" in outputs["portalAddress"]
    assert outputs["domainValidationRecordName"] == (
        "[format('_dnsauth.{0}', parameters('portalHostName'))]"
    )
    # Azure gives no token any more once the domain is approved.
    assert outputs["domainValidationRecordValue"].startswith("[coalesce(tryGet(")


def test_firewall_prevents_with_the_current_rules_and_looks_into_bodies(
    component: Component,
) -> None:
    compiled = component(FRONT_DOOR)
    policy = _policy(compiled)
    rule_sets = [
        (one["ruleSetType"], one["ruleSetVersion"], one.get("ruleSetAction"))
        for one in policy["managedRules"]["managedRuleSets"]
    ]

    assert compiled.only(POLICIES)["sku"] == {"name": "Premium_AzureFrontDoor"}
    assert compiled.parameters["firewallMode"]["defaultValue"] == "Prevention"
    assert compiled.template["variables"]["managedRulesAction"] == (
        "[if(equals(parameters('firewallMode'), 'Prevention'), 'Block', 'Log')]"
    )
    assert policy["policySettings"]["enabledState"] == "Enabled"
    assert policy["policySettings"]["requestBodyCheck"] == "Enabled"
    assert rule_sets == [
        ("Microsoft_DefaultRuleSet", "2.2", "[variables('managedRulesAction')]"),
        ("Microsoft_BotManagerRuleSet", "1.1", None),
    ]


def test_older_rules_come_with_the_older_rules_for_bots(component: Component) -> None:
    settings = 'load_balancer={kind: front-door, waf: {rule_set_version: "2.1"}}'
    rule_sets = _policy(component(FRONT_DOOR, settings, CLIENTS))["managedRules"]["managedRuleSets"]

    assert [one["ruleSetVersion"] for one in rule_sets] == ["2.1", "1.0"]


def test_everybody_but_the_clients_is_turned_away_by_the_address_of_the_connection(
    component: Component,
) -> None:
    """RemoteAddr would believe X-Forwarded-For, which the client writes."""
    compiled = component(FRONT_DOOR)
    rule = _custom_rules(compiled)["BlockOtherClients"]

    (condition,) = rule["matchConditions"]
    assert (rule["action"], rule["enabledState"]) == ("Block", "Enabled")
    assert condition["matchVariable"] == "SocketAddr"
    assert condition["operator"] == "IPMatch"
    assert condition["negateCondition"] is True
    assert condition["matchValue"] == "[parameters('firewallClientPrefixes')]"
    assert compiled.parameters["firewallClientPrefixes"]["minLength"] == 1


def test_list_of_clients_counts_while_the_managed_rules_only_watch(component: Component) -> None:
    """A policy in Detection mode would let everybody in."""
    settings = "load_balancer={kind: front-door, waf: {mode: Detection}}"
    compiled = component(FRONT_DOOR, settings, CLIENTS)

    assert compiled.parameters["firewallMode"]["defaultValue"] == "Detection"
    assert _policy(compiled)["policySettings"]["mode"] == "Prevention"
    assert _custom_rules(compiled)["BlockOtherClients"]["action"] == "Block"


def test_everybody_comes_in_only_when_the_config_says_so(component: Component) -> None:
    compiled = component(FRONT_DOOR, *OPEN)

    assert "BlockOtherClients" not in _custom_rules(compiled)
    assert "firewallClientPrefixes" not in compiled.parameters


def test_guesses_of_passwords_are_slowed_down(component: Component) -> None:
    rule = _custom_rules(component(FRONT_DOOR))["LimitSignIns"]

    assert rule["ruleType"] == "RateLimitRule"
    assert rule["rateLimitThreshold"] == "[parameters('signInsPerMinute')]"
    assert rule["rateLimitDurationInMinutes"] == 1
    (condition,) = rule["matchConditions"]
    assert (condition["operator"], condition["matchValue"]) == ("Contains", ["/api/users/login"])


def test_scripts_variables_and_tokens_are_left_alone_wherever_arguments_are(
    component: Component,
) -> None:
    compiled = component(FRONT_DOOR)
    default, _ = _policy(compiled)["managedRules"]["managedRuleSets"]
    own = compiled.template["variables"]["octopusExclusions"]

    assert default["exclusions"] == (
        "[concat(variables('octopusExclusions'), parameters('firewallExclusions'))]"
    )
    of_scripts = {one["matchVariable"] for one in own if one["selector"] == "ScriptBody"}
    assert of_scripts == {
        "QueryStringArgNames",
        "RequestBodyPostArgNames",
        "RequestBodyJsonArgNames",
    }
    # Azure takes 100 for a policy.
    assert len(own) + compiled.parameters["firewallExclusions"]["maxLength"] <= 100


def test_exclusions_of_the_config_become_those_of_front_door(component: Component) -> None:
    settings = (
        "load_balancer={kind: front-door, waf: {exclusions: [{variable: RequestHeaderValues, "
        "operator: StartsWith, selector: X-Own}]}}"
    )

    assert component(FRONT_DOOR, settings, CLIENTS).parameters["firewallExclusions"][
        "defaultValue"
    ] == [
        {
            "matchVariable": "RequestHeaderNames",
            "selectorMatchOperator": "StartsWith",
            "selector": "X-Own",
        }
    ]


def test_keys_and_tokens_are_masked_in_every_log(component: Component) -> None:
    compiled = component(FRONT_DOOR)
    of_firewall = _policy(compiled)["policySettings"]["logScrubbing"]
    of_profile = _properties(compiled, CDN)["logScrubbing"]

    assert (of_firewall["state"], of_profile["state"]) == ("Enabled", "Enabled")
    assert "X-Octopus-ApiKey" in [one.get("selector") for one in of_firewall["scrubbingRules"]]
    for rule in (*of_firewall["scrubbingRules"], *of_profile["scrubbingRules"]):
        assert ("selector" in rule) is (rule["selectorMatchOperator"] == "Equals")


def test_firewall_stands_before_every_name_of_the_endpoint(component: Component) -> None:
    parameters = _properties(component(FRONT_DOOR), f"{CDN}/securityPolicies")["parameters"]
    (association,) = parameters["associations"]

    assert POLICIES in parameters["wafPolicy"]["id"]
    kinds = [re.findall(r"profiles/(\w+)'", domain["id"])[0] for domain in association["domains"]]
    assert kinds == ["customDomains", "afdEndpoints"]
    assert association["patternsToMatch"] == ["/*"]


def test_requests_probes_and_the_firewall_are_logged(component: Component) -> None:
    (profile,) = [
        one
        for one in component(FRONT_DOOR).all("Microsoft.Insights/diagnosticSettings")
        if CDN in one["scope"]
    ]

    assert [one["category"] for one in profile["properties"]["logs"]] == [
        "FrontDoorAccessLog",
        "FrontDoorHealthProbeLog",
        "FrontDoorWebApplicationFirewallLog",
    ]


def test_private_link_reaches_the_portal_and_no_other_port_of_a_node() -> None:
    """It leads to a front end that has the polling ports, too."""
    plan = network_plan(
        load(None, settings=("load_balancer={kind: front-door, grpc: true}", CLIENTS)).stack
    )
    mine = [rule for rule in plan.rules_of("nodes") if rule.source.subnet == "private_link"]
    allowed, denied = mine

    assert (allowed.access, allowed.ports) == ("Allow", ("443",))
    assert (denied.access, denied.ports, denied.protocol) == ("Deny", ("*",), "*")
    polling = [rule for rule in plan.rules_of("nodes") if rule.ports == ("pollingPort",)]
    assert all(denied.priority < rule.priority for rule in polling)


def test_private_link_service_has_a_subnet_without_network_policies() -> None:
    network = _deployment(_stack("load_balancer={kind: front-door}", CLIENTS), "network")
    (subnets,) = [
        resource["properties"]["subnets"]
        for resource in network["properties"]["template"]["resources"]
        if resource["type"] == "Microsoft.Network/virtualNetworks"
    ]
    off = [
        subnet["name"]
        for subnet in subnets
        if subnet["properties"].get("privateLinkServiceNetworkPolicies") == "Disabled"
    ]

    assert len(off) == 1
    assert "privateLink" in off[0]


def test_alerts_watch_the_edge_and_the_nodes_behind_it() -> None:
    alerts = _deployment(_stack("load_balancer={kind: front-door}", CLIENTS), "alerts")
    watched = {
        criterion["metricName"]: resource["properties"]["scopes"]
        for resource in alerts["properties"]["template"]["resources"]
        if resource["type"] == "Microsoft.Insights/metricAlerts"
        for criterion in resource["properties"]["criteria"]["allOf"]
    }

    assert watched["OriginHealthPercentage"] == ["[parameters('frontDoorResourceId')]"]
    assert watched["Percentage5XX"] == ["[parameters('frontDoorResourceId')]"]
    assert watched["DipAvailability"] == ["[parameters('loadBalancerResourceId')]"]
    parameters = alerts["properties"]["parameters"]
    assert "internalLoadBalancerResourceId" in parameters["loadBalancerResourceId"]["value"]


def test_runbook_approves_what_this_profile_asks_for_and_can_run_again() -> None:
    text = _stack("load_balancer={kind: front-door}", CLIENTS).files["DEPLOY.md"].decode()
    service = _stack("load_balancer={kind: front-door}", CLIENTS).files["modules/front-door.bicep"]

    assert b"var privateLinkRequest = 'Front Door ${profileName}'" in service
    assert (
        "status=='Pending' && privateLinkServiceConnectionState.description=='Front Door afd-"
        in text
    )
    assert "--connection-status Approved" in text
    assert "az afd custom-domain show" in text


@pytest.mark.parametrize("cloud", PRIVATE_LINK_REGIONS)
def test_regions_are_sorted_and_in_one_cloud_only(cloud: str) -> None:
    regions = PRIVATE_LINK_REGIONS[cloud]
    others = {
        each for name, known in PRIVATE_LINK_REGIONS.items() if name != cloud for each in known
    }

    assert list(regions) == sorted(set(regions))
    assert not others & set(regions)
