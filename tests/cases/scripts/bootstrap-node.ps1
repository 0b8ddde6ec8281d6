<#
.SYNOPSIS
Makes this machine a node of an Octopus Deploy High Availability cluster, and keeps it one.

.DESCRIPTION
Runs as LocalSystem under Windows PowerShell 5.1, inside a managed run command, after prepare-node.ps1. It is
idempotent: what is already as wanted stays as it is, and no password is ever reset. The first node creates the database
schema, the administrator, the licence and the shared paths; the other nodes join.

The script stores itself in %ProgramData%\OctopusNode, next to its configuration, its state and its log, where only
LocalSystem and administrators can read. A scheduled task runs it from there at every start and once a day, so that a
renewed certificate and a rotated credential reach the node.

Secrets are read from Key Vault with the managed identity of the node. They are never written to a log. Octopus Server
takes the master key, the administrator's password and a connection string with a password as arguments only: the
script refuses to go on while Windows records command lines in the security log.

.PARAMETER Configuration
Base64 of a JSON object in UTF-8: names and settings, no secrets. When absent, the stored one of the last run.

.PARAMETER Task
Bootstrap makes the node. Refresh renews the share and the certificate. Stop drains the node and stops it, before an
upgrade. Upgrade installs the version given on a stopped node, upgrades the schema if this is the first node,
and starts it.

.PARAMETER Version
Octopus Server version to upgrade to; for the task Upgrade only.

.PARAMETER Sha256
SHA-256 of the MSI of that version; optional. The Authenticode signature is checked in any case.

.EXAMPLE
C:\ProgramData\OctopusNode\bootstrap-node.ps1 -Task Refresh

.EXAMPLE
C:\ProgramData\OctopusNode\bootstrap-node.ps1 -Task Upgrade -Version 2026.4.1234
#>
[CmdletBinding()]
param(
    [string] $Configuration = '',

    [ValidateSet('Bootstrap', 'Refresh', 'Stop', 'Upgrade')]
    [string] $Task = 'Bootstrap',

    [ValidatePattern('^(20\d\d\.\d+\.\d+)?$')]
    [string] $Version = '',

    [ValidatePattern('^([0-9a-fA-F]{64})?$')]
    [string] $Sha256 = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# The default instance: other names would change the name of the Windows service.
$InstanceName = 'OctopusServer'
$ServiceName = 'OctopusDeploy'
$StateFolder = Join-Path $env:ProgramData 'OctopusNode'
$LogFile = Join-Path $StateFolder 'bootstrap.log'
$StateFile = Join-Path $StateFolder 'state.json'
$SettingsFile = Join-Path $StateFolder 'configuration.json'
$StoredScript = Join-Path $StateFolder 'bootstrap-node.ps1'
$PrepareScript = Join-Path $StateFolder 'prepare-node.ps1'
$RefreshTaskName = 'Octopus node refresh'
$EventSource = 'OctopusNode'

$HomeFolder = Join-Path $env:SystemDrive 'Octopus'
$InstanceConfigFile = Join-Path $HomeFolder 'OctopusServer.config'
$InstanceRegistration = Join-Path $env:ProgramData "Octopus\OctopusServer\Instances\$InstanceName.config"

# What every node shares, with the option of 'Octopus.Server.exe path' that sets it.
$SharedFolders = [ordered]@{
    Artifacts    = 'artifacts'
    Packages     = 'nugetRepository'
    TaskLogs     = 'taskLogs'
    Imports      = 'imports'
    EventExports = 'eventExports'
    Telemetry    = 'telemetry'
}

$PortalPort = 443
# What Octopus itself writes to the bindings of HTTP.sys.
$OctopusAppId = '{E2096A4C-2391-4BE1-9F17-E353F930E7F1}'
$SetupMarker = 'OctopusNodeSetup'
$KnownSecrets = New-Object 'System.Collections.Generic.List[string]'
$Settings = $null
$RestartNeeded = $false

# ---------------------------------------------------------------- log, retries, programs, settings, secrets

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

function ConvertTo-NativeArgument {
    # Quotes one argument by the rules of CommandLineToArgvW; PowerShell 5.1 itself loses quotation marks.
    param([string] $Value)

    if ($Value -ne '' -and $Value -notmatch '[\s"]') {
        return $Value
    }
    $escaped = [regex]::Replace($Value, '(\\*)"', '$1$1\"')
    $escaped = [regex]::Replace($escaped, '(\\+)$', '$1$1')
    return '"' + $escaped + '"'
}

function Invoke-Native {
    # The only place that starts a program. Arguments are never shown: some are secrets. Any other exit code throws.
    param(
        [string] $FilePath,
        [string[]] $Arguments,
        [int[]] $AllowedExitCodes = @(0),
        [int] $TimeoutMinutes = 30,
        [hashtable] $Environment = @{}
    )

    $name = Split-Path -Path $FilePath -Leaf
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $FilePath
    $start.Arguments = @($Arguments | ForEach-Object { ConvertTo-NativeArgument $_ }) -join ' '
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    foreach ($variable in $Environment.Keys) {
        $start.EnvironmentVariables[$variable] = $Environment[$variable]
    }
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        # Both streams are read while the program runs; a full pipe would stop it for ever.
        $output = $process.StandardOutput.ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        if (-not $process.WaitForExit($TimeoutMinutes * 60 * 1000)) {
            $process.Kill()
            throw "$name did not end within $TimeoutMinutes minutes."
        }
        $process.WaitForExit()
        $text = ($output.Result + $errors.Result).Trim()
        $code = $process.ExitCode
    }
    finally {
        $process.Dispose()
    }
    if ($AllowedExitCodes -notcontains $code) {
        throw "$name $($Arguments[0]) ended with exit code ${code}: $(Protect-Text $text)"
    }
    return [pscustomobject]@{ ExitCode = $code; Output = $text }
}

function Get-State {
    if (-not (Test-Path -LiteralPath $StateFile)) {
        return @{}
    }
    $state = @{}
    $stored = Get-Content -LiteralPath $StateFile -Raw -Encoding UTF8 | ConvertFrom-Json
    foreach ($property in $stored.PSObject.Properties) {
        $state[$property.Name] = $property.Value
    }
    return $state
}

