function Protect-Handover {
    # Sealed for this machine, in a folder that LocalSystem and administrators see, and gone once it was read.
    param([string] $Encoded)

    Add-Type -AssemblyName System.Security
    $plain = [System.Text.Encoding]::UTF8.GetBytes($Encoded)
    $scope = [System.Security.Cryptography.DataProtectionScope]::LocalMachine
    $blob = [System.Security.Cryptography.ProtectedData]::Protect($plain, $null, $scope)
    [Array]::Clear($plain, 0, $plain.Length)
    [System.IO.File]::WriteAllBytes($HandoverFile, $blob)
}

function Open-Handover {
    Add-Type -AssemblyName System.Security
    try {
        $blob = [System.IO.File]::ReadAllBytes($HandoverFile)
    }
    finally {
        Remove-Item -LiteralPath $HandoverFile -Force -ErrorAction SilentlyContinue
    }
    $scope = [System.Security.Cryptography.DataProtectionScope]::LocalMachine
    $plain = [System.Security.Cryptography.ProtectedData]::Unprotect($blob, $null, $scope)
    Read-GivenSecrets ([System.Text.Encoding]::UTF8.GetString($plain))
    [Array]::Clear($plain, 0, $plain.Length)
}

function Register-AccountTask {
    param([string] $Account, [string] $Secret)

    $arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$StoredScript`" -Task Account"
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $arguments
    $options = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Minutes 80)
    Register-ScheduledTask -TaskName $AccountTaskName -Action $action -Settings $options -RunLevel Highest -Force `
        -User $Account -Password $Secret | Out-Null
}

function Wait-ForAccountTask {
    # The codes say: has not run yet, is running, is queued.
    param([string] $Account)

    $pending = 267011, 267009, 267045
    $deadline = [DateTime]::UtcNow.AddMinutes(80)
    Start-ScheduledTask -TaskName $AccountTaskName
    do {
        Start-Sleep -Seconds 5
        $result = (Get-ScheduledTaskInfo -TaskName $AccountTaskName).LastTaskResult
    } while ($pending -contains $result -and [DateTime]::UtcNow -lt $deadline)
    if ($pending -contains $result) {
        throw "What $Account has to do did not end within 80 minutes; how far it came stands in $LogFile."
    }
    if ($result -ne 0) {
        throw "What $Account had to do ended with result $result; the reason stands in $LogFile."
    }
}

function Invoke-AsAccount {
    # A scheduled task with the account's password: elevated, and known to other machines. A run command as that account
    # would get the restricted half of its token, and LocalSystem is nobody to the directory who may change it.
    param([string] $Account, [string] $SecretName, [string] $Encoded)

    try {
        Protect-Handover $Encoded
        Register-AccountTask -Account $Account -Secret (Get-GivenSecret $SecretName)
        Wait-ForAccountTask $Account
    }
    finally {
        # With the task goes the password that Windows keeps for it.
        Unregister-ScheduledTask -TaskName $AccountTaskName -Confirm:$false -ErrorAction SilentlyContinue
        Remove-Item -LiteralPath $HandoverFile -Force -ErrorAction SilentlyContinue
    }
}
