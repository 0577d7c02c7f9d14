"""The deploy script at work: a double of Heroku on loopback, and what drives the script against it.

`harness.Deployment` is a repository with bin/deploy in it. `set_up(**plan)` makes it, with a stand-in for the
heroku CLI (quick); `set_up(real=True)`, or HEROKU_CLI in the environment, takes the real one, which
`npm install --prefix tests/deploy` brings. DEPLOY_BASH names another bash (3.2, as macOS has it).

    deployment.run("staging", "--yes", NAME="value")    to its end: returncode, stdout, stderr
    deployment.commit("path", "text")                   one more commit; `git(*words)` for the rest
    deployment.interrupt(SIGINT, "/_build", "staging")  a signal once the path was asked for, which then waits
    deployment.signal_at(SIGTERM, "PATCH /apps/*/formation", "staging", nth=2)
                                                        a signal at the Nth such request; SIGINT as Ctrl-C
    deployment.start(...)                               the process, to talk to it while it runs
    deployment.leftovers()                              the files that the script left in its state folder

`platform.Platform` is what the API, git.heroku.com, the data API, the rendezvous and the web addresses know;
the fixture `platform` of tests/conftest.py serves one (server.py, api.py and the modules beside it).

    platform.apps["x"]       App: maintenance, formation, config, addons, buildpacks, releases, backups,
                             domains, commands (of one-off dynos), dynos (with how they ended),
                             release_phases, restarts, log
    platform.add("x", ...)   an app as `apps:create` makes it
    platform.requests        every request: method, path, body; `changes()` those that changed something,
                             `pushes()` the commits that were built
    platform.fails           {"build", "release", "backup", "scale", "config", "migration", "smoke"}
    platform.faults          .add("POST /apps/*/dynos", 500), .add("* /apps/x/releases", "reset", nth=3),
                             .call(pattern, function), .clear(): see faults.py for the kinds
    platform.exits           {"words of a command": its exit status}, `drops_output` no status at all
    platform.hold            cleared: builds and one-off commands wait until it is set, 30 seconds at most
    platform.pages           {"/path": status}; 200 otherwise, 503 in maintenance mode and without web dynos
    platform.pending_polls   releases that no push waits for are pending for so many looks at the list
    platform.pipelines       {"pipe": {"x": "staging"}}

git and curl reach https://git.heroku.com and https://NAME-0123456789ab.herokuapp.com through the double's own
CONNECT proxy and certificate, so pushes, credentials, 401, 429, rejections and shallow clones are git's own.
Any other host is refused.
"""