function Set-State {
    param([string] $Name, [string] $Value)

    $state = Get-State
    $state[$Name] = $Value
    Set-Content -LiteralPath $StateFile -Value ($state | ConvertTo-Json) -Encoding UTF8
}

function Get-Fingerprint {
    param([string] $Text)

    $sha = [System.Security.Cryptography.SHA256]::Create()
    try {
        $hash = $sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($Text))
        return [BitConverter]::ToString($hash).Replace('-', '')
    }
    finally {
        $sha.Dispose()
    }
}

function Invoke-WhenChanged {
    # Runs a step when it never ended well with this value. The value tells the step's input and is never a secret.
    param([string] $Step, [string] $Value, [scriptblock] $Action)

    $fingerprint = Get-Fingerprint $Value
    if ((Get-State)[$Step] -eq $fingerprint) {
        Write-Log "${Step}: already as wanted."
        return
    }
    Write-Log "${Step}: working."
    & $Action
    Set-State $Step $fingerprint
    $script:RestartNeeded = $true
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

function Get-RegistryValue {
    param([string] $Path, [string] $Name)

    $key = Get-Item -LiteralPath $Path -ErrorAction SilentlyContinue
    if ($null -eq $key) {
        return $null
    }
    return $key.GetValue($Name)
}

function Add-KnownSecret {
    param([string] $Value)

    if ($Value.Length -ge 4 -and -not $script:KnownSecrets.Contains($Value)) {
        $script:KnownSecrets.Add($Value)
    }
}

function Get-ManagedIdentityToken {
    # The client ID is always given: the first node has two identities.
    param([string] $Audience, [string] $ClientId)

    $uri = 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={0}&client_id={1}' -f `
        [uri]::EscapeDataString($Audience), [uri]::EscapeDataString($ClientId)
    $answer = Invoke-RestMethod -Uri $uri -Headers @{ Metadata = 'true' } -UseBasicParsing -TimeoutSec 30
    Add-KnownSecret $answer.access_token
    return $answer.access_token
}

function Get-VaultEntry {
    # The newest version of a secret with what is known about it; from the vault of the nodes unless told otherwise.
    param([string] $Name, [string] $VaultUri = $Settings.keyVaultUri)

    return Invoke-WithRetry -What "Reading '$Name' from $VaultUri" -Action {
        $bearer = Get-ManagedIdentityToken -Audience $Settings.keyVaultAudience -ClientId $Settings.identityClientId
        $uri = '{0}/secrets/{1}?api-version=7.4' -f $VaultUri.TrimEnd('/'), [uri]::EscapeDataString($Name)
        $headers = @{ Authorization = "Bearer $bearer" }
        Invoke-RestMethod -Uri $uri -Headers $headers -UseBasicParsing -TimeoutSec 30
    }
}

function Get-VaultSecret {
    param([string] $Name)

    # White space around a pasted master key is the classic reason for a join that fails.
    $value = (Get-VaultEntry $Name).value.Trim()
    Add-KnownSecret $value
    return $value
}

function Get-VaultSecretVersion {
    # Tells a new password from the old one without keeping either.
    param([string] $Name)

    return ((Get-VaultEntry $Name).id -split '/')[-1]
}

function Invoke-Alone {
    # One at a time: the scheduled task may wake up in the middle of a deployment.
    param([string] $Name, [scriptblock] $Action)

    $mutex = New-Object System.Threading.Mutex ($false, "Global\$Name")
    try {
        $isMine = $mutex.WaitOne([TimeSpan]::FromMinutes(60))
    }
    catch [System.Threading.AbandonedMutexException] {
        # The run before was killed; what it left is what this run is for.
        $isMine = $true
    }
    if (-not $isMine) {
        throw 'Another run of this script has not ended for an hour.'
    }
    try {
        & $Action
    }
    finally {
        $mutex.ReleaseMutex()
        $mutex.Dispose()
    }
}

function Write-Event {
    # For the alerts: the agent of the node sends warnings and errors of the application log to Log Analytics.
    param([ValidateSet('WARNING', 'ERROR')] [string] $Kind, [string] $Message)

    $arguments = @('/L', 'APPLICATION', '/SO', $EventSource, '/ID', '700', '/T', $Kind, '/D', (Protect-Text $Message))
    try {
        Invoke-Native -FilePath 'eventcreate.exe' -Arguments $arguments | Out-Null
    }
    catch {
        Write-Log "Windows took no event: $($_.Exception.Message)"
    }
}

function Register-RefreshTask {
    $arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$StoredScript`" -Task Refresh"
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $arguments
    # The delay spreads the nodes, so that they do not bind a new certificate in the same second.
    $daily = New-ScheduledTaskTrigger -Daily -At '04:00' -RandomDelay (New-TimeSpan -Minutes 60)
    $atStart = New-ScheduledTaskTrigger -AtStartup
    $principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
    $options = New-ScheduledTaskSettingsSet -StartWhenAvailable -ExecutionTimeLimit (New-TimeSpan -Hours 2)
    Register-ScheduledTask -TaskName $RefreshTaskName -Action $action -Trigger $atStart, $daily -Principal $principal `
        -Settings $options -Description 'Renews the share credential and the portal certificate.' -Force | Out-Null
}

# ---------------------------------------------------------------- secrets

function Add-NativeTypes {
    # Compiled, because a script block cannot answer on the thread that asks.
    if ('OctopusNode.PinnedCertificate' -as [type]) {
        return
    }
    Add-Type -IgnoreWarnings -TypeDefinition @'
using System;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace OctopusNode
{
    public static class PinnedCertificate
    {
        public static RemoteCertificateValidationCallback Accepting(string thumbprint)
        {
            return delegate(object sender, X509Certificate certificate, X509Chain chain, SslPolicyErrors errors)
            {
                return certificate != null
                    && string.Equals(certificate.GetCertHashString(), thumbprint, StringComparison.OrdinalIgnoreCase);
            };
        }
    }
}
'@
}

function Assert-CommandLinesAreNotRecorded {
    # Octopus Server takes the master key and the administrator's password as arguments and in no other way.
    $path = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit'
    if ((Get-RegistryValue -Path $path -Name 'ProcessCreationIncludeCmdLine_Enabled') -eq 1) {
        throw ('Windows records command lines in the security log (ProcessCreationIncludeCmdLine_Enabled is 1), ' +
            'and the master key would be recorded with them. Set it to 0 for the bootstrap, then run it again.')
    }
}

# ---------------------------------------------------------------- database

function Get-ConnectionValue {
    # The connection string is read key by key: SqlClient of .NET Framework does not know managed identities.
    param([string[]] $Names, [string] $Default = '')

    $given = New-Object System.Data.Common.DbConnectionStringBuilder
    $given.set_ConnectionString($Settings.connectionString)
    foreach ($name in $Names) {
        if ($given.ContainsKey($name)) {
            return [string]$given[$name]
        }
    }
    if ($Default -eq '') {
        throw "The connection string has no '$($Names[0])'."
    }
    return $Default
}

function Open-Database {
    # By managed identity, by password, or as this machine: LocalSystem is DOMAIN\NODE$ to others.
    param([string] $ClientId)

    $builder = New-Object System.Data.SqlClient.SqlConnectionStringBuilder
    $builder['Data Source'] = Get-ConnectionValue -Names 'Server', 'Data Source'
    $builder['Initial Catalog'] = Get-ConnectionValue -Names 'Database', 'Initial Catalog'
    $builder['Encrypt'] = $true
    foreach ($name in 'TrustServerCertificate', 'MultiSubnetFailover') {
        $builder[$name] = [bool]::Parse((Get-ConnectionValue -Names $name -Default 'False'))
    }
    $builder['Connect Timeout'] = 30
    switch ($Settings.databaseAuthentication) {
        'windows' { $builder['Integrated Security'] = $true }
        'sql' {
            $builder['User ID'] = Get-ConnectionValue -Names 'User ID', 'UID'
            $builder['Password'] = Get-VaultSecret $Settings.keyVaultEntries.databasePassword
        }
    }
    $connection = New-Object System.Data.SqlClient.SqlConnection ($builder.ToString())
    if ($Settings.databaseAuthentication -eq 'entra') {
        $connection.AccessToken = Get-ManagedIdentityToken -Audience $Settings.databaseAudience -ClientId $ClientId
    }
    $connection.Open()
    return $connection
}

function Get-DatabaseLogin {
    # Who asks, and where: what to look at when the database does not answer.
    $server = Get-ConnectionValue -Names 'Server', 'Data Source'
    switch ($Settings.databaseAuthentication) {
        'windows' { return "the computer account of $env:COMPUTERNAME, at $server" }
        'sql' { return "$(Get-ConnectionValue -Names 'User ID', 'UID'), at $server" }
        'entra' { return "a managed identity, at $server" }
    }
}

function Invoke-Sql {
    # Values travel as parameters; names are quoted by the server itself, with QUOTENAME.
    param([string] $ClientId, [string] $Text, [hashtable] $Parameters = @{}, [int] $LimitMinutes = 20)

    Invoke-WithRetry -What "Talking to the database as $(Get-DatabaseLogin)" -Attempts 240 -LimitMinutes $LimitMinutes -Action {
        $connection = Open-Database -ClientId $ClientId
        try {
            $command = $connection.CreateCommand()
            $command.CommandText = $Text
            $command.CommandTimeout = 300
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

function Grant-DatabaseAccess {
    # A user made by SID needs no look-up in Entra ID, and so no directory role for the server.
    $statement = @'
IF EXISTS (SELECT 1 FROM sys.database_principals WHERE name = @name AND sid <> @sid)
BEGIN
    DECLARE @drop nvarchar(max) = N'DROP USER ' + QUOTENAME(@name);
    EXEC (@drop);
END;
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = @name)
BEGIN
    DECLARE @create nvarchar(max) = N'CREATE USER ' + QUOTENAME(@name)
        + N' WITH SID = ' + CONVERT(nvarchar(100), @sid, 1) + N', TYPE = E';
    EXEC (@create);
END;
IF IS_ROLEMEMBER(N'db_owner', @name) = 0
BEGIN
    DECLARE @grant nvarchar(max) = N'ALTER ROLE db_owner ADD MEMBER ' + QUOTENAME(@name);
    EXEC (@grant);
END;
'@
    $sid = ([guid]$Settings.identityClientId).ToByteArray()
    Invoke-Sql -ClientId $Settings.databaseAdministratorClientId -Text $statement -Parameters @{
        name = $Settings.identityName
        sid  = $sid
    } | Out-Null
    Write-Log "The identity '$($Settings.identityName)' owns the database."
}

function Wait-ForDatabaseUser {
    # Where the Entra administrator is somebody else's, only they can make the user: one hour is theirs.
    $name = $Settings.identityName
    $sid = '0x' + [BitConverter]::ToString(([guid]$Settings.identityClientId).ToByteArray()).Replace('-', '')
    Write-Log ("The database user is for the Entra administrator to make. If the login fails now, run in the database: " +
        "CREATE USER [$name] WITH SID = $sid, TYPE = E; ALTER ROLE db_owner ADD MEMBER [$name];")
    $statement = "IF IS_ROLEMEMBER(N'db_owner') <> 1 THROW 50000, N'The user does not own the database yet.', 1;"
    Invoke-Sql -ClientId $Settings.identityClientId -Text $statement -LimitMinutes 60 | Out-Null
}

function Wait-ForDatabase {
    # Until the database takes changes from this node: a listener may lead to a copy that is read-only for a while, and
    # the login may come later than the server. Logins and users are made by who runs the server, never here.
    $statement = @'
IF DATABASEPROPERTYEX(DB_NAME(), N'Updateability') <> N'READ_WRITE'
    THROW 50000, N'The database is read-only.', 1;
IF HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'CONTROL') = 0
    THROW 50000, N'This login does not own the database: it has to be a member of db_owner.', 1;
SELECT CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), N'Collation'));
'@
    $collation = [string](Invoke-Sql -ClientId $Settings.identityClientId -Text $statement -LimitMinutes 60)
    if ($collation -notmatch '_CI_') {
        throw ("The collation of the database is $collation; Octopus needs one without regard to case, such as " +
            'Latin1_General_CI_AS.')
    }
    Write-Log "The database answers $(Get-DatabaseLogin)."
}

