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
