<#
.SYNOPSIS
Puts the Octopus database into the availability group, and lets the Octopus nodes in.

.DESCRIPTION
Runs as LocalSystem under Windows PowerShell 5.1, inside a managed run command on the first SQL Server machine. It talks
to every machine over the network with the login that the SQL Server extension has made, because LocalSystem is no
administrator of SQL Server in Microsoft's images. It is idempotent: what is already as wanted stays as it is, and no
database is ever deleted or taken out of the group. It asks the group which machine is primary, so that it also works
after a failover.

In order: every machine answers; logins with the same identity on every machine; the group seeds by itself; the
database with full recovery and a first backup; the database in the group and in step on every machine; its owners; the
listener leads to it.

Everything is kept in %ProgramData%\OctopusAvailabilityGroup, where only LocalSystem and administrators can read: log,
configuration and this script. No secret stays there.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8: names and settings, no secrets. When absent, the stored one of the last run.

.PARAMETER AdministratorPassword
Password of the login that administers SQL Server.

.PARAMETER DatabasePassword
Password of the login that Octopus uses, when it signs in with one.

.EXAMPLE
C:\ProgramData\OctopusAvailabilityGroup\availability-group.ps1 -AdministratorPassword (Read-Host)
#>
[CmdletBinding()]
param(
    [string] $Configuration = '',

    [string] $AdministratorPassword = '',

    [string] $DatabasePassword = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$StateFolder = Join-Path $env:ProgramData 'OctopusAvailabilityGroup'
$LogFile = Join-Path $StateFolder 'availability-group.log'
$SettingsFile = Join-Path $StateFolder 'configuration.json'
$StoredScript = Join-Path $StateFolder 'availability-group.ps1'

$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'
$Settings = $null

# ---------------------------------------------------------------- log, retries, settings

function Protect-Text {
    # The last net: whatever was read as a secret is masked, wherever it turns up.
    param([string] $Text)

    foreach ($known in $script:KnownSecrets) {
        $Text = $Text.Replace($known, '***')
    }
    return $Text
}

function Write-Log {
    # The only place that writes for people: to the log file, and to the output of the run command.
    param([string] $Message)

    $line = '{0:yyyy-MM-ddTHH:mm:ssZ} {1}' -f [DateTime]::UtcNow, (Protect-Text $Message)
    Add-Content -LiteralPath $LogFile -Value $line -Encoding UTF8
    Write-Host $line
}

function Invoke-WithRetry {
    # Private endpoints, DNS records and role assignments take minutes to reach every machine.
    param(
        [string] $What,
        [scriptblock] $Action,
        [int] $Attempts = 40,
        [int] $DelaySeconds = 15,
        [int] $LimitMinutes = 720
    )

    $deadline = [DateTime]::UtcNow.AddMinutes($LimitMinutes)
    for ($attempt = 1; $true; $attempt++) {
        try {
            return (& $Action)
        }
        catch {
            if ($attempt -ge $Attempts -or [DateTime]::UtcNow -gt $deadline) {
                throw "$What failed $attempt times: $($_.Exception.Message)"
            }
            Write-Log "$What failed (attempt $attempt of $Attempts): $($_.Exception.Message)"
            Start-Sleep -Seconds $DelaySeconds
        }
    }
}

function Protect-Folder {
    # LocalSystem and administrators only: LocalSystem runs what lies here. More are named as entries of an access list.
    param([string] $Path, [string] $MoreEntries = '')

    if (-not (Test-Path -LiteralPath $Path)) {
        New-Item -Path $Path -ItemType Directory | Out-Null
    }
    $access = [System.Security.AccessControl.AccessControlSections]::Access
    $security = New-Object System.Security.AccessControl.DirectorySecurity
    $security.SetSecurityDescriptorSddlForm("D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)$MoreEntries", $access)
    [System.IO.Directory]::SetAccessControl($Path, $security)
}

function Read-Settings {
    # Names and settings; kept in a file, so that the scheduled task has them too.
    if ($Configuration -ne '') {
        $text = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Configuration))
        $settings = $text | ConvertFrom-Json
        Save-Settings $settings
        return $settings
    }
    if (-not (Test-Path -LiteralPath $SettingsFile)) {
        throw "There is no configuration: give -Configuration, or run the bootstrap first."
    }
    return (Get-Content -LiteralPath $SettingsFile -Raw -Encoding UTF8 | ConvertFrom-Json)
}

function Save-Settings {
    param([psobject] $Value)

    Set-Content -LiteralPath $SettingsFile -Value ($Value | ConvertTo-Json -Depth 5) -Encoding UTF8
}

