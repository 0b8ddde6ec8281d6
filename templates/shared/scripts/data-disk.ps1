function Test-DiskIsBlank {
    param([ciminstance] $Disk)

    if ($Disk.PartitionStyle -eq 'RAW') {
        return $true
    }
    $partitions = @(Get-Partition -DiskNumber $Disk.Number -ErrorAction SilentlyContinue)
    $formatted = @($partitions | Get-Volume -ErrorAction SilentlyContinue | Where-Object { $_.FileSystem })
    return $formatted.Count -eq 0
}

function Find-BlankDisk {
    # By size and emptiness: bus numbers differ between SCSI and NVMe sizes, and local NVMe disks are blank as well.
    param([int] $SizeGiB)

    $size = [long]$SizeGiB * 1gb
    $disks = @(Get-Disk | Where-Object {
            $_.Size -eq $size -and -not $_.IsBoot -and -not $_.IsSystem -and $_.FriendlyName -notlike '*Direct Disk*'
        })
    $blank = @($disks | Where-Object { Test-DiskIsBlank $_ })
    if ($blank.Count -ne 1) {
        throw "Wanted exactly one blank disk of $SizeGiB GiB, found $($blank.Count)."
    }
    return $blank[0]
}

function Find-DataVolume {
    param([string] $Label)

    $volumes = @(Get-Volume | Where-Object { $_.FileSystemLabel -eq $Label })
    if ($volumes.Count -gt 1) {
        throw "Several volumes are labelled $Label."
    }
    if ($volumes.Count -eq 1) {
        return $volumes[0]
    }
    return $null
}

function New-DataVolume {
    # NTFS: what lies here needs it. A disk that is not blank is never formatted.
    param([string] $Label, [int] $SizeGiB)

    $disk = Invoke-WithRetry -What 'Finding the data disk' -Attempts 20 -Action { Find-BlankDisk $SizeGiB }
    if ($disk.IsOffline) {
        Set-Disk -Number $disk.Number -IsOffline $false
    }
    if ($disk.IsReadOnly) {
        Set-Disk -Number $disk.Number -IsReadOnly $false
    }
    if ($disk.PartitionStyle -ne 'RAW') {
        Clear-Disk -Number $disk.Number -RemoveData -Confirm:$false
    }
    Initialize-Disk -Number $disk.Number -PartitionStyle GPT
    $partition = New-Partition -DiskNumber $disk.Number -UseMaximumSize
    Write-Log "Made a volume for $Label on disk $($disk.Number)."
    return ($partition | Format-Volume -FileSystem NTFS -NewFileSystemLabel $Label -Confirm:$false)
}

function Initialize-DataVolume {
    # Found by its label again, whatever letter it gets; a disk that was made larger is used whole.
    param([string] $Label, [string] $Letter, [int] $SizeGiB)

    $volume = Find-DataVolume $Label
    if ($null -eq $volume) {
        $volume = New-DataVolume -Label $Label -SizeGiB $SizeGiB
    }
    $partition = $volume | Get-Partition
    if ($partition.AccessPaths -notcontains "${Letter}:\") {
        $partition | Add-PartitionAccessPath -AccessPath "${Letter}:\"
        Write-Log "The volume $Label is ${Letter}:."
    }
    $largest = ($partition | Get-PartitionSupportedSize).SizeMax
    if ($largest -gt $partition.Size + 1mb) {
        $partition | Resize-Partition -Size $largest
        Write-Log "The volume $Label has grown with its disk."
    }
}
