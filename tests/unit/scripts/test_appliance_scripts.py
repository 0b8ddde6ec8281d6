"""The scripts that make two appliances a pair: in the right order, with secrets in the right places only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from octoha_templates.pipeline import load_for_component
from octoha_templates.rendering.components import get_component
from octoha_templates.rendering.modules import render_component

from .conftest import TEMPLATES, Script, command_name, nodes_of, text_of

F5 = "load-balancer/f5-big-ip"
KEMP = "load-balancer/kemp-loadmaster"
PATHS = {F5: "apply-f5.ps1", KEMP: "configure-loadmaster.ps1"}


def _script(component_id: str) -> Script:
    return Script(TEMPLATES / component_id / "scripts" / PATHS[component_id])


def _calls(script: Script, function: str) -> list[str]:
    body = script.functions[function]
    return [command_name(node) for node in nodes_of(body, "command")]


def _main(script: Script) -> str:
    """Give what stands after the last function."""
    last = max(node.end_byte for node in script.functions.values())
    return script.data[last:].decode()


def _placeholders(component_id: str, *settings: str) -> set[str]:
    stack = load_for_component(None, component_id, settings).stack
    documents = render_component(stack, get_component(component_id)).documents
    return {
        name
        for text in documents.values()
        for name in re.findall(r"\{\{\{(\w+)\}\}\}", text.decode())
    }


@pytest.mark.parametrize(
    ("component_id", "settings"),
    [
        (F5, ()),
        (F5, ("load_balancer.license=byol", "load_balancer.interfaces=3")),
        (F5, ("load_balancer.tls=passthrough",)),
        (KEMP, ()),
        (KEMP, ("load_balancer.tls=passthrough",)),
    ],
)
def test_every_placeholder_of_the_documents_is_filled_in(
    component_id: str, settings: tuple[str, ...]
) -> None:
    text = _script(component_id).text
    missing = {
        name
        for name in _placeholders(component_id, *settings)
        if not re.search(rf"\b{name}\s*=", text)
    }

    assert missing == set()


@pytest.mark.parametrize("component_id", [F5, KEMP])
def test_every_output_that_the_script_reads_is_one_of_main(component_id: str) -> None:
    read = set(re.findall(r"-Name '(\w+)'", _script(component_id).text))
    outputs = read & {
        "applianceUnits",
        "applianceSubnetPrefixes",
        "nodePrivateIpAddresses",
        "portalUrl",
    }
    written = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (
            TEMPLATES / "main.bicep.j2",
            TEMPLATES / "main" / "appliance-outputs.j2",
            TEMPLATES / component_id / "main-outputs.j2",
            TEMPLATES / "nodes" / "virtual-machines" / "main-outputs.j2",
        )
    )

    assert {"applianceUnits", "nodePrivateIpAddresses", "portalUrl"} <= outputs
    assert {name for name in outputs if f"output {name} " not in written} == set()


@pytest.mark.parametrize("component_id", [F5, KEMP])
def test_secrets_are_asked_for_as_secure_strings(component_id: str) -> None:
    block = text_of(next(nodes_of(_script(component_id).tree, "param_block")))
    for name in re.findall(
        r"\[(\w+(?:\[\])?)\] \$(\w*(?:Password|Certificate|LicenseKeys)\w*)", block
    ):
        assert name[0] in {"securestring", "securestring[]"}, name


@pytest.mark.parametrize("component_id", [F5, KEMP])
def test_certificates_are_checked_for_the_units_only(component_id: str) -> None:
    """Everything else keeps to the authorities that Windows trusts."""
    text = _script(component_id).text

    assert "return errors == SslPolicyErrors.None;" in text
    assert "!addresses.Contains(request.RequestUri.Host)" in text
    assert not re.search(r"ServerCertificateValidationCallback\s*=\s*\{", text)


def test_f5_is_onboarded_unit_by_unit_before_the_portal_is_posted() -> None:
    main = _main(_script(F5))
    order = ["Wait-ForUnit", "Install-Package", "Publish-Onboarding", "Wait-ForPair"]
    positions = [main.index(name) for name in order]

    assert positions == sorted(positions)
    assert main.index("Wait-ForPair") < main.index("-Action 'deploy'")


def test_f5_checks_the_declaration_before_it_deploys_it_to_the_active_unit() -> None:
    main = _main(_script(F5))

    assert "Publish-Portal -Unit $active -Action 'dry-run'" in main
    assert main.index("-Unit $active -Action 'dry-run'") < main.index("-Action 'deploy'")
    assert main.count("-Action 'deploy'") == 1


def test_f5_packages_are_those_that_f5_publishes() -> None:
    text = _script(F5).text
    versions = re.findall(r"Version  = '([\d.]+)'", text)
    hashes = re.findall(r"Sha256   = '([0-9a-f]{64})'", text)
    as3 = (TEMPLATES / F5 / "documents" / "f5-as3.json.j2").read_text(encoding="utf-8")
    onboarding = (TEMPLATES / F5 / "documents" / "f5-do.json.j2").read_text(encoding="utf-8")

    assert len(hashes) == len(versions) == 2
    assert f'"schemaVersion": "{versions[0]}"' in onboarding
    assert f'"schemaVersion": "{versions[1]}"' in as3
    runbook = (TEMPLATES / F5 / "runbook" / "after.md.j2").read_text(encoding="utf-8")
    assert all(f"| {version} |" in runbook for version in versions)


def test_f5_waits_have_an_end() -> None:
    script = _script(F5)
    for name in ("Wait-ForOnboarding", "Wait-ForDeclaration"):
        body = text_of(script.functions[name])
        assert re.search(r"\$attempt -le \d+", body), name
        assert "throw" in body, name


def test_loadmaster_is_licensed_before_anything_else() -> None:
    calls = _calls(_script(KEMP), "Initialize-Unit")

    assert calls == ["Wait-ForUnit", "Install-License", "Enable-Api", "Assert-FirmwareIsSafe"]


def test_loadmaster_with_a_hole_in_its_api_is_refused() -> None:
    body = text_of(_script(KEMP).functions["Assert-FirmwareIsSafe"])
    document = (TEMPLATES / KEMP / "documents" / "loadmaster.json.j2").read_text(encoding="utf-8")

    assert "CVE-2026-8037" in body
    assert '"oldestSafeFirmware": "7.2.63.2"' in document
    assert '"7.2.54": "7.2.54.18"' in document


def test_loadmaster_units_are_partners_of_each_other() -> None:
    main = _main(_script(KEMP))

    assert "-Unit $Units[0] -Mode 'first' -Partner $Units[1]" in main
    assert "-Unit $Units[1] -Mode 'second' -Partner $Units[0]" in main
    assert main.index("Wait-ForPair") < main.index("Set-Portal") < main.index("Assert-OtherUnit")


def test_loadmaster_gets_its_password_in_the_body_once_it_has_a_licence() -> None:
    """Version 1 of the API has its parameters in the address, which appliances write to logs."""
    script = _script(KEMP)
    first = {
        name
        for name, function in script.functions.items()
        if "Invoke-FirstApi" in {command_name(node) for node in nodes_of(function, "command")}
    }

    assert first == {"Wait-ForUnit", "Find-LicenseType", "Install-License", "Enable-Api"}
    assert "apipass = Get-SecretText" in text_of(script.functions["Invoke-LoadMaster"])


def test_loadmaster_takes_nodes_in_and_out_without_touching_the_others() -> None:
    body = text_of(_script(KEMP).functions["Set-RealServers"])

    assert body.index("'addrs'") < body.index("'delrs'")
    assert "continue" in body


def test_scripts_lie_beside_the_documents_that_they_read() -> None:
    for component_id in (F5, KEMP):
        component = get_component(component_id)
        text = _script(component_id).text
        assert component.scripts == (PATHS[component_id],)
        for document in component.documents:
            assert f"'{document}'" in text
            assert Path(TEMPLATES / component_id / "documents" / f"{document}.j2").is_file()


def test_units_without_the_last_security_fixes_are_named() -> None:
    script = _script(F5)
    body = text_of(script.functions["Write-SoftwareVersion"])

    assert "'17.1' = '17.1.3'; '17.5' = '17.5.1.3'" in script.text
    assert re.search(r"-lt \[version\] \$oldest\) \{\s+Write-Log \"WARNING: ", body)
    assert _main(script).index("Write-SoftwareVersion") < _main(script).index("Publish-Onboarding")