function Save-Script {
    # The scheduled task and the operator run this very script again, long after the agent has cleaned up.
    param([string] $Text)

    if (-not $PSCommandPath) {
        Set-Content -LiteralPath $StoredScript -Value $Text -Encoding ASCII
    }
    elseif ($PSCommandPath -ne $StoredScript) {
        Copy-Item -LiteralPath $PSCommandPath -Destination $StoredScript -Force
    }
}

function Add-KnownSecret {
    param([string] $Value)

    if ($Value -ne '') {
        $script:KnownSecrets.Add($Value)
    }
}

# ---------------------------------------------------------------- SQL Server

function Open-Instance {
    # The certificate is the instance's own; nobody could have trusted it yet. The traffic is encrypted all the same.
    param([string] $Server, [string] $Database)

    $builder = New-Object System.Data.SqlClient.SqlConnectionStringBuilder
    $builder['Data Source'] = $Server
    $builder['Initial Catalog'] = $Database
    $builder['User ID'] = $Settings.administratorLogin
    $builder['Password'] = $AdministratorPassword
    $builder['Encrypt'] = $true
    $builder['TrustServerCertificate'] = $true
    $builder['MultiSubnetFailover'] = $true
    $builder['Connect Timeout'] = 30
    $connection = New-Object System.Data.SqlClient.SqlConnection ($builder.ToString())
    $connection.Open()
    return $connection
}

function Invoke-Sql {
    # Values travel as parameters; names are quoted by the server itself, with QUOTENAME.
    param(
        [string] $Server,
        [string] $Text,
        [hashtable] $Parameters = @{},
        [string] $Database = 'master',
        [int] $Attempts = 20
    )

    Invoke-WithRetry -What "Talking to $Server" -Attempts $Attempts -Action {
        $connection = Open-Instance -Server $Server -Database $Database
        try {
            $command = $connection.CreateCommand()
            $command.CommandText = $Text
            $command.CommandTimeout = 1800
            foreach ($name in $Parameters.Keys) {
                $command.Parameters.AddWithValue("@$name", $Parameters[$name].PSObject.BaseObject) | Out-Null
            }
            $command.ExecuteScalar()
        }
        finally {
            $connection.Dispose()
        }
    }
}

function Get-MachineAddress {
    param([string] $Machine)

    return "tcp:$Machine.$($Settings.domainFqdn),1433"
}

function Wait-ForMachines {
    # Half an hour at most: SQL Server restarts when it gets its service account and its collation.
    foreach ($machine in @($Settings.machines)) {
        $statement = 'SELECT CONVERT(int, SERVERPROPERTY(N''IsHadrEnabled''))'
        $enabled = Invoke-Sql -Server (Get-MachineAddress $machine) -Text $statement -Attempts 120
        if ("$enabled" -ne '1') {
            throw "Always On availability groups are not switched on at $machine; deploy again, so that Azure joins it to the cluster."
        }
        Write-Log "$machine answers."
    }
}

function Find-PrimaryMachine {
    # The group knows; whoever was first when it was made may be second by now.
    foreach ($machine in @($Settings.machines)) {
        $statement = @'
SELECT COUNT(*)
FROM sys.availability_groups AS g
JOIN sys.dm_hadr_availability_replica_states AS s ON s.group_id = g.group_id
WHERE g.name = @groupName AND s.is_local = 1 AND s.role_desc = N'PRIMARY';
'@
        $count = Invoke-Sql -Server (Get-MachineAddress $machine) -Text $statement -Parameters @{
            groupName = $Settings.availabilityGroupName
        }
        if ([int]$count -eq 1) {
            return $machine
        }
    }
    throw "No machine is primary of the availability group $($Settings.availabilityGroupName)."
}

function Get-PrimaryMachine {
    $primary = Invoke-WithRetry -What 'Looking for the primary replica' -Attempts 40 -Action { Find-PrimaryMachine }
    Write-Log "$primary is the primary replica."
    return $primary
}

# ---------------------------------------------------------------- logins

function Grant-WindowsLogin {
    # A computer account is NETBIOS\NODE$: that is who LocalSystem is on the network. Its SID is the domain's.
    param([string] $Machine, [string] $Login)

    $statement = @'
IF SUSER_ID(@login) IS NULL
BEGIN
    DECLARE @create nvarchar(max) = N'CREATE LOGIN ' + QUOTENAME(@login) + N' FROM WINDOWS';
    EXEC (@create);
END;
'@
    Invoke-Sql -Server (Get-MachineAddress $Machine) -Text $statement -Parameters @{ login = $Login } | Out-Null
    Write-Log "$Login may sign in at $Machine."
}

function Get-LoginSid {
    # The same number on every machine, or the user of the database would know nobody after a failover.
    param([string] $Machine)

    $statement = 'SELECT CONVERT(nvarchar(100), SUSER_SID(@login), 1)'
    $sid = Invoke-Sql -Server (Get-MachineAddress $Machine) -Text $statement -Parameters @{ login = $Settings.loginName }
    return "$sid"
}