function Disable-AutomaticIndexes {
    # Octopus wants no indexes that come and go by themselves; edition 5 is Azure SQL Database, and others do not even
    # understand the statement.
    $statement = @'
IF SERVERPROPERTY('EngineEdition') = 5 AND EXISTS (
    SELECT 1 FROM sys.database_automatic_tuning_options
    WHERE name IN (N'CREATE_INDEX', N'DROP_INDEX') AND desired_state_desc <> N'OFF')
    EXEC (N'ALTER DATABASE CURRENT SET AUTOMATIC_TUNING (
        CREATE_INDEX = OFF, DROP_INDEX = OFF, FORCE_LAST_GOOD_PLAN = ON);');
'@
    Invoke-Sql -ClientId $Settings.identityClientId -Text $statement | Out-Null
}

function Get-SetupState {
    # new: no tables yet. started: an earlier run stopped midway. finished: the cluster has its administrator.
    # The mark is kept in the database, so that a rebuilt first node never resets a password.
    $statement = @'
DECLARE @mark nvarchar(16) = (
    SELECT CONVERT(nvarchar(16), value) FROM sys.extended_properties WHERE class = 0 AND name = @name);
SELECT COALESCE(@mark,
    CASE WHEN EXISTS (SELECT 1 FROM sys.tables WHERE is_ms_shipped = 0) THEN N'finished' ELSE N'new' END);
'@
    return [string](Invoke-Sql -ClientId $Settings.identityClientId -Text $statement -Parameters @{ name = $SetupMarker })
}

