"""112 and 140 to 199: values that are right one by one, and wrong or weak together."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_HIGH_AVAILABILITY = "octopus.com/docs, High availability"
_SIZING = "octopus.com/docs, Installation guidelines"
_NETWORK = "learn.microsoft.com, Azure Virtual Network FAQ"
_NAMING = "learn.microsoft.com, Naming rules and restrictions for Azure resources"
_DEDICATED = "octopus.com/docs, Self-managed SQL Server"
_DATABASE = "learn.microsoft.com, Azure SQL Database, resource limits for single databases"
_BASTION = "learn.microsoft.com, About Bastion configuration settings"

NETWORK_RULE_CODES: tuple[Code, ...] = (
    Code(
        "OCT140",
        "Not an address or a range",
        "The text has the form of an IPv4 address or range but is none, or the address lies "
        "inside the range and is not its start.",
        example="network:\n  subnets:\n    nodes: 10.20.0.5/26",
        instead="network:\n  subnets:\n    nodes: 10.20.0.0/26",
    ),
    Code(
        "OCT141",
        "Not an address space",
        "A virtual network has a range of /8 to /29, and none of those kept for other uses, such "
        "as 169.254.0.0/16.",
        example="network:\n  address_space: 10.20.0.0/30",
        sources=(_NETWORK,),
    ),
    Code(
        "OCT142",
        "A subnet outside the address space",
        "Every subnet has to lie inside the address space of its virtual network.",
        example="network:\n  subnets:\n    nodes: 10.99.0.0/26",
        sources=(_NETWORK,),
    ),
    Code(
        "OCT143",
        "Subnets overlap",
        "Two subnets of one virtual network cannot share addresses.",
        example="network:\n  subnets:\n    nodes: 10.20.0.64/26",
        sources=(_NETWORK,),
    ),
    Code(
        "OCT144",
        "A subnet is too small",
        "Azure keeps five addresses of every subnet; Bastion wants a /26; the nodes need one "
        "address each.",
        example="network:\n  access: [{kind: bastion}]\n  subnets:\n    bastion: 10.20.1.0/27",
        instead="network:\n  access: [{kind: bastion}]\n  subnets:\n    bastion: 10.20.1.0/26",
        sources=(_NETWORK, _BASTION),
    ),
    Code(
        "OCT145",
        "A front-end address that cannot be",
        "The address is outside the load balancer's subnet, or one of the five that Azure keeps "
        "in it.",
        example="load_balancer:\n  private_ip_address: 10.20.0.128",
        instead="load_balancer:\n  private_ip_address: 10.20.0.132",
    ),
    Code(
        "OCT146",
        "The same kind of access twice",
        "A virtual network has at most one Bastion, one VPN gateway and one ExpressRoute gateway.",
        example="network:\n  access:\n    - kind: bastion\n    - kind: bastion",
        sources=(_BASTION,),
    ),
    Code(
        "OCT147",
        "Not with this Bastion",
        "The native client and more than two scale units come with the Standard SKU; session "
        "recording and a Bastion without public address with Premium.",
        example="network:\n  access:\n    - kind: bastion\n      sku: Basic\n      "
        "native_client: true",
        sources=(_BASTION,),
    ),
    Code(
        "OCT148",
        "The same range twice",
        "Azure refuses a security rule that names one range twice.",
        example="network:\n  client_prefixes: [10.0.0.0/8, 10.0.0.0/8]",
    ),
)

NODE_RULE_CODES: tuple[Code, ...] = (
    Code(
        "OCT112",
        "Too few nodes for high availability",
        "One node is no high availability: while it is patched or down, nothing is. In an "
        "environment for trying things out it is a warning.",
        example="nodes:\n  count: 1",
        instead="nodes:\n  count: 2",
        sources=(_HIGH_AVAILABILITY,),
    ),
    Code(
        "OCT150",
        "Names and count differ",
        "There has to be one name for each node, or none at all; then the names follow from the "
        "stack's name.",
        example="nodes:\n  count: 3\n  names: [octo-a, octo-b]",
    ),
    Code(
        "OCT151",
        "Two nodes with one name",
        "Octopus and Windows tell nodes apart by name, without regard to capitals.",
        example="nodes:\n  count: 2\n  names: [octo-a, OCTO-A]",
        sources=(_NAMING,),
    ),
    Code(
        "OCT152",
        "More nodes than the licence allows",
        "A Professional licence allows two nodes. With more, Octopus stops creating releases and "
        "deployments.",
        example="octopus:\n  license_tier: professional\nnodes:\n  count: 3",
        sources=(_HIGH_AVAILABILITY,),
    ),
    Code(
        "OCT153",
        "Many nodes",
        "2 to 4 nodes are usual. All of them load one database, so each further one brings less.",
        example="nodes:\n  count: 5",
        sources=(_HIGH_AVAILABILITY,),
    ),
    Code(
        "OCT154",
        "More nodes than were ever tested",
        "8 nodes is the largest count that Octopus has tested.",
        example="nodes:\n  count: 9",
        sources=(_HIGH_AVAILABILITY,),
    ),
    Code(
        "OCT155",
        "A task cap too high for the size",
        "Octopus gives sizes for nodes: 10 tasks for 2 cores, 20 for 4, 40 for 8, 80 for 16, 160 "
        "for 32.",
        example="nodes:\n  size: Standard_D2s_v5\n  task_cap: 20",
        sources=(_SIZING,),
    ),
    Code(
        "OCT156",
        "A task cap above the practical ceiling",
        "40 to 80 tasks are what a node does well; after that more nodes help more.",
        example="nodes:\n  task_cap: 100",
        sources=(_SIZING,),
    ),
    Code(
        "OCT157",
        "A task cap that does not work",
        "More than 160 tasks on one node are discouraged by Octopus, whatever the size.",
        example="nodes:\n  task_cap: 200",
        sources=(_SIZING,),
    ),
    Code(
        "OCT158",
        "An availability zone twice",
        "Nodes go to the zones in turn, so each is named once.",
        example="nodes:\n  zones: [1, 1, 2]",
    ),
    Code(
        "OCT159",
        "A size that does not fit",
        "Octopus Server for Windows needs x64, the disks of the nodes are premium disks, and every machine's "
        "network interface is accelerated, which the first burstable sizes are not below 12 vCPUs.",
        example="nodes:\n  size: Standard_D4ps_v5",
        instead="nodes:\n  size: Standard_D4s_v5",
        sources=("learn.microsoft.com, Azure VM sizes naming conventions",),
    ),
    Code(
        "OCT160",
        "A burstable size",
        "B series sizes slow down when their credits are used up, most often in the middle of a "
        "deployment.",
        example="nodes:\n  size: Standard_B4s_v2",
    ),
    Code(
        "OCT161",
        "A user name that Azure refuses",
        "Azure refuses administrator names that attackers try first.",
        example="nodes:\n  admin_username: admin",
        sources=("Microsoft.Compute/virtualMachines, osProfile.adminUsername",),
    ),
    Code(
        "OCT162",
        "More nodes than patch days",
        "Nodes are patched on one day of the week each, so that never two restart together; a "
        "week has seven days.",
        example="nodes:\n  count: 8",
    ),
    Code(
        "OCT163",
        "Encryption at host wants a feature",
        "Until the feature is registered in the subscription, virtual machines with it are refused.",
        example="nodes:\n  encryption_at_host: true",
        sources=("learn.microsoft.com, End-to-end encryption using encryption at host",),
    ),
)

DATABASE_RULE_CODES: tuple[Code, ...] = (
    Code(
        "OCT170",
        "No zone redundancy in this tier",
        "General Purpose, Business Critical and Premium can be zone-redundant; Standard cannot.",
        example="database:\n  sku: S4\n  redundancy: zone",
        sources=("learn.microsoft.com, Azure SQL Database, availability through redundancy",),
    ),
    Code(
        "OCT171",
        "No Hybrid Benefit in this tier",
        "Azure Hybrid Benefit lowers the price of vCore tiers; DTU prices include the licence.",
        example="database:\n  sku: P2\n  license: BasePrice",
    ),
    Code(
        "OCT172",
        "A size that the tier does not have",
        "Each tier has a largest size, and DTU tiers have fixed sizes.",
        example="database:\n  sku: GP_Gen5_2\n  max_size_gib: 2048",
        sources=(_DATABASE,),
    ),
    Code(
        "OCT173",
        "A database too small for the tasks",
        "Octopus gives database sizes by the task caps of all nodes together: 20 tasks want 2 "
        "vCPUs or 100 DTUs, 40 want 4 or 200, 80 want 8 or 400, 160 want 16 or 800.",
        example="nodes:\n  task_cap: 20\ndatabase:\n  sku: GP_Gen5_2",
        sources=(_SIZING,),
    ),
    Code(
        "OCT174",
        "More tasks than there are sizes for",
        "Octopus gives no database size for more than 160 tasks over all nodes.",
        example="nodes:\n  count: 3\n  task_cap: 80",
        sources=(_SIZING,),
    ),
    Code(
        "OCT175",
        "A login with blanks round it",
        "The name of the Entra administrator is matched exactly, so a blank at either end never "
        "matches.",
        example="database:\n  entra_administrator:\n    login: ' sql-admins'\n"
        "    object_id: 00000000-0000-0000-0000-000000000000",
    ),
    Code(
        "OCT176",
        "An administrator without effect",
        "The Entra administrator is the server's with Entra authentication only; with SQL "
        "authentication the key would be passed over in silence.",
        example="database:\n  authentication: sql\n  entra_administrator:\n    login: sql-admins\n"
        "    object_id: 00000000-0000-0000-0000-000000000000",
    ),
    Code(
        "OCT177",
        "The database user of the nodes is yours to make",
        "The stack's own administrator makes the user that Octopus logs in as. An administrator "
        "of your own does that once by hand, before the first node starts.",
        instead="CREATE USER [name of the nodes' identity] FROM EXTERNAL PROVIDER;\n"
        "ALTER ROLE db_owner ADD MEMBER [name of the nodes' identity];",
        sources=("learn.microsoft.com, CREATE USER (Transact-SQL)",),
    ),
    Code(
        "OCT178",
        "A database of SQL Server itself",
        "Octopus wants a database that nobody else uses; master, model, msdb and tempdb belong to "
        "SQL Server.",
        example="database:\n  database_name: master",
        instead="database:\n  database_name: Octopus",
        sources=(_DEDICATED,),
    ),
    Code(
        "OCT179",
        "One database for two environments",
        "Every Octopus instance has a database of its own. Nodes of two environments that find the "
        "same one join each other as one cluster, with two stores of files.",
        example="database: {kind: existing, host: sql.example.com, authentication: sql, user: octopus}\n"
        "environments:\n  test: {}\n  production: {}",
        instead="database: {kind: existing, host: sql.example.com, authentication: sql, user: octopus}\n"
        "environments:\n  test:\n    database: {database_name: Octopus-test}\n  production: {}",
        sources=(_DEDICATED,),
    ),
)

SERVICE_RULE_CODES: tuple[Code, ...] = (
    Code(
        "OCT180",
        "A port that is taken",
        "Every port that Octopus listens on has to be free on the node and different from its "
        "others. Since 2025.3 Octopus does not start otherwise.",
        example="octopus:\n  polling_port: 443",
        sources=("octopus.com/docs, Installation, ports",),
    ),
    Code(
        "OCT181",
        "Front-end ports collide",
        "Each node has a polling port of its own on the load balancer, counted up from the "
        "first; none may be the portal's or that of gRPC.",
        example="load_balancer:\n  first_polling_port: 442",
    ),
    Code(
        "OCT182",
        "A region of another cloud",
        "Regions belong to one Azure cloud: those of AzureUSGovernment start with usgov or "
        "usdod, those of AzureChinaCloud with china. A second region is one of the same cloud.",
        example="cloud: AzureCloud\nlocation: usgovvirginia",
        instead="cloud: AzureUSGovernment\nlocation: usgovvirginia",
    ),
    Code(
        "OCT183",
        "Not a Key Vault",
        "Secrets are referenced from a Key Vault, so its resource ID is wanted: "
        ".../providers/Microsoft.KeyVault/vaults/NAME.",
    ),
    Code(
        "OCT184",
        "A private zone that hides a domain",
        "The stack makes a private DNS zone of the portal's name. When that is a whole domain, "
        "no other name of it is found from inside the network.",
        example="octopus:\n  host_name: example.com",
        instead="octopus:\n  host_name: octopus.example.com",
        sources=("learn.microsoft.com, What is a private Azure DNS zone",),
    ),
)

RESILIENCE_RULE_CODES: tuple[Code, ...] = (
    Code(
        "OCT190",
        "All nodes in one zone",
        "A failure of that zone, or maintenance in it, takes all nodes at once. Without zones an availability "
        "set keeps them on different machines, inside one data centre.",
        example="nodes:\n  zones: [1]",
        instead="nodes:\n  zones: [1, 2, 3]",
    ),
    Code(
        "OCT191",
        "Something all nodes need is in one zone",
        "The nodes survive the loss of a zone, but what they depend on does not.",
        example="storage:\n  redundancy: local",
    ),
    Code(
        "OCT192",
        "No backup",
        "Nothing of the stack's own backs up the nodes and the share. The database has its own "
        "backups.",
        example="backup:\n  kind: none",
    ),
    Code(
        "OCT193",
        "Backups in one zone",
        "A zone-redundant database with locally redundant backups loses its backups with the zone.",
        example="database:\n  backup_redundancy: Local",
    ),
    Code(
        "OCT194",
        "No way in",
        "The nodes have no public address, and the stack has no Bastion.",
        example="network:\n  access: []",
    ),
    Code(
        "OCT195",
        "Alerts go to nobody",
        "Alerts fire and show in the portal, but no mail is sent.",
        instead="monitoring:\n  alert_emails: [octopus-admins@example.com]",
    ),
)

CLOUD_CODES: tuple[Code, ...] = (
    Code(
        "OCT196",
        "An unknown cloud",
        "The installed azure-cli-core does not know the cloud, so its suffixes are not known "
        "either.",
    ),
    Code(
        "OCT197",
        "Nobody is signed in",
        "--from-az takes cloud and location from the profile of the Azure CLI, and there is "
        "none, or it has no default subscription in the active cloud.",
        instead="az login",
    ),
    Code(
        "OCT198",
        "The Azure CLI's profile cannot be read",
        "The file is there, but it is not readable or not what the Azure CLI writes.",
    ),
)

RULE_CODES: tuple[Code, ...] = (
    *NETWORK_RULE_CODES,
    *NODE_RULE_CODES,
    *DATABASE_RULE_CODES,
    *SERVICE_RULE_CODES,
    *RESILIENCE_RULE_CODES,
    *CLOUD_CODES,
)
