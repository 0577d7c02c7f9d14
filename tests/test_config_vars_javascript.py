"""Each way JavaScript and TypeScript read a variable: found with its line, default, requiredness and kind."""

# ruff: noqa: E501  (one form to a line)

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.config_vars import classify
from tests.examples import examples
from tests.test_config_vars_forms import found_in

# what it is, file, code in which NAME stands for the name, line, required, default
FORMS = [
    # process.env and its spellings
    ("optional chaining", "app.js", "const x = process?.env?.NAME ?? 'd';\n", 1, False, "d"),
    ("global process", "app.js", "const x = globalThis.process.env.NAME || 'd';\n", 1, False, "d"),
    ("bracket in template quotes", "app.js", "const x = process.env[`NAME`] || `d`;\n", 1, False, "d"),
    ("optional bracket", "app.ts", "const x = process.env?.['NAME'] ?? \"d\";\n", 1, False, "d"),
    ("bracket on env of process", "app.js", "const x = process['env'].NAME || 'd';\n", 1, False, "d"),
    ("broken over lines", "app.js", "const x = process\n  .env\n  .NAME\n  || 'd';\n", 1, False, "d"),
    ("as string", "app.ts", "const x = process.env.NAME as string;\n", 1, False, None),
    ("as string with default", "app.ts", "const x = (process.env.NAME as string) || 'd';\n", 1, False, "d"),
    ("default in a cast", "app.ts", "const x = (process.env.NAME ?? 'd') as Level;\n", 1, False, "d"),
    ("angle cast", "app.ts", "const x = <string>process.env.NAME || 'd';\n", 1, False, "d"),
    ("satisfies", "app.ts", "const x = (process.env.NAME || 'd') satisfies string;\n", 1, False, "d"),
    ("non-null then method", "app.ts", "const x = process.env.NAME!.trim();\n", 1, True, None),
    ("Number", "app.js", "const x = Number(process.env.NAME) || 5;\n", 1, False, "5"),
    ("Number with default within", "app.js", "const x = Number(process.env.NAME || 5);\n", 1, False, "5"),
    ("Number ??", "app.js", "const x = Number(process.env.NAME ?? '5');\n", 1, False, "5"),
    ("parseInt", "app.js", "const x = parseInt(process.env.NAME, 10) || 5;\n", 1, False, "5"),
    ("parseInt with default within", "app.js", "const x = parseInt(process.env.NAME || '5', 10);\n", 1, False, "5"),
    ("Number.parseFloat", "app.js", "const x = Number.parseFloat(process.env.NAME ?? '5.5');\n", 1, False, "5.5"),
    ("unary plus", "app.js", "const x = +(process.env.NAME || 5);\n", 1, False, "5"),
    ("unary plus before", "app.js", "const x = +process.env.NAME || 5;\n", 1, False, "5"),
    ("negative default", "app.js", "const x = Number(process.env.NAME ?? -1);\n", 1, False, "-1"),
    ("product as default", "app.js", "const x = Number(process.env.NAME) || 60 * 1000;\n", 1, False, None),
    ("undefined as default", "app.js", "const x = process.env.NAME || undefined;\n", 1, False, None),
    ("ternary", "app.js", "const x = process.env.NAME ? process.env.NAME : 'd';\n", 1, False, "d"),
    ("ternary undefined", "app.js", "const x = process.env.NAME === undefined ? 'd' : process.env.NAME;\n", 1, False, "d"),
    ("ternary with a call", "app.js", "const x = process.env.NAME ? parseInt(process.env.NAME, 10) : 5;\n", 1, False, "5"),
    ("ternary typeof", "app.js", "const x = typeof process.env.NAME !== 'undefined' ? process.env.NAME : 'd';\n", 1, False, "d"),
    ("||=", "app.js", "process.env.NAME ||= 'd';\n", 1, False, "d"),
    ("??=", "app.js", "process.env.NAME ??= 'd';\n", 1, False, "d"),
    ("set to itself or a default", "app.js", "process.env.NAME = process.env.NAME || 'd';\n", 1, False, "d"),
    ("set where missing", "app.js", "if (!process.env.NAME) process.env.NAME = 'd';\n", 1, False, "d"),
    ("set where missing in a block", "app.js", "if (process.env.NAME === undefined) {\n  process.env.NAME = 'd';\n}\n", 1, False, "d"),
    ("set later where missing", "app.js", "let x = process.env.NAME;\nif (!x) {\n  x = 'd';\n}\n", 1, False, "d"),
    ("default of a constant", "app.js", "const DEFAULT_X = 'd';\nconst x = process.env.NAME || DEFAULT_X;\n", 2, False, "d"),
    ("default of a table of constants", "app.js", "const DEFAULTS = { x: 'd' };\nconst x = process.env.NAME || DEFAULTS.x;\n", 2, False, "d"),
    ("in", "app.js", "const x = 'NAME' in process.env ? process.env.NAME : 'd';\n", 1, False, "d"),
    ("hasOwnProperty", "app.js", "if (process.env.hasOwnProperty('NAME')) run();\n", 1, False, None),
    ("Object.hasOwn", "app.js", "if (Object.hasOwn(process.env, 'NAME')) run();\n", 1, False, None),
    ("Reflect.get", "app.js", "const x = Reflect.get(process.env, 'NAME') || 'd';\n", 1, False, "d"),
    ("lodash get", "app.js", "const x = _.get(process.env, 'NAME', 'd');\n", 1, False, "d"),
    ("within a template", "app.js", "const x = `https://${process.env.NAME || 'd'}/a`;\n", 1, False, "d"),
    ("within a template over lines", "app.js", "const x = `\n  say\n  ${process.env.NAME}`;\n", 3, False, None),
    ("computed name of a template", "app.js", "const KEY = 'NAME';\nconst x = process.env[KEY] || 'd';\n", 2, False, "d"),
    ("name of a table of constants", "app.js", "const KEYS = { a: 'NAME' };\nconst x = process.env[KEYS.a] || 'd';\n", 2, False, "d"),
    ("parameter default", "app.js", "function run(x = process.env.NAME || 'd') {}\n", 1, False, "d"),
    ("String()", "app.js", "const x = String(process.env.NAME || 'd');\n", 1, False, "d"),
    ("JSX attribute", "src/App.jsx", "export default () => <a href={process.env.NAME || 'd'}>x</a>;\n", 1, False, "d"),
    ("TSX text", "src/App.tsx", "export default () => <p>{process.env.NAME ?? 'd'}</p>;\n", 1, False, "d"),
    ("chained fallbacks", "app.js", "const x = process.env.NAME || process.env.ZOTHER || 'd';\n", 1, False, "d"),
    ("chained to an alternative", "app.js", "const x = process.env.ZOTHER || process.env.NAME || 'd';\n", 1, False, "d"),
    # destructuring
    ("destructured", "app.js", "const { NAME } = process.env;\n", 1, False, None),
    ("destructured over lines", "app.js", "const {\n  A_A,\n  NAME = 'd',\n} = process.env;\n", 3, False, "d"),
    ("destructured, renamed", "app.js", "const { NAME: x } = process.env;\n", 1, False, None),
    ("destructured, quoted", "app.js", "const { 'NAME': x = 'd' } = process.env;\n", 1, False, "d"),
    ("destructured by assignment", "app.js", "let NAME;\n({ NAME = 'd' } = process.env);\n", 2, False, "d"),
    ("destructured in a parameter", "app.js", "function run({ NAME = 'd' } = process.env) {}\n", 1, False, "d"),
    ("destructured in an arrow's parameter", "app.js", "const run = ({ NAME: x = 'd' } = process.env) => x;\n", 1, False, "d"),
    ("destructured from process", "app.js", "const { env: { NAME = 'd' } } = process;\n", 1, False, "d"),
    ("destructured, number", "app.js", "const { NAME = 5 } = process.env;\n", 1, False, "5"),
    ("destructured with a cast", "app.ts", "const { NAME } = process.env as Record<string, string>;\n", 1, False, None),
    ("destructured then guarded", "app.js", "const { NAME } = process.env;\nif (!NAME) throw new Error('x');\n", 1, True, None),
    ("destructured, one of several guarded", "app.js", "const { NAME, OTHER_ONE } = process.env;\nif (!NAME || !OTHER_ONE) {\n  console.error('x');\n  process.exit(1);\n}\n", 1, True, None),
    ("destructured with a rest", "app.js", "const { NAME, ...rest } = process.env;\n", 1, False, None),
    ("destructured or empty", "app.js", "const { NAME = 'd' } = process.env || {};\n", 1, False, "d"),
    # aliases
    ("alias of process", "app.js", "const { env } = process;\nconst x = env.NAME || 'd';\n", 2, False, "d"),
    ("alias of process, renamed", "app.js", "const { env: e } = process;\nconst x = e.NAME || 'd';\n", 2, False, "d"),
    ("import of env", "app.mjs", "import { env } from 'node:process';\nconst x = env.NAME || 'd';\n", 2, False, "d"),
    ("import of env, renamed", "app.mjs", "import { env as e } from 'process';\nconst x = e.NAME || 'd';\n", 2, False, "d"),
    ("import of process", "app.mjs", "import process from 'node:process';\nconst x = process.env.NAME || 'd';\n", 2, False, "d"),
    ("import of process, renamed", "app.mjs", "import * as proc from 'process';\nconst x = proc.env.NAME || 'd';\n", 2, False, "d"),
    ("require of env", "app.js", "const { env } = require('node:process');\nconst x = env.NAME || 'd';\n", 2, False, "d"),
    ("require().env", "app.js", "const x = require('process').env.NAME || 'd';\n", 1, False, "d"),
    ("alias, destructured", "app.js", "const env = process.env;\nconst { NAME = 'd' } = env;\n", 2, False, "d"),
    ("alias with a cast", "app.ts", "const env = process.env as Env;\nconst x = env.NAME || 'd';\n", 2, False, "d"),
    ("copy", "app.js", "const env = { ...process.env };\nconst x = env.NAME || 'd';\n", 2, False, "d"),
    ("copy with defaults", "app.js", "const env = { NAME: 'd', ...process.env };\nconst x = env.NAME;\n", 1, False, "d"),
    ("Object.assign", "app.js", "const env = Object.assign({}, process.env);\nconst x = env.NAME || 'd';\n", 2, False, "d"),
    ("alias as a field", "app.js", "class A { constructor() { this.env = process.env; this.x = this.env.NAME || 'd'; } }\n", 1, False, "d"),
    ("passed on as a parameter", "app.js", "function load(env = process.env) {\n  return env.NAME || 'd';\n}\n", 2, False, "d"),
    ("passed on to a function", "app.js", "function load(env) {\n  return env.NAME || 'd';\n}\nload(process.env);\n", 2, False, "d"),
    ("loaded by dotenv", "app.js", "const env = require('dotenv').config().parsed;\nconst x = env.NAME || 'd';\n", 2, False, "d"),
    # guards
    ("throws", "app.js", "if (!process.env.NAME) throw new Error('x');\n", 1, True, None),
    ("throws by ??", "app.js", "const x = process.env.NAME ?? (() => { throw new Error('x'); })();\n", 1, True, None),
    ("fails by ||", "app.js", "const x = process.env.NAME || fail('x');\n", 1, True, None),
    ("exits on undefined", "app.js", "if (process.env.NAME === undefined) {\n  process.exit(1);\n}\n", 1, True, None),
    ("exits on null", "app.js", "if (process.env.NAME == null) {\n  console.error('x');\n  process.exit(1);\n}\n", 1, True, None),
    ("exits on typeof", "app.js", "if (typeof process.env.NAME === 'undefined') process.exit(1);\n", 1, True, None),
    ("exits in the else", "app.js", "if (process.env.NAME) {\n  run();\n} else {\n  throw new Error('x');\n}\n", 1, True, None),
    ("exits by an exit of process", "app.mjs", "import { exit } from 'node:process';\nif (!process.env.NAME) exit(1);\n", 2, True, None),
    ("assert", "app.js", "assert(process.env.NAME, 'x');\n", 1, True, None),
    ("assert.ok", "app.js", "assert.ok(process.env.NAME);\n", 1, True, None),
    ("assert of a bound name", "app.js", "const x = process.env.NAME;\nassert(x, 'x');\n", 1, True, None),
    ("invariant", "app.ts", "invariant(process.env.NAME, 'x');\n", 1, True, None),
    ("invariant typeof", "app.ts", "invariant(typeof process.env.NAME === 'string', 'x');\n", 1, True, None),
    ("&& throw", "app.js", "const x = process.env.NAME;\nif (x == null || x === '') {\n  throw new Error('x');\n}\n", 1, True, None),
    ("list of required names", "app.js", "const required = ['A_A_A', 'NAME'];\nrequired.forEach((key) => {\n  if (!process.env[key]) throw new Error(key);\n});\n", 3, True, None),
    ("filter of required names", "app.js", "const missing = ['NAME'].filter((key) => !process.env[key]);\nif (missing.length > 0) throw new Error('x');\n", 1, True, None),
    ("filter then exit", "app.js", "const names = ['NAME'];\nconst missing = names.filter(name => process.env[name] === undefined);\nif (missing.length) {\n  process.exit(1);\n}\n", 2, True, None),
    ("every name", "app.js", "if (!['NAME'].every((key) => process.env[key])) throw new Error('x');\n", 1, True, None),
    ("some name", "app.js", "if (['NAME'].some((key) => !process.env[key])) process.exit(1);\n", 1, True, None),
    ("names as const", "app.ts", "const names = ['NAME'] as const;\nfor (const name of names) {\n  if (!process.env[name]) throw new Error(name);\n}\n", 3, True, None),
    ("throws where bound", "app.js", "const config = { x: process.env.NAME };\nif (!config.x) throw new Error('x');\n", 1, True, None),
    # helpers
    ("helper with default", "app.ts", "const getEnv = (key: string, fallback?: string) => process.env[key] ?? fallback;\nconst x = getEnv('NAME', 'd');\n", 2, False, "d"),
    ("helper without default", "app.ts", "const getEnv = (key: string, fallback?: string) => process.env[key] ?? fallback;\nconst x = getEnv('NAME');\n", 2, False, None),
    ("helper that throws without default", "app.ts", "function env(key: string, fallback?: string): string {\n  const value = process.env[key] ?? fallback;\n  if (value === undefined) throw new Error(key);\n  return value;\n}\nconst x = env('NAME');\n", 6, True, None),
    ("helper that throws, default given", "app.ts", "function env(key: string, fallback?: string): string {\n  const value = process.env[key] ?? fallback;\n  if (value === undefined) throw new Error(key);\n  return value;\n}\nconst x = env('NAME', 'd');\n", 6, False, "d"),
    ("helper with an optional flag", "app.ts", "function env(key: string, required = true): string {\n  const value = process.env[key];\n  if (!value && required) throw new Error(key);\n  return value;\n}\nconst x = env('NAME', false);\n", 6, False, None),
    ("helper with options", "app.ts", "function env(key: string, options: { default?: string } = {}): string {\n  return process.env[key] ?? options.default;\n}\nconst x = env('NAME', { default: 'd' });\n", 4, False, "d"),
    ("helper called get", "app.js", "const get = (key) => process.env[key];\nconst x = get('NAME') || 'd';\n", 2, False, "d"),
    ("helper by a method", "app.ts", "class Env {\n  static need(key: string) { if (!process.env[key]) throw new Error(key); return process.env[key]; }\n}\nconst x = Env.need('NAME');\n", 4, True, None),
    ("helper over a helper", "app.ts", "const read = (key: string) => process.env[key];\nconst need = (key: string) => {\n  const value = read(key);\n  if (!value) throw new Error(key);\n  return value;\n};\nconst x = need('NAME');\n", 7, True, None),
    ("helper by assert", "app.ts", "const need = (key: string) => {\n  const value = process.env[key];\n  invariant(value, key);\n  return value;\n};\nconst x = need('NAME');\n", 6, True, None),
    ("helper of a number", "app.ts", "const getInt = (key: string, fallback: number) => Number(process.env[key] ?? fallback);\nconst x = getInt('NAME', 5);\n", 2, False, "5"),
    ("helper with an alias", "app.js", "const { env } = process;\nfunction need(key) { if (!env[key]) throw new Error(key); return env[key]; }\nneed('NAME');\n", 3, True, None),
    ("helper exported", "app.js", "exports.need = function (key) { if (!process.env[key]) throw new Error(key); return process.env[key]; };\nexports.x = exports.need('NAME');\n", 2, True, None),
    ("helper of an object", "app.js", "const conf = { need(key) { if (!process.env[key]) throw new Error(key); return process.env[key]; } };\nconf.need('NAME');\n", 2, True, None),
    ("helper given the value", "app.ts", "const need = (value: string | undefined, key: string) => {\n  if (!value) throw new Error(key);\n  return value;\n};\nconst x = need(process.env.NAME, 'x');\n", 5, True, None),
    # Deno, Bun, Vite
    ("Deno", "app.ts", "const x = Deno.env.get('NAME') ?? 'd';\n", 1, False, "d"),
    ("Deno, non-null", "app.ts", "const x = Deno.env.get('NAME')!;\n", 1, True, None),
    ("Bun", "app.ts", "const x = Bun.env.NAME ?? 'd';\n", 1, False, "d"),
    ("Bun, bracket", "app.ts", "const x = Bun.env['NAME'] || 'd';\n", 1, False, "d"),
    ("import.meta.env", "src/app.ts", "const x = import.meta.env.NAME ?? 'd';\n", 1, False, "d"),
    ("import.meta.env, bracket", "src/app.ts", "const x = import.meta.env['NAME'] || 'd';\n", 1, False, "d"),
    ("import.meta.env, destructured", "src/app.ts", "const { NAME = 'd' } = import.meta.env;\n", 1, False, "d"),
    ("import.meta.env, alias", "src/app.ts", "const env = import.meta.env;\nconst x = env.NAME ?? 'd';\n", 2, False, "d"),
    ("Vue", "src/App.vue", "<template><p>{{ x }}</p></template>\n<script setup lang=\"ts\">\nconst x = import.meta.env.NAME ?? 'd';\n</script>\n", 3, False, "d"),
    ("Svelte", "src/App.svelte", "<script>\n  const x = import.meta.env.NAME || 'd';\n</script>\n<p>{x}</p>\n", 2, False, "d"),
    ("Astro", "src/pages/index.astro", "---\nconst x = import.meta.env.NAME ?? 'd';\n---\n<p>{x}</p>\n", 2, False, "d"),
    ("Astro, in the page", "src/pages/index.astro", "---\nconst y = 1;\n---\n<p>{import.meta.env.NAME}</p>\n", 4, False, None),
    ("Vue, in the page", "src/App.vue", "<template><p :title=\"x\">{{ $env }}</p></template>\n<script>\nexport default { data: () => ({ x: process.env.NAME || 'd' }) };\n</script>\n", 3, False, "d"),
    ("SvelteKit static", "src/lib/a.ts", "import { NAME } from '$env/static/private';\n", 1, True, None),
    ("SvelteKit static, renamed", "src/lib/a.ts", "import { NAME as x } from '$env/static/private';\n", 1, True, None),
    ("SvelteKit dynamic", "src/lib/a.ts", "import { env } from '$env/dynamic/private';\nconst x = env.NAME ?? 'd';\n", 2, False, "d"),
    ("SvelteKit dynamic, renamed", "src/lib/a.ts", "import { env as e } from '$env/dynamic/private';\nconst x = e.NAME ?? 'd';\n", 2, False, "d"),
    ("SvelteKit in a component", "src/A.svelte", "<script>\nimport { env } from '$env/dynamic/public';\nconst x = env.NAME || 'd';\n</script>\n", 3, False, "d"),
    ("Vite define", "vite.config.ts", "export default defineConfig(({ mode }) => {\n  const env = loadEnv(mode, process.cwd(), '');\n  return { define: { x: JSON.stringify(env.NAME || 'd') } };\n});\n", 3, False, "d"),
    ("webpack EnvironmentPlugin", "webpack.config.js", "new webpack.EnvironmentPlugin({ NAME: 'd' });\n", 1, False, "d"),
    ("webpack EnvironmentPlugin, list", "webpack.config.js", "new webpack.EnvironmentPlugin(['NAME']);\n", 1, True, None),
    ("next.config env", "next.config.js", "module.exports = {\n  env: {\n    x: process.env.NAME || 'd',\n  },\n};\n", 3, False, "d"),
    # envalid
    ("envalid", "env.ts", "import { cleanEnv, str } from 'envalid';\nexport default cleanEnv(process.env, {\n  NAME: str(),\n});\n", 3, True, None),
    ("envalid, default", "env.ts", "import { cleanEnv, num } from 'envalid';\nexport default cleanEnv(process.env, {\n  NAME: num({ desc: 'x', default: 5 }),\n});\n", 3, False, "5"),
    ("envalid, devDefault", "env.ts", "import { cleanEnv, str } from 'envalid';\nexport default cleanEnv(process.env, {\n  NAME: str({ devDefault: 'd' }),\n});\n", 3, True, None),
    ("envalid, undefined", "env.ts", "import { cleanEnv, str } from 'envalid';\nexport default cleanEnv(process.env, {\n  NAME: str({ default: undefined }),\n});\n", 3, False, None),
    ("envalid, namespace", "env.js", "const envalid = require('envalid');\nmodule.exports = envalid.cleanEnv(process.env, { NAME: envalid.str({ default: 'd' }) });\n", 2, False, "d"),
    ("envalid, choices", "env.js", "const { cleanEnv, str } = require('envalid');\ncleanEnv(process.env, { NAME: str({ choices: ['a', 'd'], default: 'd' }) });\n", 2, False, "d"),
    ("envalid, own validator", "env.js", "const { cleanEnv, makeValidator } = require('envalid');\nconst two = makeValidator((x) => x);\ncleanEnv(process.env, {\n  NAME: two(),\n});\n", 4, True, None),
    ("envalid, spec apart", "env.js", "const { cleanEnv, str } = require('envalid');\nconst spec = {\n  NAME: str({ default: 'd' }),\n};\ncleanEnv(process.env, spec);\n", 3, False, "d"),
    # zod and t3-env
    ("zod optional", "env.ts", "import { z } from 'zod';\nconst s = z.object({\n  NAME: z.string().optional(),\n});\ns.parse(process.env);\n", 3, False, None),
    ("zod coerce", "env.ts", "import { z } from 'zod';\nconst s = z.object({\n  NAME: z.coerce.number().int().default(5),\n});\ns.parse(process.env);\n", 3, False, "5"),
    ("zod over lines", "env.ts", "import { z } from 'zod';\nconst s = z\n  .object({\n    NAME: z\n      .string()\n      .min(1)\n      .default('d'),\n  })\n  .parse(process.env);\n", 4, False, "d"),
    ("zod enum", "env.ts", "import { z } from 'zod';\nconst s = z.object({\n  NAME: z.enum(['d', 'e']).default('d'),\n});\ns.safeParse(process.env);\n", 3, False, "d"),
    ("zod preprocess", "env.ts", "import { z } from 'zod';\nconst s = z.object({\n  NAME: z.preprocess((x) => x || undefined, z.string().optional()),\n});\ns.parse(process.env);\n", 3, False, None),
    ("zod optional around", "env.ts", "import { z } from 'zod';\nconst s = z.object({\n  NAME: z.optional(z.string()),\n});\ns.parse(process.env);\n", 3, False, None),
    ("zod mini import", "env.ts", "import * as zod from 'zod';\nexport const s = zod.object({\n  NAME: zod.string(),\n}).parse(process.env);\n", 3, True, None),
    ("zod strict object", "env.ts", "import { z } from 'zod';\nexport const s = z.strictObject({\n  NAME: z.string(),\n}).parse(process.env);\n", 3, True, None),
    ("zod partial", "env.ts", "import { z } from 'zod';\nexport const s = z.object({\n  NAME: z.string(),\n}).partial().parse(process.env);\n", 3, False, None),
    ("zod extend", "env.ts", "import { z } from 'zod';\nconst base = z.object({ A_A: z.string() });\nbase.extend({\n  NAME: z.string(),\n}).parse(process.env);\n", 4, True, None),
    ("zod of a named validator", "env.ts", "import { z } from 'zod';\nconst text = z.string().min(1);\nexport const s = z.object({\n  NAME: text,\n}).parse(process.env);\n", 4, True, None),
    ("zod of a named validator, optional", "env.ts", "import { z } from 'zod';\nconst text = z.string().min(1);\nexport const s = z.object({\n  NAME: text.optional(),\n}).parse(process.env);\n", 4, False, None),
    ("zod key below", "env.ts", "import { z } from 'zod';\nconst s = z.object({ name: z.string() });\ns.parse({\n  name: process.env.NAME,\n});\n", 4, True, None),
    ("zod key below, optional", "env.ts", "import { z } from 'zod';\nconst s = z.object({ name: z.string().optional() });\ns.parse({\n  name: process.env.NAME,\n});\n", 4, False, None),
    ("t3-env server", "env.ts", "import { createEnv } from '@t3-oss/env-nextjs';\nexport const env = createEnv({\n  server: {\n    NAME: z.string().url(),\n  },\n  runtimeEnv: process.env,\n});\n", 4, True, None),
    ("t3-env optional", "env.ts", "import { createEnv } from '@t3-oss/env-nextjs';\nexport const env = createEnv({\n  server: {\n    NAME: z.string().optional(),\n  },\n  runtimeEnv: { NAME: process.env.NAME },\n});\n", 4, False, None),
    ("t3-env default", "env.mjs", "import { createEnv } from '@t3-oss/env-core';\nexport const env = createEnv({\n  server: {\n    NAME: z.string().default('d'),\n  },\n  runtimeEnv: process.env,\n  skipValidation: !!process.env.SKIP_ENV_VALIDATION,\n});\n", 4, False, "d"),
    ("t3-env in production only", "env.mjs", "import { createEnv } from '@t3-oss/env-nextjs';\nexport const env = createEnv({\n  server: {\n    NAME: process.env.NODE_ENV === 'production' ? z.string() : z.string().optional(),\n  },\n  experimental__runtimeEnv: {},\n});\n", 4, True, None),
    # Joi, yup, valibot, superstruct, ajv, typebox
    ("Joi required", "env.js", "const Joi = require('joi');\nconst schema = Joi.object().keys({\n  NAME: Joi.string().required().description('x'),\n}).unknown();\nschema.validate(process.env);\n", 3, True, None),
    ("Joi default", "env.js", "const Joi = require('joi');\nconst schema = Joi.object({\n  NAME: Joi.number().default(5),\n});\nschema.validate(process.env);\n", 3, False, "5"),
    ("Joi optional", "env.js", "const Joi = require('joi');\nconst schema = Joi.object({\n  NAME: Joi.string(),\n});\nschema.validate(process.env);\n", 3, False, None),
    ("Joi required by presence", "env.js", "const Joi = require('joi');\nconst schema = Joi.object({\n  NAME: Joi.string(),\n}).options({ presence: 'required' });\nschema.validate(process.env);\n", 3, True, None),
    ("Joi, imported names", "env.ts", "import * as joi from '@hapi/joi';\nconst schema = joi.object({ NAME: joi.string().required() });\nschema.validate(process.env);\n", 2, True, None),
    ("yup required", "env.ts", "import * as yup from 'yup';\nconst s = yup.object({\n  NAME: yup.string().required(),\n});\ns.validateSync(process.env);\n", 3, True, None),
    ("yup default", "env.ts", "import { object, string } from 'yup';\nconst s = object({\n  NAME: string().default('d'),\n});\ns.validateSync(process.env);\n", 3, False, "d"),
    ("yup shape", "env.ts", "import * as Yup from 'yup';\nconst s = Yup.object().shape({\n  NAME: Yup.string().required(),\n});\ns.validateSync(process.env);\n", 3, True, None),
    ("valibot", "env.ts", "import * as v from 'valibot';\nconst s = v.object({\n  NAME: v.pipe(v.string(), v.minLength(1)),\n});\nv.parse(s, process.env);\n", 3, True, None),
    ("valibot optional with default", "env.ts", "import * as v from 'valibot';\nconst s = v.object({\n  NAME: v.optional(v.string(), 'd'),\n});\nv.parse(s, process.env);\n", 3, False, "d"),
    ("valibot named imports", "env.ts", "import { object, string, parse } from 'valibot';\nconst s = object({\n  NAME: string(),\n});\nparse(s, process.env);\n", 3, True, None),
    ("superstruct", "env.ts", "import { object, string, optional, create } from 'superstruct';\nconst s = object({\n  NAME: string(),\n});\ncreate(process.env, s);\n", 3, True, None),
    ("superstruct defaulted", "env.ts", "import { object, string, defaulted, create } from 'superstruct';\nconst s = object({\n  NAME: defaulted(string(), 'd'),\n});\ncreate(process.env, s);\n", 3, False, "d"),
    ("env-schema required", "env.js", "const envSchema = require('env-schema');\nconst schema = {\n  type: 'object',\n  required: ['NAME'],\n  properties: {\n    NAME: { type: 'string' },\n  },\n};\nenvSchema({ schema });\n", 6, True, None),
    ("env-schema default", "env.js", "const envSchema = require('env-schema');\nconst schema = {\n  type: 'object',\n  required: ['NAME'],\n  properties: {\n    NAME: { type: 'string', default: 'd' },\n  },\n};\nenvSchema({ schema });\n", 6, False, "d"),
    ("@fastify/env optional", "env.js", "fastify.register(require('@fastify/env'), {\n  schema: {\n    type: 'object',\n    properties: {\n      NAME: { type: 'string' },\n    },\n  },\n});\n", 5, False, None),
    ("typebox", "env.ts", "import { Type } from '@sinclair/typebox';\nimport envSchema from 'env-schema';\nconst schema = Type.Object({\n  NAME: Type.String(),\n});\nenvSchema({ schema });\n", 4, True, None),
    ("typebox default", "env.ts", "import { Type } from '@sinclair/typebox';\nimport envSchema from 'env-schema';\nconst schema = Type.Object({\n  NAME: Type.String({ default: 'd' }),\n});\nenvSchema({ schema });\n", 4, False, "d"),
    ("fluent-json-schema", "env.js", "const S = require('fluent-json-schema');\nconst envSchema = require('env-schema');\nenvSchema({ schema: S.object()\n  .prop('NAME', S.string().required()) });\n", 4, True, None),
    ("class-validator", "env.ts", "import { plainToInstance } from 'class-transformer';\nimport { IsString, validateSync } from 'class-validator';\nclass EnvironmentVariables {\n  @IsString()\n  NAME: string;\n}\nvalidateSync(plainToInstance(EnvironmentVariables, process.env));\n", 5, True, None),
    ("class-validator optional", "env.ts", "import { plainToInstance } from 'class-transformer';\nimport { IsOptional, IsString, validateSync } from 'class-validator';\nclass EnvironmentVariables {\n  @IsString()\n  @IsOptional()\n  NAME?: string;\n}\nvalidateSync(plainToInstance(EnvironmentVariables, process.env));\n", 6, False, None),
    ("class-validator default", "env.ts", "import { plainToInstance } from 'class-transformer';\nimport { IsString, validateSync } from 'class-validator';\nclass EnvironmentVariables {\n  @IsString()\n  NAME: string = 'd';\n}\nvalidateSync(plainToInstance(EnvironmentVariables, process.env));\n", 5, False, "d"),
    # convict, env-var, node-config
    ("convict null", "env.js", "const convict = require('convict');\nconst config = convict({\n  a: {\n    doc: 'x',\n    format: String,\n    default: null,\n    env: 'NAME',\n  },\n});\nconfig.validate();\n", 7, True, None),
    ("convict nullable", "env.js", "const convict = require('convict');\nconvict({\n  a: { format: String, nullable: true, default: null, env: 'NAME' },\n});\n", 3, False, None),
    ("convict empty", "env.js", "const convict = require('convict');\nconvict({ a: { b: {\n  format: String,\n  default: '',\n  env: 'NAME',\n} } });\n", 5, False, None),
    ("convict number", "env.ts", "import convict from 'convict';\nconvict({ a: { format: 'port', default: 5, env: 'NAME' } });\n", 2, False, "5"),
    ("env-var required", "env.js", "const env = require('env-var');\nconst x = env.get('NAME').required().asString();\n", 2, True, None),
    ("env-var required, over lines", "env.js", "const env = require('env-var');\nconst x = env\n  .get('NAME')\n  .required()\n  .asIntPositive();\n", 2, True, None),
    ("env-var default", "env.js", "const env = require('env-var');\nconst x = env.get('NAME').default('d').asString();\n", 2, False, "d"),
    ("env-var default of a number", "env.js", "const env = require('env-var');\nconst x = env.get('NAME').default(5).asPortNumber();\n", 2, False, "5"),
    ("env-var optional", "env.js", "const env = require('env-var');\nconst x = env.get('NAME').asBool();\n", 2, False, None),
    ("env-var required(false)", "env.js", "const env = require('env-var');\nconst x = env.get('NAME').required(false).asBool();\n", 2, False, None),
    ("env-var named get", "env.ts", "import { get } from 'env-var';\nconst x = get('NAME').required().asUrlString();\n", 2, True, None),
    ("env-var, example", "env.ts", "import * as env from 'env-var';\nconst x = env.get('NAME').required().example('d').asString();\n", 2, True, None),
    ("env-var from", "env.ts", "import { from } from 'env-var';\nconst env = from(process.env);\nconst x = env.get('NAME').default('d').asString();\n", 3, False, "d"),
    ("node-config JSON", "config/custom-environment-variables.json", '{\n  "a": {\n    "b": "NAME"\n  }\n}\n', 3, False, None),
    ("node-config JSON, typed", "config/custom-environment-variables.json", '{\n  "a": { "__name": "NAME", "__format": "json" }\n}\n', 2, False, None),
    ("node-config JSON5", "config/custom-environment-variables.json5", "{\n  // NAME is not here\n  a: 'NAME',\n}\n", 3, False, None),
    ("node-config JS", "config/custom-environment-variables.js", "module.exports = {\n  a: 'NAME',\n};\n", 2, False, None),
    ("node-config YAML", "config/custom-environment-variables.yaml", "a:\n  b: NAME\n", 2, False, None),
    # Nest
    ("Nest get", "a.service.ts", "import { ConfigService } from '@nestjs/config';\nclass A { constructor(private readonly config: ConfigService) { this.config.get('NAME'); } }\n", 2, False, None),
    ("Nest get with default", "a.service.ts", "import { ConfigService } from '@nestjs/config';\nclass A { constructor(private readonly config: ConfigService) { this.config.get<string>('NAME', 'd'); } }\n", 2, False, "d"),
    ("Nest get with || default", "a.service.ts", "import { ConfigService } from '@nestjs/config';\nclass A { constructor(private readonly config: ConfigService) { this.config.get<string>('NAME') || 'd'; } }\n", 2, False, "d"),
    ("Nest get, non-null", "a.service.ts", "import { ConfigService } from '@nestjs/config';\nclass A { constructor(private readonly c: ConfigService) { this.c.get<string>('NAME')!; } }\n", 2, True, None),
    ("Nest getOrThrow, own name", "a.service.ts", "import { ConfigService } from '@nestjs/config';\nclass A { constructor(private readonly settings: ConfigService) { this.settings.getOrThrow<string>('NAME'); } }\n", 2, True, None),
    ("Nest useFactory", "a.module.ts", "import { ConfigService } from '@nestjs/config';\nconst m = JwtModule.registerAsync({\n  inject: [ConfigService],\n  useFactory: (cfg: ConfigService) => ({ x: cfg.get<number>('NAME', 5) }),\n});\n", 4, False, "5"),
    ("Nest app.get", "main.ts", "import { ConfigService } from '@nestjs/config';\nconst settings = app.get(ConfigService);\nconst x = settings.get('NAME') ?? 'd';\n", 3, False, "d"),
    ("Nest registerAs", "a.config.ts", "import { registerAs } from '@nestjs/config';\nexport default registerAs('a', () => ({ x: process.env.NAME || 'd' }));\n", 2, False, "d"),
    ("Nest validationSchema", "app.module.ts", "import * as Joi from 'joi';\nimport { ConfigModule } from '@nestjs/config';\nConfigModule.forRoot({\n  validationSchema: Joi.object({\n    NAME: Joi.string().required(),\n  }),\n});\n", 5, True, None),
    # Nuxt
    ("Strapi", "config/server.js", "module.exports = ({ env }) => ({\n  x: env('NAME', 'd'),\n});\n", 2, False, "d"),
    ("Strapi, typed", "config/server.ts", "export default ({ env }) => ({\n  x: env.int('NAME', 5),\n});\n", 2, False, "5"),
    ("Strapi without default", "config/server.ts", "export default ({ env }) => ({\n  x: env('NAME'),\n});\n", 2, False, None),
    ("Adonis", "start/env.ts", "import { Env } from '@adonisjs/core/env';\nexport default await Env.create(new URL('../', import.meta.url), {\n  NAME: Env.schema.string(),\n});\n", 3, True, None),
    ("Adonis optional", "start/env.ts", "import Env from '@ioc:Adonis/Core/Env';\nexport default Env.rules({\n  NAME: Env.schema.string.optional(),\n});\n", 3, False, None),
    ("Adonis get", "config/app.ts", "import env from '#start/env';\nconst x = env.get('NAME', 'd');\n", 2, False, "d"),
    ("nconf", "config.js", "const nconf = require('nconf');\nnconf.env(['NAME']);\n", 2, False, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "code", "line", "required", "default"),
    [row[1:] for row in FORMS],
    ids=[row[0] for row in FORMS],
)
@examples(1)
@given(word=st.text(string.ascii_uppercase, min_size=3, max_size=8))
def test_a_form_is_found(
    path: str, code: str, line: int, required: bool, default: str | None, word: str
) -> None:
    name = f"ZZ{word}_WORD"
    if classify.is_needed(name) or classify.is_optional(name):
        return
    found = found_in({path: code.replace("NAME", name)}, "node")
    assert name in found
    fact = found[name]
    assert line in [proof.line for proof in fact.evidence]
    assert (fact.required, fact.default) == (required, default)


