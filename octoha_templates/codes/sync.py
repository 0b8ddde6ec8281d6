"""52x: downloading the published schemas."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

SYNC_CODES: tuple[Code, ...] = (
    Code(
        "OCT520",
        "The published schemas are not there yet",
        "`--schemas official` uses the files that `schema sync` keeps in the cache folder, and it is empty.",
        example="octoha-render validate main.json --schemas official",
        instead="octoha-render schema sync",
    ),
    Code(
        "OCT521",
        "The address cannot be used",
        "Schemas are taken by https only; plain http is for this machine itself. A redirect may not lead "
        "to another host, and a schema may not refer to files outside the published layout.",
        example="octoha-render schema sync --from http://mirror.example/schemas",
        instead="octoha-render schema sync --from https://mirror.example/schemas",
    ),
    Code(
        "OCT522",
        "The server cannot be reached",
        "No connection: offline, a name that does not resolve, a certificate that is not trusted, a proxy, "
        "or no answer in time. What was downloaded so far is kept, and the next run goes on from there.",
        instead="Check HTTPS_PROXY and NO_PROXY, or use a mirror with --from.",
    ),
    Code(
        "OCT523",
        "A schema is not published there",
        "The server has no file for this, or none of the provider's files has the resource type in "
        "that API version.",
    ),
    Code(
        "OCT524",
        "The download is not what it should be",
        "The server failed, stopped in the middle, sent too much, or sent something that is not the schema "
        "asked for. The file in the cache is as it was.",
    ),
    Code(
        "OCT525",
        "The cache folder cannot be written",
        "Writing failed, such as for want of room or permission. Complete files stay as they were.",
        instead="Make room, or name another folder with --into.",
    ),
)