function Set-SetupState {
    param([ValidateSet('started', 'finished')] [string] $Value)

    $statement = @'
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 0 AND name = @name)
    EXEC sys.sp_updateextendedproperty @name = @name, @value = @value;
ELSE
    EXEC sys.sp_addextendedproperty @name = @name, @value = @value;
'@
    $parameters = @{ name = $SetupMarker; value = $Value }
    Invoke-Sql -ClientId $Settings.identityClientId -Text $statement -Parameters $parameters | Out-Null
}

# ---------------------------------------------------------------- Octopus Server

function Get-OctopusExecutable {
    $folder = Get-RegistryValue -Path 'HKLM:\SOFTWARE\Octopus\OctopusServer' -Name 'InstallLocation'
    if (-not $folder) {
        $folder = Join-Path $env:ProgramFiles 'Octopus Deploy\Octopus'
    }
    return (Join-Path $folder 'Octopus.Server.exe')
}

function Invoke-Octopus {
    # --console keeps the program from taking session 0 for a service start.
    param([string] $Command, [string[]] $Options, [int] $TimeoutMinutes = 30, [hashtable] $Environment = @{})

    $arguments = @($Command, '--console', "--instance=$InstanceName") + $Options
    return (Invoke-Native -FilePath (Get-OctopusExecutable) -Arguments $arguments -TimeoutMinutes $TimeoutMinutes `
            -Environment $Environment)
}

function Get-InstalledVersion {
    $executable = Get-OctopusExecutable
    if (-not (Test-Path -LiteralPath $executable)) {
        return ''
    }
    if ((Get-Item -LiteralPath $executable).VersionInfo.ProductVersion -notmatch '^\d+\.\d+\.\d+') {
        throw "$executable does not tell its version."
    }
    return $Matches[0]
}

function Assert-InstallerIsGenuine {
    param([string] $Path, [string] $ExpectedHash)

    if ($ExpectedHash -ne '') {
        $actual = (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
        if ($actual -ne $ExpectedHash) {
            throw "The MSI has SHA-256 $actual, wanted $ExpectedHash."
        }
    }
    $signature = Get-AuthenticodeSignature -LiteralPath $Path
    if ($signature.Status -ne 'Valid') {
        throw "The signature of the MSI is not valid: $($signature.StatusMessage)"
    }
    if ($signature.SignerCertificate.Subject -notmatch '(^|, )(CN|O)="?Octopus Deploy') {
        throw "The MSI is signed by '$($signature.SignerCertificate.Subject)' and not by Octopus Deploy."
    }
}

function Install-OctopusMsi {
    param([string] $WantedVersion, [string] $ExpectedHash)

    $installer = Join-Path $StateFolder "Octopus.$WantedVersion-x64.msi"
    $address = "$($Settings.installerBaseUrl)/Octopus.$WantedVersion-x64.msi"
    Write-Log "Downloading $address."
    try {
        Invoke-WithRetry -What 'The download' -Attempts 5 -DelaySeconds 30 -Action {
            $client = New-Object System.Net.WebClient
            try {
                $client.DownloadFile($address, $installer)
            }
            finally {
                $client.Dispose()
            }
        }
        Assert-InstallerIsGenuine -Path $installer -ExpectedHash $ExpectedHash
        $log = Join-Path $StateFolder 'msi.log'
        # 3010 and 1641: installed, a restart is pending. Octopus itself does not need it.
        $arguments = @('/i', $installer, '/quiet', '/norestart', '/l*v', $log, 'RUNMANAGERONEXIT=no', 'WIXUI_DONTVALIDATEPATH=1')
        $result = Invoke-Native -FilePath 'msiexec.exe' -Arguments $arguments -AllowedExitCodes 0, 3010, 1641 -TimeoutMinutes 60
        Write-Log "Installed Octopus Server $WantedVersion (exit code $($result.ExitCode))."
    }
    finally {
        Remove-Item -LiteralPath $installer -Force -ErrorAction SilentlyContinue
    }
}

function Install-OctopusServer {
    # A cluster is upgraded with all nodes stopped, so a new version in the configuration is no reason to install it.
    $installed = Get-InstalledVersion
    if ($installed -eq $Settings.octopusVersion) {
        return
    }
    if ($installed -ne '' -and (Test-Path -LiteralPath $InstanceRegistration)) {
        throw ("Octopus Server $installed is running here, the configuration asks for $($Settings.octopusVersion). " +
            "Upgrade all nodes as DEPLOY.md says under 'Upgrade', then deploy again.")
    }
    Install-OctopusMsi -WantedVersion $Settings.octopusVersion -ExpectedHash $Settings.installerSha256
}

function New-Instance {
    if (Test-Path -LiteralPath $InstanceRegistration) {
        return
    }
    if (Test-Path -LiteralPath $InstanceConfigFile) {
        # Left by a machine that was rebuilt: its secrets are sealed for that machine and of no use here.
        Move-Item -LiteralPath $InstanceConfigFile -Destination "$InstanceConfigFile.previous" -Force
    }
    Invoke-Octopus -Command 'create-instance' -Options @(
        "--config=$InstanceConfigFile", "--home=$HomeFolder", "--serverNodeName=$($Settings.nodeName)") | Out-Null
    Write-Log "Created the instance $InstanceName as node $($Settings.nodeName)."
}

function Get-OctopusConnectionString {
    if ($Settings.databaseAuthentication -ne 'sql') {
        return $Settings.connectionString
    }
    $builder = New-Object System.Data.Common.DbConnectionStringBuilder
    $builder.set_ConnectionString($Settings.connectionString)
    $builder['Password'] = Get-VaultSecret $Settings.keyVaultEntries.databasePassword
    $full = $builder.ToString()
    Add-KnownSecret $full
    return $full
}

function Test-SchemaExists {
    $statement = 'SELECT COUNT(*) FROM sys.tables WHERE is_ms_shipped = 0'
    return [int](Invoke-Sql -ClientId $Settings.identityClientId -Text $statement) -gt 0
}

function Get-MasterKey {
    $key = Get-VaultSecret $Settings.keyVaultEntries.masterKey
    if ($key -notmatch '^[A-Za-z0-9+/]{22}==$') {
        throw 'The master key in Key Vault is not 16 bytes in base64.'
    }
    return $key
}

function Connect-Database {
    # Only the first node may create; two nodes on one empty database would race.
    param([string] $SetupState)

    $isCreated = $SetupState -eq 'finished'
    Invoke-WhenChanged -Step 'database' -Value $Settings.connectionString -Action {
        Assert-CommandLinesAreNotRecorded
        $options = @(
            "--connectionString=$(Get-OctopusConnectionString)"
            "--masterKey=$(Get-MasterKey)"
        )
        if (-not $isCreated) {
            $options += '--create'
        }
        Invoke-Octopus -Command 'database' -Options $options -TimeoutMinutes 60 | Out-Null
        if (-not (Test-SchemaExists)) {
            # The database itself was there before, empty; 'create' may leave such a one alone.
            Invoke-Octopus -Command 'database' -Options @('--upgrade') -TimeoutMinutes 60 | Out-Null
        }
    }
}

function Set-ServerConfiguration {
    # HTTPS only: there is no prefix for HTTP, so nothing listens on port 80. 'localhost' is how Octopus writes "every
    # host name of this machine". A balancer that reads HTTP opens a new TLS connection to the node, so that the node
    # needs nobody's word for the scheme; the address of the caller it takes from the trusted proxies.
    $options = @(
        "--webListenPrefixes=https://localhost:$PortalPort/"
        '--webForceSSL=True'
        "--webTrustedRedirectUrls=https://$($Settings.portalHostName)"
        "--commsListenPort=$($Settings.pollingPort)"
        "--grpcListenPort=$($Settings.grpcPort)"
        "--hstsEnabled=$([bool]$Settings.hstsEnabled)"
        "--hstsMaxAge=$($Settings.hstsMaxAgeSeconds)"
        "--sendTelemetry=$([bool]$Settings.sendTelemetry)"
        '--usernamePasswordIsEnabled=True'
    )
    if (@($Settings.trustedProxies).Count -gt 0) {
        $options += "--trustedProxies=$($Settings.trustedProxies -join ',')"
    }
    Invoke-WhenChanged -Step 'configure' -Value ($options -join ' ') -Action {
        Invoke-Octopus -Command 'configure' -Options $options | Out-Null
    }
}

function New-Administrator {
    Assert-CommandLinesAreNotRecorded
    Invoke-Octopus -Command 'admin' -Options @(
        "--username=$($Settings.administratorUsername)"
        "--email=$($Settings.administratorEmail)"
        "--password=$(Get-VaultSecret $Settings.keyVaultEntries.administratorPassword)"
    ) | Out-Null
    Write-Log "Created the administrator $($Settings.administratorUsername)."
}

function Set-License {
    # By file, which only administrators can read and which is gone afterwards.
    $file = Join-Path $StateFolder 'license.xml'
    try {
        $content = [Convert]::FromBase64String((Get-VaultSecret $Settings.keyVaultEntries.license))
        [System.IO.File]::WriteAllBytes($file, $content)
        Invoke-Octopus -Command 'license' -Options @("--licenseFile=$file") | Out-Null
    }
    finally {
        Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue
    }
    Write-Log 'Installed the licence.'
}

function Get-SharedRoot {
    # The same text on every node, because the nodes read it from the database.
    switch ($Settings.shareMount) {
        'mapped-drive' { return "$($Settings.shareDriveLetter):\" }
        default { return $Settings.uncPath }
    }
}

function Set-SharedPaths {
    # The paths are kept in the database: set once, read by every node. The folders are there already.
    if ($Settings.shareMount -eq 'symbolic-links') {
        $options = @($SharedFolders.Keys | ForEach-Object { "--$($SharedFolders[$_])=$(Join-Path $HomeFolder $_)" })
    }
    else {
        $root = Get-SharedRoot
        $options = @("--clusterShared=$root")
    }
    Invoke-Octopus -Command 'path' -Options $options | Out-Null
    Write-Log 'Set the shared paths.'
}

function Complete-FirstSetup {
    # Once in the life of a cluster: 'admin' would reset a password, 'license' and 'path' what people changed since.
    param([string] $SetupState)

    if ($SetupState -eq 'finished') {
        return
    }
    New-Administrator
    Set-License
    Set-SharedPaths
    Set-SetupState 'finished'
}

function Set-TaskCap {
    Invoke-WhenChanged -Step 'task cap' -Value "$($Settings.taskCap)" -Action {
        Invoke-Octopus -Command 'node' -Options @("--taskCap=$($Settings.taskCap)") | Out-Null
    }
}

# ---------------------------------------------------------------- portal certificate

function Read-PortalCertificate {
    # The whole chain in the file, keys kept in memory only; the portal's own certificate is the one with a key.
    param([byte[]] $Pfx)

    $all = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2Collection
    $flags = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]::EphemeralKeySet
    $all.Import($Pfx, '', $flags)
    $own = @($all | Where-Object { $_.HasPrivateKey })
    if ($own.Count -ne 1) {
        throw "The portal certificate must hold exactly one private key, it holds $($own.Count)."
    }
    return [pscustomobject]@{ Own = $own[0]; All = $all }
}

function Add-Certificate {
    param([string] $StoreName, [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)

    $location = [System.Security.Cryptography.X509Certificates.StoreLocation]::LocalMachine
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store ($StoreName, $location)
    $store.Open([System.Security.Cryptography.X509Certificates.OpenFlags]::ReadWrite)
    try {
        $store.Add($Certificate)
    }
    finally {
        $store.Close()
    }
}

function Get-PortalCertificate {
    # From the vault of the nodes, or the current version of a certificate in a vault of its own. The Key Vault extension
    # would leave the binding to somebody else, and takes no authority that the node does not know.
    $source = $Settings.certificate
    if ($source.kind -ne 'key-vault') {
        return [Convert]::FromBase64String((Get-VaultSecret $Settings.keyVaultEntries.certificate))
    }
    $entry = Get-VaultEntry -Name $source.name -VaultUri $source.vaultUri
    if ($entry.contentType -ne 'application/x-pkcs12') {
        throw ("The certificate '$($source.name)' in $($source.vaultUri) is not kept as PKCS #12: set the content type " +
            'of its policy to application/x-pkcs12 and renew it.')
    }
    return [Convert]::FromBase64String($entry.value)
}

function Get-CertificateName {
    # Every DNS name of the subject alternative name. The text before each '=' depends on the language of Windows.
    param([System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)

    $names = $Certificate.Extensions['2.5.29.17']
    if ($null -eq $names) {
        return @()
    }
    $found = [regex]::Matches($names.Format($false), '=\s*(\*?[A-Za-z0-9.-]+)')
    return @($found | ForEach-Object { $_.Groups[1].Value })
}

function Test-CertificateName {
    # A star stands for one label, and for the first one only.
    param([System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)

    $wanted = $Settings.portalHostName
    $parent = '*' + $wanted.Substring($wanted.IndexOf('.'))
    return @(Get-CertificateName $Certificate | Where-Object { $_ -eq $wanted -or $_ -eq $parent }).Count -gt 0
}

function Assert-CertificateIsTrusted {
    # People's browsers decide in the end. What a node cannot complete, it cannot send them either.
    param([psobject] $Found)

    $own = $Found.Own
    if ($own.Subject -eq $own.Issuer) {
        if ($Settings.certificate.kind -ne 'self-signed') {
            throw ("The portal certificate $($own.Thumbprint) is self-signed. Take one from an authority, or say " +
                'octopus.certificate: {kind: self-signed} in the config.')
        }
        return
    }
    $chain = New-Object System.Security.Cryptography.X509Certificates.X509Chain
    # Closed networks do not reach the lists of revoked certificates.
    $chain.ChainPolicy.RevocationMode = [System.Security.Cryptography.X509Certificates.X509RevocationMode]::NoCheck
    $chain.ChainPolicy.ExtraStore.AddRange($Found.All)
    if ($chain.Build($own)) {
        return
    }
    $harmless = 'UntrustedRoot', 'PartialChain'
    foreach ($problem in $chain.ChainStatus) {
        if ($harmless -notcontains "$($problem.Status)") {
            throw "The chain of the portal certificate $($own.Thumbprint) is not right: $($problem.StatusInformation)"
        }
        Write-Log ("WARNING: the chain of the portal certificate is $($problem.Status) on this node: " +
            "$($problem.StatusInformation) The PFX should hold all intermediate certificates.")
    }
}

function Assert-CertificateFitsPortal {
    param([psobject] $Found)

    $own = $Found.Own
    $label = "The portal certificate $($own.Thumbprint)"
    if ($own.NotBefore -gt [DateTime]::Now -or $own.NotAfter -lt [DateTime]::Now) {
        throw "$label is valid from $($own.NotBefore.ToString('u')) to $($own.NotAfter.ToString('u')), and not now."
    }
    if ($own.NotAfter -lt [DateTime]::Now.AddDays(30)) {
        Write-Log "WARNING: $label ends on $($own.NotAfter.ToString('u'))."
        Write-Event -Kind 'WARNING' -Message "$label ends on $($own.NotAfter.ToString('u'))."
    }
    if (-not (Test-CertificateName $own)) {
        throw "$label is for $((Get-CertificateName $own) -join ', '), and the portal is $($Settings.portalHostName)."
    }
    # Load balancers that probe with HTTPS refuse these as well.
    if ($own.SignatureAlgorithm.FriendlyName -match 'md5|sha1') {
        throw "$label is signed with $($own.SignatureAlgorithm.FriendlyName); take one with SHA-256 or better."
    }
    Assert-CertificateIsTrusted $Found
}

function Install-PortalCertificate {
    # Returns the thumbprint. The key is kept for the machine and cannot be exported again. A certificate that does not
    # fit is never bound: the one before stays.
    $pfx = Get-PortalCertificate
    $found = Read-PortalCertificate $pfx
    Assert-CertificateFitsPortal $found
    $thumbprint = $found.Own.Thumbprint
    $present = Get-Item -LiteralPath "Cert:\LocalMachine\My\$thumbprint" -ErrorAction SilentlyContinue
    if ($null -ne $present -and $present.HasPrivateKey) {
        return $thumbprint
    }
    $keys = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]
    $flags = $keys::MachineKeySet -bor $keys::PersistKeySet
    Add-Certificate 'My' ([System.Security.Cryptography.X509Certificates.X509Certificate2]::new($pfx, '', $flags))
    # Intermediates complete the chain; a root is never trusted because a file says so.
    $found.All | Where-Object { -not $_.HasPrivateKey -and $_.Subject -ne $_.Issuer } | ForEach-Object {
        Add-Certificate 'CA' $_
    }
    Write-Log "Installed the portal certificate $thumbprint."
    return $thumbprint
}

function Set-PortalBinding {
    param([string] $Thumbprint)

    $endpoint = "ipport=0.0.0.0:$PortalPort"
    $bound = Invoke-Native -FilePath 'netsh.exe' -Arguments @('http', 'show', 'sslcert', $endpoint) -AllowedExitCodes 0, 1
    if ($bound.Output -match $Thumbprint) {
        return
    }
    if ($bound.ExitCode -eq 0) {
        Invoke-Native -FilePath 'netsh.exe' -Arguments @('http', 'delete', 'sslcert', $endpoint) | Out-Null
    }
    try {
        Invoke-Octopus -Command 'ssl-certificate' -Options @(
            "--thumbprint=$Thumbprint", '--certificate-store=My', "--port=$PortalPort", '--ip-address=0.0.0.0') | Out-Null
    }
    catch {
        # Rather the certificate before than none at all, until the next run.
        $before = [regex]::Match($bound.Output, '\b[0-9a-fA-F]{40}\b').Value
        if ($before -ne '') {
            Invoke-Native -FilePath 'netsh.exe' -Arguments @('http', 'add', 'sslcert', $endpoint,
                "certhash=$before", 'certstorename=My', "appid=$OctopusAppId") | Out-Null
        }
        throw
    }
    Write-Log "Bound certificate $Thumbprint to port $PortalPort."
}

# ---------------------------------------------------------------- service

function Install-OctopusService {
    # Without the SMB client there is no share, and the server refuses to start.
    if ($null -eq (Get-Service -Name $ServiceName -ErrorAction SilentlyContinue)) {
        Invoke-Octopus -Command 'service' -Options @('--install', '--reconfigure', '--dependOn=LanmanWorkstation') | Out-Null
    }
    Set-ServiceAccount
    # A drive is made at every start, and then the service: this script does both.
    $start = 'auto'
    if (Test-StartByScript) {
        $start = 'demand'
    }
    Invoke-Native -FilePath 'sc.exe' -Arguments @('config', $ServiceName, 'start=', $start) | Out-Null
    Invoke-Native -FilePath 'sc.exe' -Arguments @(
        'failure', $ServiceName, 'reset=', '86400', 'actions=', 'restart/60000/restart/60000/restart/300000') | Out-Null
}

function Set-ServiceAccount {
    # A password goes to Octopus in its environment and never on its command line; the domain gives the one of a group
    # managed account to the machine, and nobody knows it.
    $account = $Settings.serviceAccount
    switch ($account.kind) {
        'none' {
            Invoke-WhenChanged -Step 'service account' -Value 'LocalSystem' -Action {
                Invoke-Native -FilePath 'sc.exe' -Arguments @('config', $ServiceName, 'obj=', 'LocalSystem') | Out-Null
            }
        }
        'user' {
            $version = Get-VaultSecretVersion $Settings.keyVaultEntries.serviceAccountPassword
            Invoke-WhenChanged -Step 'service account' -Value "$($account.name) $version" -Action {
                $password = Get-VaultSecret $Settings.keyVaultEntries.serviceAccountPassword
                Invoke-Octopus -Command 'service' -Options @(
                    '--reconfigure', '--dependOn=LanmanWorkstation', "--username=$($account.name)") -Environment @{
                    OCTOPUS_SERVICE_PASSWORD = $password
                } | Out-Null
                Grant-ServiceControl
            }
        }
        'group-managed' {
            Invoke-WhenChanged -Step 'service account' -Value $account.name -Action {
                Invoke-Native -FilePath 'sc.exe' -Arguments @('config', $ServiceName, 'obj=', $account.name) | Out-Null
                Invoke-Native -FilePath 'sc.exe' -Arguments @('managedaccount', $ServiceName, 'true') | Out-Null
                Grant-ServiceControl
            }
        }
    }
}

function Grant-ServiceControl {
    # The account may look at its own service, start and stop it: Octopus restarts itself.
    $account = New-Object System.Security.Principal.NTAccount ($Settings.serviceAccount.name)
    $sid = $account.Translate([System.Security.Principal.SecurityIdentifier]).Value
    $entry = "(A;;CCLCSWRPWPDTLOCRRC;;;$sid)"
    $present = (Invoke-Native -FilePath 'sc.exe' -Arguments @('sdshow', $ServiceName)).Output.Trim()
    if ($present.Contains($entry)) {
        return
    }
    $audit = $present.IndexOf('S:(')
    $end = if ($audit -lt 0) { $present.Length } else { $audit }
    Invoke-Native -FilePath 'sc.exe' -Arguments @('sdset', $ServiceName, $present.Insert($end, $entry)) | Out-Null
}

function Test-StartByScript {
    return $Settings.shareMount -eq 'mapped-drive'
}

function Set-Watchdog {
    param([ValidateSet('create', 'delete')] [string] $Action)

    $arguments = @('watchdog', "--$Action", "--instances=$InstanceName")
    if ($Action -eq 'create') {
        $arguments += '--interval=5'
    }
    Invoke-Native -FilePath (Get-OctopusExecutable) -Arguments $arguments | Out-Null
}

function Get-PingStatus {
    # Asked as the load balancer asks: by address. The certificate is checked by its thumbprint instead of its name.
    param([string] $Thumbprint)

    $request = [System.Net.WebRequest]::CreateHttp("https://127.0.0.1:$PortalPort/api/octopusservernodes/ping")
    $request.ServerCertificateValidationCallback = [OctopusNode.PinnedCertificate]::Accepting($Thumbprint)
    $request.AllowAutoRedirect = $false
    $request.Timeout = 15000
    $response = $null
    try {
        $response = $request.GetResponse()
    }
    catch {
        $failure = $_.Exception
        while ($null -ne $failure -and $failure -isnot [System.Net.WebException]) {
            $failure = $failure.InnerException
        }
        if ($null -eq $failure -or $null -eq $failure.Response) {
            throw
        }
        $response = $failure.Response
    }
    $status = [int]$response.StatusCode
    $response.Dispose()
    return $status
}

function Start-OctopusService {
    param([string] $Thumbprint)

    Set-State 'stopped' ''
    if ((Get-Service -Name $ServiceName).Status -ne 'Running') {
        Invoke-Octopus -Command 'service' -Options @('--start') | Out-Null
    }
    elseif ($script:RestartNeeded) {
        Restart-OctopusService $Thumbprint
    }
}

function Restart-OctopusService {
    # Running tasks get half an hour to end. A node that an operator drained stays drained.
    param([string] $Thumbprint)

    $wasDraining = $false
    try {
        $wasDraining = (Get-PingStatus $Thumbprint) -eq 418
    }
    catch {
        Write-Log "No answer before the restart: $($_.Exception.Message)"
    }
    Invoke-Octopus -Command 'node' -Options @('--drain=true', '--wait=1800') -TimeoutMinutes 45 | Out-Null
    Invoke-Octopus -Command 'service' -Options @('--restart') | Out-Null
    if (-not $wasDraining) {
        Invoke-Octopus -Command 'node' -Options @('--drain=false') | Out-Null
    }
    Write-Log 'Restarted the service with the new settings.'
}

function Wait-ForPing {
    # 200 is up; 418 is up and draining, which an operator asked for.
    param([string] $Thumbprint)

    Invoke-WithRetry -What 'The ping' -Attempts 60 -DelaySeconds 15 -Action {
        $status = Get-PingStatus $Thumbprint
        if ($status -ne 200 -and $status -ne 418) {
            throw "Octopus Server answers $status."
        }
        Write-Log "Octopus Server answers $status."
    }
}

# ---------------------------------------------------------------- tasks

function Initialize-Database {
    # Returns the state of the set-up; on the other nodes it is always finished, because the first node came before.
    if ($Settings.isFirstNode -and $Settings.databaseAuthentication -eq 'entra') {
        if ($Settings.databaseAdministratorClientId -ne '') {
            Grant-DatabaseAccess
        }
        else {
            Wait-ForDatabaseUser
        }
    }
    Wait-ForDatabase
    if (-not $Settings.isFirstNode) {
        return 'finished'
    }
    Disable-AutomaticIndexes
    $state = Get-SetupState
    if ($state -eq 'new') {
        Set-SetupState 'started'
    }
    Write-Log "The set-up of the cluster is $state."
    return $state
}

function Install-Node {
    Register-RefreshTask
    Install-OctopusServer
    $setupState = Initialize-Database
    New-Instance
    Connect-Database $setupState
    Set-ServerConfiguration
    if ($Settings.isFirstNode) {
        Complete-FirstSetup $setupState
    }
    Set-TaskCap
    $thumbprint = Install-PortalCertificate
    Set-PortalBinding $thumbprint
    Install-OctopusService
    Start-OctopusService $thumbprint
    Wait-ForPing $thumbprint
    Invoke-WhenChanged -Step 'watchdog' -Value 'every 5 minutes' -Action { Set-Watchdog 'create' }
}

function Update-Share {
    # A share that does not answer today is no reason to serve a certificate that ends today.
    $arguments = @(
        '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', $PrepareScript, '-Task', 'Refresh')
    try {
        Invoke-Native -FilePath 'powershell.exe' -Arguments $arguments -TimeoutMinutes 60 | Out-Null
        return $true
    }
    catch {
        Write-Log "ERROR: $($_.Exception.Message)"
        return $false
    }
}

function Update-Node {
    # The service goes on: HTTP.sys takes a new certificate while it runs, and so no task is disturbed.
    $shareIsReady = Update-Share
    if ($null -ne (Get-Service -Name $ServiceName -ErrorAction SilentlyContinue)) {
        Set-PortalBinding (Install-PortalCertificate)
        Set-ServiceAccount
        if ($shareIsReady -and (Test-StartByScript) -and (Get-State)['stopped'] -ne 'by an operator') {
            Invoke-Octopus -Command 'service' -Options @('--start') | Out-Null
        }
    }
    if (-not $shareIsReady) {
        throw "The share could not be renewed; see $StateFolder\prepare.log."
    }
}

function Stop-Node {
    # The watchdog would start the service again.
    Set-Watchdog 'delete'
    Set-State 'stopped' 'by an operator'
    Invoke-Octopus -Command 'node' -Options @('--drain=true', '--wait=1800') -TimeoutMinutes 45 | Out-Null
    Invoke-Octopus -Command 'service' -Options @('--stop') | Out-Null
    Write-Log 'The node is drained and stopped.'
}

function Update-OctopusVersion {
    if ($Version -eq '') {
        throw 'Give the version to upgrade to: -Version 2026.4.1234'
    }
    if ((Get-Service -Name $ServiceName).Status -ne 'Stopped') {
        throw 'Stop all nodes first (-Task Stop) and back up the database: a cluster is upgraded at a standstill.'
    }
    if ((Get-InstalledVersion) -ne $Version) {
        Install-OctopusMsi -WantedVersion $Version -ExpectedHash $Sha256
    }
    if ($Settings.isFirstNode) {
        Invoke-Octopus -Command 'database' -Options @('--upgrade') -TimeoutMinutes 240 | Out-Null
    }
    $Settings.octopusVersion = $Version
    Save-Settings $Settings
    Set-State 'stopped' ''
    Invoke-Octopus -Command 'service' -Options @('--start') | Out-Null
    Wait-ForPing (Install-PortalCertificate)
    Invoke-Octopus -Command 'node' -Options @('--drain=false') | Out-Null
    Set-Watchdog 'create'
}

function Invoke-Task {
    switch ($Task) {
        'Bootstrap' { Install-Node }
        'Refresh' { Update-Node }
        'Stop' { Stop-Node }
        'Upgrade' { Update-OctopusVersion }
    }
}

try {
    Protect-Folder $StateFolder
    Write-Log "Task $Task begins."
    [System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12
    $Settings = Read-Settings
    if ($Task -eq 'Bootstrap') {
        Save-Script ($MyInvocation.MyCommand.ScriptBlock.ToString())
    }
    Add-NativeTypes
    Invoke-Alone 'OctopusNode' { Invoke-Task }
    Write-Log "Task $Task is done."
    exit 0
}
catch {
    Write-Log "ERROR: $($_.Exception.Message)"
    Write-Log $_.ScriptStackTrace
    if ($Task -eq 'Refresh') {
        # Nobody watches the scheduled task.
        Write-Event -Kind 'ERROR' -Message "Share or certificate could not be renewed: $($_.Exception.Message)"
    }
    exit 1
}
