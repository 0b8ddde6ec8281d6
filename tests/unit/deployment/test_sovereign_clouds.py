"""What is made in Azure Government or in China names nothing of the public cloud."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from tests.unit.deployment.engine import CLOUDS, Deployed, deploy
from tests.unit.deployment.test_deployments import SAMPLES, each_sample, real, texts

# Source: learn.microsoft.com, "Compare Azure Government and global Azure", "Azure China: check endpoints".
PUBLIC = re.compile(
    r"\b(windows\.net|azure\.(com|net)|microsoftonline\.com|azurecr\.io|windowsazure\.com"
    r"|trafficmanager\.net|azurefd\.net)\b",
    re.IGNORECASE,
)
# The issuer of tokens is one in all clouds.
EVERYWHERE = "https://sts.windows.net/"
SOVEREIGN = [name for name in CLOUDS if name != "AzureCloud"]
(GOVERNMENT,) = [folder for folder in SAMPLES if folder.name == "government"]
ENDINGS = {
    "vault": "privatelink.vaultcore.usgovcloudapi.net",
    "sql": "privatelink.database.usgovcloudapi.net",
    "file": "privatelink.file.core.usgovcloudapi.net",
}


@cache
def made_in(cloud: str, folder: Path) -> Deployed:
    """Play the deployment of a sample in a cloud."""
    template = json.loads((folder / "main.json").read_text())
    given = json.loads((folder / "main.parameters.json").read_text())["parameters"]
    values = {name: entry["value"] for name, entry in given.items() if "value" in entry}
    return deploy(template, values, cloud=cloud)


@pytest.mark.parametrize("cloud", SOVEREIGN)
@each_sample
def test_nothing_is_of_the_public_cloud(folder: Path, cloud: str) -> None:
    config = json.dumps(
        json.loads((folder / "main.parameters.json").read_text()).get("parameters", {})
    )
    found = {
        f"{resource.type}{path}: {text}"
        for resource in real(made_in(cloud, folder))
        for path, text in texts(resource.body)
        if (match := PUBLIC.search(text))
        # What the config itself says is looked at by its rules.
        and match[0] not in config
        and not text.startswith(EVERYWHERE)
        and ".source.script" not in path
    }

    assert found == set()


@each_sample
def test_scripts_name_no_cloud(folder: Path) -> None:
    named = {
        f"{script.name}: {match[0]}"
        for script in folder.glob("scripts/*")
        for match in PUBLIC.finditer(script.read_text())
    }

    assert named == set()


def test_closed_government_network_has_the_names_of_its_cloud() -> None:
    made = made_in("AzureUSGovernment", GOVERNMENT)
    zones = {each.name for each in made.of_type("Microsoft.Network/privateDnsZones")}

    assert zones >= set(ENDINGS.values())
    assert made.outputs["databaseHostName"].endswith(".database.usgovcloudapi.net")
    assert ".file.core.usgovcloudapi.net\\" in made.outputs["sharePath"]
    (link,) = made.of_type("Microsoft.Network/connections")
    assert link.body["properties"]["connectionType"] == "ExpressRoute"


@pytest.mark.parametrize("file", ["DEPLOY.md", "main.parameters.json", "main.bicepparam"])
def test_files_of_the_closed_government_network_lead_to_its_cloud_only(file: str) -> None:
    # The schemas of templates have one address in all clouds.
    text = (GOVERNMENT / file).read_text().replace("schema.management.azure.com", "")

    assert [match[0] for match in PUBLIC.finditer(text)] == []
    assert "download.octopusdeploy.com" not in text