function Grant-PasswordLogin {
    param([string] $Machine, [string] $Sid)

    $statement = @'
DECLARE @secret nvarchar(258) = QUOTENAME(@password, N'''');
DECLARE @change nvarchar(max);
IF SUSER_ID(@login) IS NULL
BEGIN
    SET @change = N'CREATE LOGIN ' + QUOTENAME(@login) + N' WITH PASSWORD = ' + @secret;
    IF @sid <> N'' AND @sid NOT LIKE N'%[^0-9A-Fx]%'
    BEGIN
        SET @change = @change + N', SID = ' + @sid;
    END;
    SET @change = @change + N', CHECK_POLICY = ON, CHECK_EXPIRATION = OFF';
END
ELSE
BEGIN
    SET @change = N'ALTER LOGIN ' + QUOTENAME(@login) + N' WITH PASSWORD = ' + @secret;
END;
EXEC (@change);
'@
    Invoke-Sql -Server (Get-MachineAddress $Machine) -Text $statement -Parameters @{
        login    = $Settings.loginName
        password = $DatabasePassword
        sid      = $Sid
    } | Out-Null
    Write-Log "$($Settings.loginName) may sign in at $Machine."
}

function Grant-Logins {
    param([string] $Primary)

    $others = @($Settings.machines | Where-Object { $_ -ne $Primary })
    foreach ($machine in @($Primary) + $others) {
        foreach ($login in @($Settings.windowsLogins)) {
            Grant-WindowsLogin -Machine $machine -Login $login
        }
    }
    if ($Settings.loginName -ne '') {
        Grant-PasswordLogin -Machine $Primary -Sid ''
        $sid = Get-LoginSid $Primary
        foreach ($machine in $others) {
            Grant-PasswordLogin -Machine $machine -Sid $sid
        }
    }
}

# ---------------------------------------------------------------- the database in the group

function Set-GroupSeeding {
    # With automatic seeding the other machines get the database over the wire, without a share for backups.
    param([string] $Primary)

    foreach ($machine in @($Settings.machines)) {
        $statement = @'
DECLARE @change nvarchar(max) = N'ALTER AVAILABILITY GROUP ' + QUOTENAME(@groupName) + N' MODIFY REPLICA ON '
    + QUOTENAME(@replica, N'''') + N' WITH (SEEDING_MODE = AUTOMATIC)';
EXEC (@change);
'@
        Invoke-Sql -Server (Get-MachineAddress $Primary) -Text $statement -Parameters @{
            groupName = $Settings.availabilityGroupName
            replica   = $machine.ToUpperInvariant()
        } | Out-Null
        if ($machine -ne $Primary) {
            $statement = @'
DECLARE @grant nvarchar(max) = N'ALTER AVAILABILITY GROUP ' + QUOTENAME(@groupName) + N' GRANT CREATE ANY DATABASE';
EXEC (@grant);
'@
            Invoke-Sql -Server (Get-MachineAddress $machine) -Text $statement -Parameters @{
                groupName = $Settings.availabilityGroupName
            } | Out-Null
        }
    }
    # A database that fails takes the whole group along, and not only a machine that fails.
    $statement = @'
DECLARE @change nvarchar(max) = N'ALTER AVAILABILITY GROUP ' + QUOTENAME(@groupName) + N' SET (DB_FAILOVER = ON)';
EXEC (@change);
'@
    Invoke-Sql -Server (Get-MachineAddress $Primary) -Text $statement -Parameters @{
        groupName = $Settings.availabilityGroupName
    } | Out-Null
}

function New-OctopusDatabase {
    param([string] $Primary)

    $statement = @'
IF DB_ID(@database) IS NULL
BEGIN
    DECLARE @create nvarchar(max) = N'CREATE DATABASE ' + QUOTENAME(@database) + N' COLLATE ' + @collation;
    EXEC (@create);
END;
DECLARE @settings nvarchar(max) = N'ALTER DATABASE ' + QUOTENAME(@database) + N' SET RECOVERY FULL';
EXEC (@settings);
'@
    Invoke-Sql -Server (Get-MachineAddress $Primary) -Text $statement -Parameters @{
        database  = $Settings.databaseName
        collation = $Settings.collation
    } | Out-Null
    Write-Log "The database $($Settings.databaseName) is there."
}

function Test-DatabaseInGroup {
    param([string] $Primary)

    $statement = @'
SELECT COUNT(*)
FROM sys.availability_databases_cluster AS d
JOIN sys.availability_groups AS g ON g.group_id = d.group_id
WHERE g.name = @groupName AND d.database_name = @database;
'@
    $count = Invoke-Sql -Server (Get-MachineAddress $Primary) -Text $statement -Parameters @{
        groupName = $Settings.availabilityGroupName
        database  = $Settings.databaseName
    }
    return [int]$count -gt 0
}

