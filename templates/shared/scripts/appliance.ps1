function Get-SecretText {
    # Gives the text of a secret, and makes sure that it never shows in the log.
    param([securestring] $Secret)

    if ($null -eq $Secret) {
        return ''
    }
    $text = (New-Object System.Net.NetworkCredential ('', $Secret)).Password
    if ($text.Length -ge 4 -and -not $script:KnownSecrets.Contains($text)) {
        $script:KnownSecrets.Add($text)
    }
    return $text
}

function Enable-CertificatePinning {
    # Appliances present certificates of their own making. One is taken the first time it is seen, or when its thumbprint
    # was given; an address that changes its certificate during the run is refused, and so is every other host.
    # In C#, because a script block cannot run on the thread that asks.
    param([string[]] $Addresses, [string[]] $Thumbprints)

    if (-not ('OctopusAppliances.Pinning' -as [type])) {
        Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace OctopusAppliances
{
    public static class Pinning
    {
        private static readonly object Gate = new object();
        private static readonly Dictionary<string, string> Seen = new Dictionary<string, string>();
        private static HashSet<string> addresses = new HashSet<string>();
        private static HashSet<string> thumbprints = new HashSet<string>();

        public static void Enable(string[] wantedAddresses, string[] wantedThumbprints)
        {
            addresses = new HashSet<string>(wantedAddresses);
            thumbprints = new HashSet<string>(wantedThumbprints, StringComparer.OrdinalIgnoreCase);
            ServicePointManager.ServerCertificateValidationCallback = Check;
        }

        public static void Forget(string address)
        {
            lock (Gate) { Seen.Remove(address); }
        }

        public static string ThumbprintOf(string address)
        {
            lock (Gate) { return Seen.ContainsKey(address) ? Seen[address] : ""; }
        }

        private static bool Check(object sender, X509Certificate certificate, X509Chain chain, SslPolicyErrors errors)
        {
            HttpWebRequest request = sender as HttpWebRequest;
            if (request == null || certificate == null || !addresses.Contains(request.RequestUri.Host))
            {
                return errors == SslPolicyErrors.None;
            }
            string thumbprint = new X509Certificate2(certificate).Thumbprint;
            if (thumbprints.Count > 0)
            {
                return thumbprints.Contains(thumbprint);
            }
            lock (Gate)
            {
                string known;
                if (Seen.TryGetValue(request.RequestUri.Host, out known))
                {
                    return known == thumbprint;
                }
                Seen[request.RequestUri.Host] = thumbprint;
                return true;
            }
        }
    }
}
'@
    }
    [OctopusAppliances.Pinning]::Enable($Addresses, @($Thumbprints | ForEach-Object { $_.Replace(':', '') }))
    if ($Thumbprints.Count -eq 0) {
        Write-Log 'No thumbprints were given: the certificate that an appliance presents first is taken.'
    }
}

function Read-JsonFile {
    param([string] $Path)

    if (-not (Test-Path -LiteralPath $Path)) {
        throw "There is no file $Path."
    }
    return (Get-Content -LiteralPath $Path -Raw -Encoding UTF8 | ConvertFrom-Json)
}

function Get-Output {
    # The value of an output of the deployment, as 'az deployment group show --query properties.outputs' writes them.
    param([psobject] $Outputs, [string] $Name)

    if ($null -eq $Outputs.PSObject.Properties[$Name]) {
        throw "The deployment has no output '$Name'. Write its outputs to the file again."
    }
    return $Outputs.$Name.value
}

function ConvertTo-JsonText {
    # The inside of a JSON string: only what JSON wants escaped is escaped.
    param([string] $Value)

    $quoted = ConvertTo-Json -InputObject $Value -Compress
    return $quoted.Substring(1, $quoted.Length - 2)
}

function Expand-Document {
    # Fills in what stands in triple braces. A list takes the place of a whole string: one string becomes several.
    param([string] $Text, [hashtable] $Values)

    foreach ($name in $Values.Keys) {
        $value = $Values[$name]
        if ($value -is [array]) {
            $items = @($value | ForEach-Object { '"' + (ConvertTo-JsonText $_) + '"' }) -join ', '
            $Text = $Text.Replace('"{{{' + $name + '}}}"', $items)
        }
        else {
            $Text = $Text.Replace('{{{' + $name + '}}}', (ConvertTo-JsonText $value))
        }
    }
    $left = [regex]::Match($Text, '\{\{\{(\w+)\}\}\}')
    if ($left.Success) {
        throw "Nothing is known for $($left.Groups[1].Value)."
    }
    return $Text
}
