"""What the executables in package.json scripts are: the package that brings each, and what it is for."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """Return the names of a table written as one text."""
    return tuple(text.split())


_PACKAGES = {
    "tsc": ("typescript",),
    "ng": ("@angular/cli",),
    "nest": ("@nestjs/cli",),
    "vue-cli-service": ("@vue/cli-service",),
    "babel": ("@babel/cli", "babel-cli"),
    "babel-node": ("@babel/node", "babel-cli"),
    "webpack-cli": ("webpack-cli",),
    "remix-serve": ("@remix-run/serve",),
    "remix": ("@remix-run/dev",),
    "react-router": ("@react-router/dev",),
    "react-router-serve": ("@react-router/serve",),
    "sequelize": ("sequelize-cli",),
    "sequelize-cli": ("sequelize-cli",),
    "mikro-orm": ("@mikro-orm/cli",),
    "pm2-runtime": ("pm2",),
    "pm2-docker": ("pm2",),
    "pm2-dev": ("pm2",),
    "tsnd": ("ts-node-dev",),
    "ts-node-esm": ("ts-node",),
    "ts-node-script": ("ts-node",),
    "run-s": ("npm-run-all", "npm-run-all2"),
    "run-p": ("npm-run-all", "npm-run-all2"),
    "npm-run-all": ("npm-run-all", "npm-run-all2"),
    "dotenv": ("dotenv-cli",),
    "dotenvx": ("@dotenvx/dotenvx",),
    "cross-env-shell": ("cross-env",),
    "medusa": ("@medusajs/cli", "@medusajs/medusa", "@medusajs/medusa-cli"),
    "strapi": ("@strapi/strapi", "strapi"),
    "keystone": ("@keystone-6/core", "@keystonejs/keystone"),
    "nuxt": ("nuxt", "nuxt3", "nuxt-start", "nuxt-edge"),
    "nuxi": ("nuxt", "nuxi"),
    "parcel": ("parcel", "parcel-bundler"),
    "swc": ("@swc/cli",),
    "fastify": ("fastify-cli",),
    "coffee": ("coffeescript", "coffee-script"),
    "moleculer-runner": ("moleculer",),
    "eleventy": ("@11ty/eleventy",),
    "gatsby": ("gatsby", "gatsby-cli"),
    "docusaurus": ("@docusaurus/core",),
    "docusaurus-start": ("docusaurus",),
    "lb-tsc": ("@loopback/build",),
    "graphile-worker": ("graphile-worker",),
    "ember": ("ember-cli",),
    "quasar": ("@quasar/cli", "@quasar/app", "@quasar/app-vite"),
    "ionic": ("@ionic/cli",),
    "svelte-kit": ("@sveltejs/kit",),
    "rw-server": ("@redwoodjs/api-server",),
    "rw": ("@redwoodjs/core",),
    "blitz": ("blitz",),
    "snowpack": ("snowpack",),
    "hexo": ("hexo", "hexo-cli"),
    "patch-package": ("patch-package",),
    "wait-on": ("wait-on",),
}

DEV = frozenset(
    words(
        "nodemon ts-node-dev tsnd react-scripts vue-cli-service ng react-app-rewired craco "
        "webpack-dev-server live-server browser-sync lite-server pm2-dev node-dev supervisor expo "
        "react-native electron cypress storybook start-storybook ionic quasar preact wmr snowpack "
        "ember budo vuepress poi umi max roadhog electron-forge electron-builder cordova "
        "vitepress gridsome esno esbuild-register netlify vercel wrangler firebase serverless sls "
        "sst watchify browserify-server hexo bun wait-on"
    )
)
"""Programs that serve only for development, or run elsewhere, unless they build."""

DEV_WITH = {
    "next": {"", "dev"},
    "nuxt": {"", "dev"},
    "nuxi": {"dev", "preview"},
    "vite": {"", "dev", "serve", "preview", "--host", "--port", "--open"},
    "gatsby": {"develop", "serve"},
    "remix": {"dev", "watch"},
    "react-router": {"dev"},
    "astro": {"", "dev", "start", "preview"},
    "parcel": {"", "serve", "watch"},
    "nest": {"start"},
    "webpack": {"serve"},
    "tsx": {"watch"},
    "gulp": {"watch", "serve", "dev", "server"},
    "strapi": {"dev", "develop", "build"},
    "medusa": {"develop"},
    "keystone": {"dev", ""},
    "meteor": {"", "run"},
    "docusaurus": {"start", "serve"},
    "vike": {"dev", "preview"},
    "eleventy": {"--serve", "--watch"},
    "svelte-kit": {"dev", "preview"},
    "rw": {"dev"},
    "blitz": {"dev"},
    "adonis": {"serve --dev"},
    "shopify": {"app"},
    "directus": {"dev"},
    "probot": {"receive"},
    "turbo": {"dev"},
    "rspack": {"serve", "dev"},
    "rsbuild": {"dev", "preview", ""},
    "farm": {"", "dev", "start"},
}
"""Programs that serve for development with one of these first arguments."""

BUILD = frozenset(
    words(
        "tsc tsc-alias tspath tsup swc babel rollup esbuild browserify lessc sass node-sass "
        "postcss tailwindcss rimraf mkdirp copyfiles cpx cpy ncc pkg lb-tsc bower uglifyjs grunt "
        "jake webpack-cli microbundle unbuild lb-clean shx del del-cli eslint prettier standard "
        "xo tslint husky lint-staged jest mocha vitest ava patch-package napi node-gyp tsdx bob "
        "npm-run-all-build eleventy stylus pug ntypescript lerna-build"
    )
)
"""Programs that make or check files and end."""

SERVE = frozenset(
    words(
        "pm2-runtime pm2-docker forever remix-serve react-router-serve serve http-server "
        "json-server node-red hubot probot micro parse-server sails moleculer-runner directus "
        "ghost functions-framework ws fastify rw-server local-web-server nuxt-start graphql-mesh "
        "mesh hasura postgraphile peerjs lb4 statsd uws superstatic ecstatic node-static "
        "verdaccio bot graphile-worker"
    )
)
"""Programs that run the app in production, whatever their arguments."""

SERVE_WITH = {
    "next": {"start"},
    "nuxt": {"start"},
    "nuxi": {"start"},
    "strapi": {"start"},
    "medusa": {"start"},
    "keystone": {"start"},
    "meteor": set[str](),
    "blitz": {"start"},
    "rw": {"serve"},
    "gulp": {"prod", "production"},
    "pm2": {"start"},
    "kuzzle": {"start"},
    "adonis": {"serve"},
    "turbo": set[str](),
}
"""Programs that run the app in production with one of these first arguments."""

MIGRATE = frozenset(
    words(
        "prisma sequelize sequelize-cli knex typeorm typeorm-ts-node-commonjs typeorm-ts-node-esm "
        "mikro-orm drizzle-kit node-pg-migrate db-migrate migrate-mongo umzug dbmate"
    )
)
"""Programs that change the database's schema and end."""