function Add-DatabaseToGroup {
    # A group takes in only what has been backed up once. The file lies in the default folder for backups.
    param([string] $Primary)

    if (Test-DatabaseInGroup $Primary) {
        Write-Log "The database is in the group already."
        return
    }
    $statement = @'
DECLARE @file nvarchar(260) = @database + N'-before-the-group.bak';
DECLARE @backup nvarchar(max) = N'BACKUP DATABASE ' + QUOTENAME(@database) + N' TO DISK = '
    + QUOTENAME(@file, N'''') + N' WITH INIT, CHECKSUM';
EXEC (@backup);
DECLARE @change nvarchar(max) = N'ALTER AVAILABILITY GROUP ' + QUOTENAME(@groupName) + N' ADD DATABASE '
    + QUOTENAME(@database);
EXEC (@change);
'@
    Invoke-Sql -Server (Get-MachineAddress $Primary) -Text $statement -Parameters @{
        groupName = $Settings.availabilityGroupName
        database  = $Settings.databaseName
    } | Out-Null
    Write-Log "The database was added to the group."
}

function Wait-ForReplicas {
    # Half an hour at most: seeding an empty database takes seconds, one that was restored into it takes longer.
    param([string] $Primary)

    $statement = @'
SELECT COUNT(*)
FROM sys.dm_hadr_database_replica_states AS s
JOIN sys.availability_groups AS g ON g.group_id = s.group_id
JOIN sys.availability_databases_cluster AS d ON d.group_database_id = s.group_database_id
WHERE g.name = @groupName AND d.database_name = @database
    AND s.synchronization_state_desc IN (N'SYNCHRONIZED', N'SYNCHRONIZING');
'@
    $wanted = @($Settings.machines).Count
    Invoke-WithRetry -What "Waiting until $wanted machines have the database" -Attempts 120 -Action {
        $count = Invoke-Sql -Server (Get-MachineAddress $Primary) -Text $statement -Parameters @{
            groupName = $Settings.availabilityGroupName
            database  = $Settings.databaseName
        }
        if ([int]$count -lt $wanted) {
            throw "$count of $wanted machines have the database."
        }
    }
    Write-Log "All $wanted machines have the database."
}

function Grant-DatabaseToLogin {
    param([string] $Primary, [string] $Login)

    $statement = @'
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE sid = SUSER_SID(@login))
BEGIN
    DECLARE @create nvarchar(max) = N'CREATE USER ' + QUOTENAME(@login) + N' FOR LOGIN ' + QUOTENAME(@login)
        + N' WITH DEFAULT_SCHEMA = dbo';
    EXEC (@create);
END;
DECLARE @grant nvarchar(max) = N'ALTER ROLE db_owner ADD MEMBER ' + QUOTENAME(@login);
EXEC (@grant);
'@
    Invoke-Sql -Server (Get-MachineAddress $Primary) -Database $Settings.databaseName -Text $statement -Parameters @{
        login = $Login
    } | Out-Null
    Write-Log "$Login owns the database $($Settings.databaseName)."
}

function Grant-Database {
    param([string] $Primary)

    foreach ($login in @($Settings.windowsLogins)) {
        Grant-DatabaseToLogin -Primary $Primary -Login $login
    }
    if ($Settings.loginName -ne '') {
        Grant-DatabaseToLogin -Primary $Primary -Login $Settings.loginName
    }
}

function Test-Listener {
    # What the nodes will do: come in by the name of the listener, and find a database that can be written.
    $statement = 'SELECT CONVERT(nvarchar(60), DATABASEPROPERTYEX(DB_NAME(), N''Updateability''))'
    $address = "tcp:$($Settings.listenerHostName),1433"
    $state = Invoke-Sql -Server $address -Database $Settings.databaseName -Text $statement -Attempts 80
    if ("$state" -ne 'READ_WRITE') {
        throw "The listener $($Settings.listenerHostName) leads to a database that is '$state'."
    }
    Write-Log "The listener $($Settings.listenerHostName) leads to the database."
}

function Initialize-OctopusDatabase {
    Wait-ForMachines
    $primary = Get-PrimaryMachine
    Grant-Logins $primary
    Set-GroupSeeding $primary
    New-OctopusDatabase $primary
    Add-DatabaseToGroup $primary
    Wait-ForReplicas $primary
    Grant-Database $primary
    Test-Listener
}

try {
    Protect-Folder $StateFolder
    foreach ($given in $AdministratorPassword, $DatabasePassword) {
        Add-KnownSecret $given
    }
    Write-Log 'Preparing the database begins.'
    $Settings = Read-Settings
    Save-Script ($MyInvocation.MyCommand.ScriptBlock.ToString())
    Initialize-OctopusDatabase
    Write-Log 'Preparing the database is done.'
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    exit 1
}
