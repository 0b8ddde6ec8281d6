"""675 to 684: load balancer appliances from the marketplace."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_F5 = "clouddocs.f5.com, BIG-IP VE in Azure"
_KEMP = "docs.progress.com, LoadMaster HA for Azure"
_SIZES = "learn.microsoft.com, Sizes for virtual machines in Azure"
_MARKETPLACE = "learn.microsoft.com, Configure pricing and availability for a virtual machine offer"

APPLIANCE_CODES: tuple[Code, ...] = (
    Code(
        "OCT675",
        "Image and licence do not go together",
        "The SKU of a marketplace image is the plan that it is billed by, and a machine keeps its "
        "plan for ever: it either takes a licence of yours or is billed by the hour.",
        example="load_balancer:\n  kind: f5-big-ip\n  license: byol\n  image:\n    offer: f5-big-ip-good\n"
        "    sku: f5-bigip-virtual-edition-1g-good-hourly",
        instead="load_balancer:\n  kind: f5-big-ip\n  license: byol",
        sources=(_F5, _KEMP),
    ),
    Code(
        "OCT676",
        "A throughput that nothing is made of",
        "The throughput picks the image that is billed by the hour; an image of yours, or a licence "
        "of yours, has one already.",
        example="load_balancer:\n  kind: f5-big-ip\n  license: byol\n  throughput: 1g",
        instead="load_balancer:\n  kind: f5-big-ip\n  license: byol",
        sources=(_F5,),
    ),
    Code(
        "OCT677",
        "A size that appliances do not run on",
        "The images are generation 1 for x64 with premium storage, and a load balancer wants its "
        "processors at all times.",
        example="load_balancer:\n  kind: kemp-loadmaster\n  size: Standard_B2s",
        instead="load_balancer:\n  kind: kemp-loadmaster\n  size: Standard_D2s_v4",
        sources=(_SIZES,),
    ),
    Code(
        "OCT678",
        "A size with too few network interfaces or processors",
        "Sizes with fewer than 8 vCPUs have two network interfaces.",
        example="load_balancer:\n  kind: f5-big-ip\n  interfaces: 3\n  size: Standard_D4s_v4",
        instead="load_balancer:\n  kind: f5-big-ip\n  interfaces: 3\n  size: Standard_D8s_v4",
        sources=(_SIZES, _F5),
    ),
    Code(
        "OCT679",
        "A plan that the cloud may not have",
        "Each cloud has a marketplace of its own. The one of AzureChinaCloud has free plans and "
        "plans for licences of one's own only.",
        example="cloud: AzureUSGovernment\nlocation: usgovvirginia\nload_balancer:\n  kind: f5-big-ip",
        sources=(_MARKETPLACE,),
    ),
    Code(
        "OCT680",
        "Nobody can configure the appliances",
        "The management interfaces let in the jump box, and Azure Bastion to a shell, and nobody "
        "else; the script that makes the two machines a pair runs on the jump box.",
        example="load_balancer:\n  kind: kemp-loadmaster",
        instead="network:\n  access:\n    - kind: bastion\n    - kind: jump-box\n"
        "load_balancer:\n  kind: kemp-loadmaster",
        sources=(_F5, _KEMP),
    ),
    Code(
        "OCT681",
        "A licence that cannot be activated by itself",
        "A licence of one's own is activated with the vendor's server over the Internet; without a "
        "way out a person does that by hand, with a text from the appliance and one from the vendor.",
        example="network:\n  outbound:\n    kind: none\nload_balancer:\n  kind: kemp-loadmaster",
        sources=(_F5, _KEMP),
    ),
    Code(
        "OCT682",
        "The nodes do not see who calls",
        "An appliance that passes TLS through calls the nodes from its own address and cannot add a "
        "header that says for whom.",
        example="load_balancer:\n  kind: f5-big-ip\n  tls: passthrough",
        instead="load_balancer:\n  kind: f5-big-ip\n  tls: bridge",
        sources=("octopus.com/docs, Auditing, IP address forwarding",),
    ),
)