SHELL = frozenset(
    words(
        "cd mkdir cp mv rm echo export set sleep true test [ : touch ls cat printf ln chmod rmdir "
        "which if then fi unset source . wait date curl exit open"
    )
)
"""Words of the shell and of the base image."""

TYPESCRIPT_RUNNERS = frozenset(
    ["ts-node", "ts-node-esm", "ts-node-script", "tsx", "babel-node", "esr", "sucrase-node"]
)
"""Programs that run a source file by compiling it on the way."""

FILE_WATCHERS = frozenset(["nodemon", "node-dev", "supervisor", "ts-node-dev", "tsnd", "pm2-dev"])
"""Programs that restart a file when it changes: the file itself is what production runs."""


def packages_of(program: str) -> tuple[str, ...]:
    """Return the packages that may bring an executable, the usual one first."""
    return _PACKAGES.get(program, (program,))


def kind_of(program: str, args: tuple[str, ...]) -> str:
    """Return what a program is for: dev, build, serve, migrate, shell, or "" where that is not known."""
    first = next((word for word in args if not word.startswith("-")), "")
    if program in SHELL:
        return "shell"
    if program in SERVE:
        return "serve"
    monorepo = program in ("turbo", "nx", "lerna", "wsrun") and any("build" in word for word in args)
    if (first == "build" or monorepo) and program not in ("nest", "rw"):
        return "build"
    if first in DEV_WITH.get(program, ()) or program in DEV:
        return "build" if first in ("build", "lint", "test") else "dev"
    if program in MIGRATE:
        return "migrate"
    if first in SERVE_WITH.get(program, ()):
        return "serve"
    if program in BUILD or program in words("webpack gulp vite parcel nest ng turbo nx lerna"):
        return "dev" if "--watch" in args or "-w" in args else "build"
    return ""
