"""A stand-in for the heroku CLI, for machines without it: asks the same API, prints the same texts.

Only what bin/deploy calls. The texts were taken from heroku 11.10.0; with HEROKU_CLI set to a real one,
the tests use that instead.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

API = os.environ["HEROKU_HOST"]


def call(method: str, path: str, body: object = None) -> Any:
    """Ask the API; an error ends the program as the CLI's does."""
    key = os.environ.get("HEROKU_API_KEY", "")
    request = urllib.request.Request(
        API + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {key}"} if key else {},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        told = json.loads(error.read())
        sys.stderr.write(f" ›   Error: {told['message']}\n ›\n ›   Error ID: {told['id']}\n")
        sys.exit(100 if error.code == 401 else 2)


def optional(path: str) -> Any:
    """Ask the API for what may not be there; None then."""
    headers = {"authorization": f"Bearer {os.environ.get('HEROKU_API_KEY', '')}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(API + path, headers=headers)) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError:
        return None


def show(value: object) -> None:
    """Print JSON as the CLI does."""
    print(json.dumps(value, indent=2))


def option(words: list[str], name: str) -> str:
    """Take an option with its value out of the words."""
    if name not in words:
        return ""
    at = words.index(name)
    value = words[at + 1]
    del words[at : at + 2]
    return value


def main() -> None:
    """Run one command."""
    command, *words = sys.argv[1:]
    rest = words[words.index("--") + 1 :] if "--" in words else []
    words = words[: words.index("--")] if "--" in words else words
    words = [part for word in words for part in (word.split("=", 1) if word.startswith("--app=") else [word])]
    words = ["-a" if word == "--app" else word for word in words]
    app = f"/apps/{option(words, '-a')}"
    handler = globals().get("do_" + command.replace(":", "_"))
    if handler is None:
        sys.exit(f"the stand-in knows no {command}")
    handler(app, words, rest)


def do_auth_whoami(_app: str, _words: list[str], _rest: list[str]) -> None:
    print(call("GET", "/account")["email"])


def do_auth_token(_app: str, _words: list[str], _rest: list[str]) -> None:
    key = os.environ.get("HEROKU_API_KEY", "")
    netrc = os.path.join(os.path.expanduser("~"), ".netrc")
    if not key and os.path.exists(netrc):
        with open(netrc, encoding="utf-8") as file:
            key = file.read().split()[-1]
    if not key:
        sys.stderr.write(" ›   Error: not logged in\n")
        sys.exit(2)
    print(key)


def do_git_credentials(_app: str, words: list[str], _rest: list[str]) -> None:
    if words == ["get"]:
        print(f"username=heroku\npassword={os.environ['HEROKU_API_KEY']}\n")


def do_apps(_app: str, _words: list[str], _rest: list[str]) -> None:
    show(call("GET", "/users/~/apps"))


def do_apps_info(app: str, words: list[str], _rest: list[str]) -> None:
    found = call("GET", app)
    if "--json" in words:
        show({"addons": [], "app": found})
        return
    coupling = optional(f"{app}/pipeline-couplings")
    if coupling:
        print(f"pipeline={coupling['pipeline']['id'].removeprefix('id-of-')}:{coupling['stage']}")
    print(f"git_url={found['git_url']}\nweb_url={found['web_url']}\nstack={found['stack']['name']}")


def do_apps_create(_app: str, words: list[str], _rest: list[str]) -> None:
    stack, region = option(words, "--stack"), option(words, "--region")
    call("POST", "/apps", {"name": words[0], "stack": stack, "region": region})


def do_stack_set(app: str, words: list[str], _rest: list[str]) -> None:
    call("PATCH", app, {"build_stack": words[0]})


def do_releases(app: str, _words: list[str], _rest: list[str]) -> None:
    show(call("GET", f"{app}/releases"))


def do_releases_output(_app: str, _words: list[str], _rest: list[str]) -> None:
    print("output of the release command")


def do_releases_rollback(app: str, words: list[str], _rest: list[str]) -> None:
    releases = call("GET", f"{app}/releases")
    eligible = [release for release in releases if release["eligible_for_rollback"]]
    wanted = [r for r in releases if words and f"v{r['version']}" == words[0]] or eligible[1:2]
    if not wanted:
        sys.exit("No eligible release found")
    call("POST", f"{app}/releases", {"release": wanted[0]["id"]})


def do_pipelines_promote(app: str, words: list[str], _rest: list[str]) -> None:
    targets = [{"app": {"id": f"id-of-{name}"}} for name in option(words, "--to").split(",")]
    coupling = call("GET", f"{app}/pipeline-couplings")
    body = {"pipeline": coupling["pipeline"], "source": {"app": coupling["app"]}, "targets": targets}
    made = call("POST", "/pipeline-promotions", body)
    told = call("GET", f"/pipeline-promotions/{made['id']}/promotion-targets")
    sys.exit(any(target["status"] == "failed" for target in told))


def pipeline(name: str) -> Any:
    """Find a pipeline by its name, as the CLI does."""
    found = call("GET", f"/pipelines?eq[name]={name}")
    if not found:
        sys.stderr.write(" ›   Error: Pipeline not found\n")
        sys.exit(1)
    return found[0]


def do_pipelines_info(_app: str, words: list[str], _rest: list[str]) -> None:
    known = pipeline(words[0])
    couplings = call("GET", f"/pipelines/{known['id']}/pipeline-couplings")
    apps = call("POST", "/filters/apps", {"in": {"id": [each["app"]["id"] for each in couplings]}})
    show({"pipeline": known, "apps": apps})


def do_pipelines_add(app: str, words: list[str], _rest: list[str]) -> None:
    stage = option(words, "--stage")
    body = {"pipeline": pipeline(words[0])["id"], "app": app.removeprefix("/apps/"), "stage": stage}
    call("POST", "/pipeline-couplings", body)


def do_pipelines_create(app: str, words: list[str], rest: list[str]) -> None:
    call("POST", "/pipelines", {"name": words[0]})
    do_pipelines_add(app, words, rest)


def do_releases_retry(app: str, _words: list[str], _rest: list[str]) -> None:
    newest = call("GET", f"{app}/releases")[0]
    if not any(dynos["type"] == "release" for dynos in call("GET", f"{app}/formation")):
        sys.exit("App must have a release-phase command to use this command.")
    description = f"Retry of v{newest['version']}: {newest['description']}"
    call("POST", f"{app}/releases", {"description": description, "slug": newest["slug"]["id"]})


def do_buildpacks(app: str, _words: list[str], _rest: list[str]) -> None:
    found = [item["buildpack"]["url"] for item in call("GET", f"{app}/buildpack-installations")]
    name = app.removeprefix("/apps/")
    if not found:
        print(f"{name} has no Buildpacks.")
        return
    print(f"=== {name} Classic Buildpacks (from the Heroku Buildpack Registry)\n")
    print("\n".join(found if len(found) == 1 else [f"{at}. {url}" for at, url in enumerate(found, 1)]))


def do_buildpacks_clear(app: str, _words: list[str], _rest: list[str]) -> None:
    call("PUT", f"{app}/buildpack-installations", {"updates": []})


def do_buildpacks_add(app: str, words: list[str], _rest: list[str]) -> None:
    found = [item["buildpack"]["url"] for item in call("GET", f"{app}/buildpack-installations")]
    updates = [{"buildpack": url} for url in [*found, words[0]]]
    call("PUT", f"{app}/buildpack-installations", {"updates": updates})


def do_addons(app: str, _words: list[str], _rest: list[str]) -> None:
    show(call("GET", f"{app}/addons"))


def do_addons_create(app: str, words: list[str], _rest: list[str]) -> None:
    name = option(words, "--as")
    call(
        "POST", f"{app}/addons", {"plan": {"name": words[0]}, "attachment": {"name": name} if name else None}
    )


def do_addons_attach(_app: str, words: list[str], _rest: list[str]) -> None:
    name = option(words, "--as")
    call("POST", "/addon-attachments", {"addon": {"name": words[0]}, "name": name})


def do_config(app: str, _words: list[str], _rest: list[str]) -> None:
    show(call("GET", f"{app}/config-vars"))


def do_config_get(app: str, words: list[str], _rest: list[str]) -> None:
    print(call("GET", f"{app}/config-vars").get(words[0], ""))


def do_ps(app: str, _words: list[str], _rest: list[str]) -> None:
    show(call("GET", f"{app}/dynos"))


def do_ps_restart(app: str, _words: list[str], _rest: list[str]) -> None:
    call("DELETE", f"{app}/dynos")


def do_ps_scale(app: str, words: list[str], _rest: list[str]) -> None:
    if not words:
        found = call("GET", f"{app}/formation")
        if not found:
            sys.exit("No process types on the app.")
        print(" ".join(sorted(f"{d['type']}={d['quantity']}:{d['size']}" for d in found)))
        return
    updates = []
    for word in words:
        kind, _, amount = word.partition("=")
        quantity, _, size = amount.partition(":")
        updates.append({"type": kind, "quantity": quantity, "size": size or None})
    call("PATCH", f"{app}/formation", {"updates": updates})


def do_maintenance(app: str, _words: list[str], _rest: list[str]) -> None:
    print("on" if call("GET", app)["maintenance"] else "off")


def do_maintenance_on(app: str, _words: list[str], _rest: list[str]) -> None:
    call("PATCH", app, {"maintenance": True})


def do_maintenance_off(app: str, _words: list[str], _rest: list[str]) -> None:
    call("PATCH", app, {"maintenance": False})


def do_pg_backups_capture(app: str, _words: list[str], _rest: list[str]) -> None:
    database = f"database-of-{app.removeprefix('/apps/')}"
    if not call("POST", f"/client/v11/databases/{database}/backups")["succeeded"]:
        sys.exit(2)


def do_pg_backups_info(app: str, _words: list[str], _rest: list[str]) -> None:
    newest = call("GET", f"/client/v11{app}/transfers")[-1]
    print(f"=== Backup b{newest['num']:03}\n\nDatabase:    DATABASE\nStatus:      Completed")


def do_run(app: str, words: list[str], rest: list[str]) -> None:
    sys.stdin.read()
    started = call("POST", f"{app}/dynos", {"command": " ".join(rest)})
    sys.stderr.write(f"Running {' '.join(rest)} on the app... up, {started['name']}\n")
    if started["exit"] and "--exit-code" in words:
        sys.stderr.write(f" ›   Error: Process exited with code {started['exit']}\n")
        sys.exit(started["exit"])


def do_logs(_app: str, _words: list[str], _rest: list[str]) -> None:
    print("2026-01-01T00:00:00 app[web.1]: a line of the log")


def do_container_login(_app: str, _words: list[str], _rest: list[str]) -> None:
    words = ["docker", "login", "--username=_", "--password-stdin", "registry.heroku.com"]
    subprocess.run(words, input=os.environ["HEROKU_API_KEY"], text=True, check=True)


def do_container_release(app: str, words: list[str], _rest: list[str]) -> None:
    name, before = app.removeprefix("/apps/"), call("GET", f"{app}/releases")[0]["id"]
    images = {word: call("GET", f"/v2/{name}/{word}/manifests/latest") for word in words}
    updates = [{"type": word, "docker_image": image["config"]["digest"]} for word, image in images.items()]
    call("PATCH", f"{app}/formation", {"updates": updates})
    newest = call("GET", f"{app}/releases")[0]
    if newest["id"] != before and newest["status"] == "failed":
        sys.exit("Error: release command failed")


if __name__ == "__main__":
    main()
