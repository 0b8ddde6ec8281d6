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