TEXTS = [
    ("line comment", "app.js", "// const x = process.env.NAME;\nconst y = process.env.A_B;\n"),
    ("block comment", "app.ts", "/*\n * process.env.NAME\n */\nconst y = process.env.A_B;\n"),
    ("JSDoc", "app.ts", "/** @see process.env.NAME */\nexport const y = process.env.A_B!;\n"),
    ("string", "app.js", "const x = 'process.env.NAME' + \"process.env['NAME']\";\nconst y = process.env.A_B;\n"),
    ("template without a placeholder", "app.js", "const x = `set process.env.NAME first`;\n"),
    ("escaped placeholder", "app.js", "const x = `set \\${process.env.NAME} first`;\n"),
    ("regular expression", "app.js", "const x = /process.env.NAME/;\nconst y = process.env.A_B;\n"),
    ("JSX text", "src/App.tsx", "export default () => <p>process.env.NAME is not set</p>;\n"),
    ("JSX comment", "src/App.jsx", "export default () => <p>{/* process.env.NAME */}</p>;\n"),
    ("component's page", "src/App.vue", "<template>process.env.NAME</template>\n<script>\nconst y = process.env.A_B;\n</script>\n"),
    ("style of a component", "src/App.vue", "<script>\nconst y = process.env.A_B;\n</script>\n<style>\n/* process.env.NAME */\n</style>\n"),
    ("assignment", "app.js", "process.env.NAME = 'd';\n"),
    ("delete", "app.js", "delete process.env.NAME;\n"),
    ("own object called env", "app.js", "const env = { NAME: 'd' };\nconst x = env.NAME;\n"),
    ("field of a request", "app.js", "const x = req.process.environment.NAME;\n"),
    ("type", "app.d.ts", "declare namespace NodeJS {\n  interface ProcessEnv { NAME: string }\n}\n"),
    ("interface", "app.ts", "interface Env { NAME: string }\nconst y = process.env.A_B;\n"),
    ("end-to-end tests", "cypress/support/a.js", "const x = process.env.NAME.trim();\n"),
    ("test runner's settings", "jest.config.js", "const x = process.env.NAME.trim();\n"),
    ("stories", "src/App.stories.tsx", "const x = process.env.NAME!;\n"),
    ("storybook", ".storybook/main.js", "const x = process.env.NAME.trim();\n"),
    ("development server", "webpack.dev.js", "const x = process.env.NAME.trim();\n"),
    ("CI", ".github/actions/a.js", "const x = process.env.NAME.trim();\n"),
    ("script that nothing runs", "scripts/a.js", "const x = process.env.NAME.trim();\n"),
    ("mocks", "src/__mocks__/a.js", "const x = process.env.NAME.trim();\n"),
    ("tests", "src/__tests__/a.ts", "const x = process.env.NAME!;\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "code"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_what_is_not_run_is_no_read(path: str, code: str) -> None:
    assert "MY_NAME" not in found_in({path: code.replace("NAME", "MY_NAME")}, "node")


_WORDS = st.text(string.ascii_letters + string.digits + " _-/.:@#$%&*()=?!", max_size=20)
_QUOTES = st.sampled_from("'\"`")
_SPACES = st.sampled_from(["", " ", "\n  ", "\r\n\t", " /* set by the host */ "])
_SPELLINGS = st.sampled_from(
    ["process.env.{n}", "process.env['{n}']", 'process.env?.["{n}"]', "process?.env.{n}", "env.{n}"]
)
_CASTS = st.sampled_from(
    ["{x}", "({x})", "String({x})", "({x}).trim()", "[{x}].join('')", "`${{{x}}}`", "f({x})"]
)


@examples(150)
@given(
    word=st.from_regex(r"[A-Z][A-Z0-9]{0,6}", fullmatch=True),
    default=_WORDS.filter(lambda text: text.strip() and "${" not in text),
    quote=_QUOTES,
    space=_SPACES,
    spelling=_SPELLINGS,
    cast=_CASTS,
    operator=st.sampled_from(["||", "??"]),
    above=st.integers(0, 5),
)
def test_a_default_is_read_in_any_layout(
    word: str, default: str, quote: str, space: str, spelling: str, cast: str, operator: str, above: int
) -> None:
    name = f"ZZ{word}_WORD"
    read = spelling.format(n=name)
    expression = cast.format(x=f"{read}{space}{operator}{space}{quote}{default}{quote}")
    code = "const { env } = process;\n" + "// a line\n" * above + f"const x = {expression};\n"
    fact = found_in({"app.js": code}, "node")[name]
    assert above + 2 in [proof.line for proof in fact.evidence]
    assert not fact.required
    if not classify.is_unusable(default) and not fact.secret:
        assert fact.default == default


@examples(100)
@given(
    words=st.lists(st.from_regex(r"[A-Z]{2,6}", fullmatch=True), min_size=1, max_size=5, unique=True),
    text=st.text(max_size=60).filter(lambda text: "*/" not in text),
    space=_SPACES,
)
def test_destructured_names_are_read_and_comments_are_not(words: list[str], text: str, space: str) -> None:
    names = [f"ZZ{word}_WORD" for word in words]
    inner = ("," + space).join(f"{name} = '{at}x'" for at, name in enumerate(names))
    comment = "/* process.env.MY_NAME " + text + " */"
    found = found_in({"app.js": f"{comment}\nconst {{{space}{inner}{space}}} = process.env;\n"}, "node")
    assert {name: fact.default for name, fact in found.items()} == {
        name: f"{at}x" for at, name in enumerate(names)
    }


@examples(100)
@given(text=st.text(max_size=200), suffix=st.sampled_from("js ts tsx jsx mjs vue svelte astro".split()))
def test_any_script_is_read_without_a_crash(text: str, suffix: str) -> None:
    marks = (
        "const { env } = process; process.env[a]; z.object({ A_B: z.string() }); new Proxy(process.env, {}); "
    )
    found_in(
        {f"a.{suffix}": marks + text, f"b.{suffix}": text + marks, f"c.{suffix}": "{...process.env" + text},
        "node",
    )


# what it is, files, then for each name: required, or the text of `field=value` to hold
SITUATIONS = [
    ("an answer shows it", {"app.js": "app.get('/', (q, res) => res.json({ a: process.env.LINKS_URL }));\n"}, {"LINKS_URL": False}),
    ("a page shows it, an address is built of it", {"app.js": "res.render('x', { a: process.env.BASE_URL });\nconst u = process.env.BASE_URL.trim();\n"}, {"BASE_URL": True}),
    ("behind PORT", {"env.ts": "const need = (k: string) => { if (!process.env[k]) throw new Error(k); return process.env[k]; };\nconst p = process.env.PORT || need('APP_PORT');\n"}, {"APP_PORT": False}),
    ("arms that the default does not reach", {"app.js": "const kind = process.env.QUEUE_DRIVER || 'mem';\nfunction queue() {\n  switch (kind) {\n    case 'mem':\n      return make();\n    case 'far':\n      return connect(process.env.FAR_URL, process.env.FAR_TOKEN);\n    default:\n      return null;\n  }\n}\n"}, {"QUEUE_DRIVER": "default=mem", "FAR_URL": False, "FAR_TOKEN": False}),
    ("the arm that the default reaches", {"app.js": "switch ((process.env.QUEUE_DRIVER ?? 'FAR').toLowerCase()) {\n  case 'mem':\n    make();\n    break;\n  case 'near':\n  case 'far':\n    connect(process.env.FAR_URL);\n    break;\n  case 'odd':\n    connect(process.env.ODD_URL);\n}\n"}, {"QUEUE_DRIVER": "default=FAR", "FAR_URL": True, "ODD_URL": False}),
    ("an arm that falls into the next", {"app.js": "switch (process.env.QUEUE_DRIVER || 'far') {\n  case 'far':\n    warm();\n  case 'near':\n    connect(process.env.NEAR_URL);\n}\n"}, {"QUEUE_DRIVER": "default=far", "NEAR_URL": True}),
    ("arms where nothing is set", {"app.js": "switch (process.env.QUEUE_DRIVER) {\n  case 'far':\n    connect(process.env.FAR_URL);\n    break;\n  default:\n    connect(process.env.NEAR_URL);\n}\n"}, {"QUEUE_DRIVER": False, "FAR_URL": False, "NEAR_URL": True}),
    ("a switch that fails without it", {"app.ts": "switch (process.env.QUEUE_DRIVER) {\n  case 'far':\n    connect(process.env.FAR_URL!);\n    break;\n  default:\n    throw new Error('x');\n}\n"}, {"QUEUE_DRIVER": True, "FAR_URL": False}),
    ("arms by the kind of environment", {"app.js": "switch (process.env.DEPLOY_ENV || 'development') {\n  case 'production':\n    connect(process.env.FAR_URL);\n}\n"}, {"DEPLOY_ENV": "default=development", "FAR_URL": True}),
    ("arms by NODE_ENV", {"app.js": "switch (process.env.NODE_ENV) {\n  case 'production':\n    connect(process.env.FAR_URL);\n    break;\n  default:\n    connect(process.env.NEAR_URL);\n}\n"}, {"FAR_URL": True, "NEAR_URL": False}),
    ("a choice with a default, taken apart", {"app.js": "const { QUEUE_DRIVER = 'mem' } = process.env;\nif (QUEUE_DRIVER === 'far') {\n  connect(process.env.FAR_URL);\n} else {\n  connect(process.env.NEAR_URL);\n}\n"}, {"QUEUE_DRIVER": "default=mem", "FAR_URL": False, "NEAR_URL": True}),
    ("a choice with a default", {"app.js": "const kind = process.env.QUEUE_DRIVER || 'far';\nif (on && kind === 'far') connect(process.env.FAR_URL);\nelse connect(process.env.NEAR_URL);\n"}, {"QUEUE_DRIVER": "default=far", "FAR_URL": True, "NEAR_URL": True}),
    ("a choice of a switch not known", {"app.js": "switch (pick()) {\n  case 'far':\n    connect(process.env.FAR_URL);\n}\n"}, {"FAR_URL": True}),
    ("nothing as fallback of one of a service's keys", {"app.js": "const s3 = new Client({ endpoint: process.env.S3_ENDPOINT || undefined, credentials: { accessKeyId: process.env.S3_ACCESS_KEY, secretAccessKey: process.env.S3_SECRET_KEY } });\nmodule.exports = (key) => s3.send(new Put({ Bucket: process.env.S3_BUCKET, Key: key }));\n"}, {"S3_ENDPOINT": False, "S3_ACCESS_KEY": True, "S3_SECRET_KEY": True, "S3_BUCKET": True}),
    ("an answer sends it", {"app.js": "app.get('/', (q, res) => res.status(200).send({ a: process.env.LINKS_URL }));\n"}, {"LINKS_URL": False}),
    ("one of two", {"app.js": "if (!process.env.AA_URL && !process.env.BB_URL) throw new Error('x');\n"}, {"AA_URL": True, "BB_URL": False}),
    ("switched off unless set", {"env.js": "const { cleanEnv, str, bool } = require('envalid');\ncleanEnv(process.env, {\n  CACHE_ENABLED: bool({ default: false }),\n  CACHE_HOST: str({ default: '127.0.0.1' }),\n});\n"}, {"CACHE_HOST": False}),
    ("beside a file", {"env.js": "const { cleanEnv, str } = require('envalid');\ncleanEnv(process.env, {\n  DB_CLIENT: str({ default: 'better-sqlite3' }),\n  DB_HOST: str({ default: 'localhost' }),\n  DB_USER: str({ default: 'me' }),\n});\n"}, {"DB_HOST": False, "DB_USER": False}),
    ("placeholder", {"app.js": "const x = process.env.MEETING || 'PUT YOUR MEETING HERE';\n"}, {"MEETING": True}),
    ("login of an account", {"app.js": "login({ user: process.env.ZED_EMAIL, password: process.env.ZED_PASS });\n"}, {"ZED_EMAIL": True, "ZED_PASS": True}),
    ("test elsewhere in the script", {"app.js": "const conf = { host: process.env.MAILER_HOST };\nif (conf.host) connect(conf.host);\n"}, {"MAILER_HOST": False}),
    ("a request's field of the same name", {"app.js": "const host = process.env.MAILER_HOST;\nif (!req.body.host) throw new Error('x');\nconnect(host);\n"}, {"MAILER_HOST": True}),
    ("a parameter of the same name", {"app.js": "const host = process.env.MAILER_HOST;\nfunction f(host) { if (host) g(host); }\nconnect(host);\n"}, {"MAILER_HOST": True}),
    ("address that must parse, tested before", {"app.js": "if (process.env.QUEUE_URL) { connect(new URL(process.env.QUEUE_URL)); }\n"}, {"QUEUE_URL": False}),
    ("required names pushed to a list", {"app.js": "const missing = [];\nfor (const k of ['AA_BB', 'CC_DD']) {\n  if (!process.env[k]) missing.push(k);\n}\nif (missing.length) { process.exit(1); }\n"}, {"AA_BB": True, "CC_DD": True}),
    ("required names reduced to a list", {"app.js": "function check(names) {\n  const missing = names.reduce((all, k) => { if (!process.env[k]) { all.push(k); } return all; }, []);\n  if (missing.length) process.exit(1);\n}\ncheck(['AA_URL']);\n"}, {}),
    ("environment exported behind a proxy", {"lib/environment.ts": "export function guarded(env: Env) {\n  return new Proxy(env, handler);\n}\nexport default guarded(process.env);\n", "app.ts": "import environment from './lib/environment';\nconst x = environment.AA_BB ?? 'd';\n"}, {"AA_BB": "default=d"}),
    ("environment exported by name", {"lib/environment.js": "const env = { ...process.env };\nmodule.exports = { env };\n", "app.js": "const { env } = require('./lib/environment');\nconst x = env.AA_BB || 'd';\n"}, {"AA_BB": "default=d"}),
    ("helper of another file", {"lib/need.ts": "export const need = (k: string): string => {\n  const v = process.env[k];\n  if (v === undefined) throw new Error(k);\n  return v;\n};\n", "app.ts": "import { need } from './lib/need';\nexport const x = need('AA_BB');\n"}, {"AA_BB": True}),
    ("helper taken under another name", {"lib/env.ts": "export const mustGet = (k: string): string => {\n  const v = process.env[k];\n  if (!v) throw new Error(k);\n  return v;\n};\n", "app.ts": "import { other, mustGet as need } from './lib/env';\nexport const x = need('AA_BB');\n"}, {"AA_BB": True}),
    ("helper required under another name", {"env.js": "exports.mustGet = (k) => {\n  if (!process.env[k]) throw new Error(k);\n  return process.env[k];\n};\n", "app.js": "const { mustGet: need } = require('./env');\nconst x = need('AA_BB');\n"}, {"AA_BB": True}),
    ("helper passed on under another name", {"lib/env.ts": "export const mustGet = (k: string): string => {\n  const v = process.env[k];\n  if (!v) throw new Error(k);\n  return v;\n};\n", "lib/index.ts": "export { mustGet as need } from './env';\n", "app.ts": "import { need } from './lib';\nexport const x = need('AA_BB');\n"}, {"AA_BB": True}),
    ("another function of the new name", {"lib/env.ts": "export const mustGet = (k: string): string => {\n  const v = process.env[k];\n  if (!v) throw new Error(k);\n  return v;\n};\n", "app.ts": "import { mustGet as need } from './lib/env';\nexport const x = need('AA_BB');\n", "shop.ts": "import { need } from './parts';\nneed('EE_FF');\n"}, {"AA_BB": True}),
    ("environment taken under another name", {"lib/environment.js": "const env = { ...process.env };\nmodule.exports = { env };\n", "app.js": "const { env: settings } = require('./lib/environment');\nconst x = settings.AA_BB || 'd';\n"}, {"AA_BB": "default=d"}),
    ("Nest's getters", {"a.service.ts": "import { ConfigService } from '@nestjs/config';\nexport class Settings {\n  constructor(private configService: ConfigService) {}\n  get name() { return this.getNumber('AA_BB'); }\n  private getNumber(key: string) { return Number(this.get(key)); }\n  private get(key: string) {\n    const v = this.configService.get<string>(key);\n    if (v == null) throw new Error(key);\n    return v;\n  }\n}\n"}, {"AA_BB": True}),
    ("class of settings", {"env.ts": "import { validate, IsNotEmpty, IsOptional, IsUrl } from 'class-validator';\nconst environment = process.env;\nclass Environment {\n  @IsNotEmpty()\n  AA_BB = environment.AA_BB ?? '';\n  @IsOptional()\n  @IsUrl()\n  CC_URL = this.text(environment.CC_URL);\n  DD_URL = environment.DD_URL;\n}\nvalidate(new Environment());\n"}, {"AA_BB": True, "CC_URL": False, "DD_URL": False}),
    ("dotenv-safe", {"package.json": '{"dependencies": {"dotenv-safe": "8"}}', ".env.example": "AA_BB=1\nEE_FF=\n", "app.js": "require('dotenv-safe').config({ example: path.join(__dirname, '.env.example') });\nconst x = process.env.AA_BB;\n"}, {"AA_BB": True, "EE_FF": True}),
    ("dotenv-safe with blanks", {"package.json": '{"dependencies": {"dotenv-safe": "8"}}', ".env.example": "EE_FF=\n", "app.js": "require('dotenv-safe').config({ allowEmptyValues: true });\n"}, {"EE_FF": False}),
    ("node-config with defaults", {"config/custom-environment-variables.json": '{"a": {"b": "AA_BB"}, "c": "CC_DD"}', "config/default.js": "module.exports = { a: { b: 'd' } };\n"}, {"AA_BB": "default=d", "CC_DD": False}),
    ("Nuxt's settings", {"nuxt.config.ts": "export default defineNuxtConfig({\n  runtimeConfig: {\n    zedMode: 'd',\n    zedKey: '',\n    public: { apiBase: '/api' },\n  },\n});\n"}, {"NUXT_ZED_MODE": "default=d", "NUXT_PUBLIC_API_BASE": "default=/api", "NUXT_ZED_KEY": "secret=True"}),
    ("named by next.config", {"next.config.js": "module.exports = { env: { basePath: process.env.BASE_PATH || '' } };\n", "pages/a.js": "const x = process.env.basePath;\n"}, {"BASE_PATH": "stage=build"}),
    ("passed on by next.config", {"next.config.js": "module.exports = { env: { AA_BB: process.env.AA_BB } };\n", "pages/a.js": "const x = process.env.AA_BB;\n"}, {"AA_BB": False}),
    ("development server's settings", {"vite.config.ts": "export default { server: { proxy: { '/api': process.env.API_URL } }, base: process.env.AA_BB };\n"}, {"AA_BB": "stage=build"}),
    ("compiled into the page", {"src/a.ts": "const x = import.meta.env.VITE_AA_BB;\n"}, {"VITE_AA_BB": "stage=build"}),
    ("read while serving", {"src/a.ts": "const x = process.env.AA_BB;\n"}, {"AA_BB": "stage=run"}),
    ("library that reads by itself", {"package.json": '{"dependencies": {"probot": "13"}}', "app.js": "module.exports = (app) => { app.on('issues.opened', run); };\n"}, {"APP_ID": True, "PRIVATE_KEY": True, "WEBHOOK_SECRET": True}),
    ("NextAuth 4, options in place", {"package.json": '{"dependencies": {"next-auth": "^4.24.7"}}', "pages/api/auth/[...nextauth].ts": "import NextAuth from 'next-auth';\nexport default NextAuth({\n  providers: [],\n});\n"}, {"NEXTAUTH_URL": True, "NEXTAUTH_SECRET": "generator=secret"}),
    ("NextAuth 4, options with a secret of their own", {"package.json": '{"dependencies": {"next-auth": "4"}}', "lib/auth.ts": "export const options: NextAuthOptions = {\n  providers: [],\n  secret: process.env.AA_SECRET,\n};\n", "app/api/auth/[...nextauth]/route.ts": "const handler = NextAuth(options);\n"}, {"NEXTAUTH_URL": True, "AA_SECRET": "secret=True"}),
    ("NextAuth 5", {"package.json": '{"dependencies": {"next-auth": "5.0.0-beta.25"}}', "auth.ts": "export const { handlers, auth } = NextAuth({ providers: [] });\n"}, {"AUTH_SECRET": "generator=secret"}),
    ("Upstash by itself", {"package.json": '{"dependencies": {"@upstash/redis": "1"}}', "app.js": "const store = Redis.fromEnv();\n"}, {"UPSTASH_REDIS_REST_URL": True, "UPSTASH_REDIS_REST_TOKEN": True}),
    ("any random text, says the example", {".env.example": "# Any text: openssl rand -hex 32\nAA_SECRET=\n", "app.ts": "const x = process.env.AA_SECRET!;\n"}, {"AA_SECRET": "generator=secret"}),
    ("a list of names that a function insists on", {"env.js": "function check(names) {\n  names.forEach((name) => { if (!process.env[name]) throw new Error(name); });\n}\ncheck(['AA_BB', 'CC_DD']);\n"}, {"AA_BB": True, "CC_DD": True}),
    ("a list insisted on where switched on", {"env.ts": "const getEnv = (k: string) => process.env[k];\nconst PUBLIC_API = !!getEnv('PUBLIC_API');\nfunction check(names: string[]) {\n  for (const n of names) { if (!getEnv(n)) throw new Error(n); }\n}\nif (PUBLIC_API) { check(['PORTAL_URL']); }\nexport const url = getEnv('PORTAL_URL');\n"}, {"PORTAL_URL": False, "PUBLIC_API": False}),
    ("a warning that it is missing", {"app.js": "const NAMES = ['AA_BB'];\nNAMES.forEach(function (name) {\n  if (!process.env[name]) { console.warn('Missing the variable ' + name); }\n});\n"}, {"AA_BB": True}),
    ("a remark that it is not set", {"app.js": "if (!process.env.QUEUE_URL) { console.log('no queue'); }\nconnect(process.env.QUEUE_URL);\n"}, {"QUEUE_URL": True}),
    ("an explicit fallback to nothing", {"app.js": "const x = process.env.RENDER_URL || null;\n"}, {"RENDER_URL": False}),
    ("set by the app in production", {"app.js": "if (process.env.NODE_ENV === 'production') { process.env.SITE_URL = 'x'; }\nconst u = process.env.SITE_URL.trim();\n"}, {"SITE_URL": False}),
    ("set by the app in development", {"app.js": "if (process.env.NODE_ENV !== 'production') { process.env.SITE_URL = 'x'; }\nconst u = process.env.SITE_URL.trim();\n"}, {"SITE_URL": True}),
    ("a strict helper with an empty fallback", {"env.ts": "const need = (k: string, fallback?: string) => {\n  const v = process.env[k] ?? fallback;\n  if (v === undefined) throw new Error(k);\n  return v;\n};\nconst x = need('AA_BB', '');\n"}, {"AA_BB": False}),
    ("a program in bin", {"bin/serve": "#!/usr/bin/env node\nconst x = process.env.SITE_URL.trim();\n"}, {"SITE_URL": True}),
    ("parts beside an address", {"app.js": "const r = process.env.REDIS_URL;\nconst p = process.env.REDIS_PASSWORD;\n"}, {"REDIS_PASSWORD": False}),
    ("an address to listen on", {"app.js": "listen(process.env.WEB_HOSTNAME || '0.0.0.0');\n"}, {"WEB_HOSTNAME": "default=0.0.0.0"}),
    ("a name that only looks like the platform's", {"app.js": "hook(process.env.HEROKU_URL + 'x');\n"}, {"HEROKU_URL": True}),
    ("a helper that notes what is missing", {"env.ts": "let ok = true;\nconst need = (k: string, optional = false) => {\n  const v = process.env[k];\n  if (!v && !optional) {\n    console.log(`add ${k}`);\n    ok = false;\n  }\n  return v ?? '';\n};\nneed('AA_BB');\nneed('CC_KEY', true);\nif (!ok) throw new Error('x');\n"}, {"AA_BB": True, "CC_KEY": False}),
    ("on unless switched off", {"app.ts": "if (process.env.USE_ZED !== 'false') connect(`https://${process.env.ZED_DOMAIN}/`);\n"}, {"USE_ZED": "default=true", "ZED_DOMAIN": True}),
    ("its own comment", {"app.ts": "// How many pages are kept\nconst x = process.env.AA_BB;\n"}, {"AA_BB": "description=How many pages are kept"}),
    ("envalid's description", {"env.ts": "import { cleanEnv, str } from 'envalid';\ncleanEnv(process.env, { AA_BB: str({ desc: 'How many pages' }) });\n"}, {"AA_BB": "description=How many pages"}),
    ("zod's description", {"env.ts": "import { z } from 'zod';\nz.object({ AA_BB: z.string().describe('How many pages') }).parse(process.env);\n"}, {"AA_BB": "description=How many pages"}),
    ("Joi's description", {"env.ts": "import Joi from 'joi';\nJoi.object({ AA_BB: Joi.number().description('How many pages') }).validate(process.env);\n"}, {"AA_BB": "description=How many pages"}),
    ("convict's doc", {"env.ts": "import convict from 'convict';\nconvict({ a: { doc: 'How many pages', default: 5, env: 'AA_BB' } });\n"}, {"AA_BB": "description=How many pages"}),
    ("kind: zod number", {"env.ts": "import { z } from 'zod';\nz.object({ AA_BB: z.coerce.number() }).parse(process.env);\n"}, {"AA_BB": "kind=number"}),
    ("kind: zod address", {"env.ts": "import { z } from 'zod';\nz.object({ AA_BB: z.string().url() }).parse(process.env);\n"}, {"AA_BB": "kind=url"}),
    ("kind: envalid bool", {"env.ts": "import { cleanEnv, bool } from 'envalid';\ncleanEnv(process.env, { AA_BB: bool() });\n"}, {"AA_BB": "kind=boolean"}),
    ("kind: parseInt", {"app.ts": "const x = parseInt(process.env.AA_BB ?? '', 10);\n"}, {"AA_BB": "kind=number"}),
    ("kind: list", {"app.ts": "const x = process.env.AA_BB?.split(',');\n"}, {"AA_BB": "kind=list"}),
    ("kind: switch", {"app.ts": "const x = process.env.AA_BB === 'true';\n"}, {"AA_BB": "kind=boolean"}),
    ("kind: presence of an address", {"app.ts": "const on = Boolean(process.env.QUEUE_URL);\n"}, {"QUEUE_URL": "kind=url"}),
    ("kind: new URL", {"app.ts": "const x = new URL(process.env.AA_BB);\n"}, {"AA_BB": "kind=url"}),
    ("a secret's default is not told", {"app.ts": "const x = process.env.AA_SECRET || 'hunter2hunter2';\n"}, {"AA_SECRET": "default=None"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "told"), [row[1:] for row in SITUATIONS], ids=[row[0] for row in SITUATIONS]
)
def test_what_is_told_of_a_variable(files: dict[str, str], told: dict[str, bool | str]) -> None:
    found = found_in({"package.json": "{}", **files}, "node")
    for name, said in told.items():
        if isinstance(said, bool):
            assert found[name].required is said, name
        else:
            field, _, value = said.partition("=")
            assert str(getattr(found[name], field)) == value
    assert {name for name in found if name not in told} <= {
        "CACHE_ENABLED",
        "DB_CLIENT",
        "AA_URL",
        "REDIS_URL",
        "NODE_ENV",
    }
