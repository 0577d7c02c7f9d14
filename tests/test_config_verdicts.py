"""What `scaffold config diff` says of values that real apps have, and which names it calls unneeded."""

from __future__ import annotations

import pytest

from scaffold.config_vars import classify
from scaffold.facts import ConfigVar
from scaffold.live.compare import compare, development_value

FINE = [
    ("S3_BUCKET", "my-shop-uploads"),
    ("GCP_PROJECT_ID", "my-project-123"),
    ("CANONICAL_HOST", "your-shop.com"),
    ("CANONICAL_HOST", "some-shop.org"),
    ("MASTODON_URL", "https://mastodon.social"),
    ("BOARD_URL", "https://todo.shop.com/x"),
    ("SERVER_HOST", "0.0.0.0"),
    ("WEB_ORIGIN", "https://localhost-tools.com"),
    ("WEB_ORIGIN", "https://my-shop.com/login?next=http://localhost:3000"),
    ("CORS_ORIGINS", "http://localhost:3000,https://shop.com"),
    ("CORS_ORIGINS", "http://localhost:3000 https://shop.com"),
    ("CORS_ORIGINS", '["http://localhost:3000", "https://shop.com"]'),
    ("ALLOWED_HOSTS", "*"),
    ("ALLOWED_HOSTS", ".shop.com,127.0.0.1"),
    ("STRIPE_SECRET_KEY", "sk_test_4eC39HqLyjWDarjtT1zdp7dc"),
    ("API_TOKEN", "7f3aXXXXtodo9c"),
    ("API_TOKEN", "a-here-b"),
    ("JWT_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nTODOxxxx\n-----END PRIVATE KEY-----"),
    ("REDIS_ADDRESS", "redis://h:p@ec2-1-2-3-4.compute.amazonaws.com:7000"),
    ("SMTP_SERVER", "smtp.example-corp.com"),
    ("SMTP_AUTH", "none"),
    ("PAYMENT_MODE", "test"),
    ("GIT_BRANCH_NAME", "dev"),
    ("NODE_ENV", "staging"),
    ("BRAINTREE_ENVIRONMENT", "development"),
    ("DEBUG", "express:*"),
    ("DEBUG", "false"),
    ("DISABLE_DEBUG", "1"),
    ("DATABASE_URL", "postgres://u:p@host.com/db"),
    ("CACHE_DATABASE_URL", "sqlite://"),
    ("CACHE_DATABASE_URL", "file::memory:?cache=shared"),
    ("GREETING", "Put the kettle on and change the world, then come back here"),
]
FAULTY = [
    ("SHOP_URL", "http://localhost:3000"),
    ("SHOP_URL", "HTTP://LOCALHOST"),
    ("SHOP_URL", "http://shop.localhost:3000/x"),
    ("SHOP_URL", "http://[::1]:3000"),
    ("SHOP_URL", "https://example.com/x"),
    ("SHOP_URL", "https://your-app-name.herokuapp.com"),
    ("ADMIN_EMAIL_HOST", "127.0.0.1"),
    ("REPLICA_DSN", "user:pw@tcp(localhost:3306)/db"),
    ("REPLICA_DSN", "jdbc:postgresql://localhost:5432/db"),
    ("REPLICA_DSN", "postgres://db:5432/app"),
    ("REPLICA_DSN", "postgres://u:p@postgres/app"),
    ("KAFKA_SERVERS", "localhost:9092,127.0.0.1:9093"),
    ("CORS_ORIGINS", '["http://localhost:3000", "http://127.0.0.1"]'),
    ("STRIPE_SECRET_KEY", "sk_test_xxxxxxxx"),
    ("STRIPE_SECRET_KEY", "your-stripe-secret-key"),
    ("API_TOKEN", "changeme"),
    ("API_TOKEN", "please_change_me!"),
    ("API_TOKEN", "<your token>"),
    ("API_TOKEN", "insert-your-token-here"),
    ("API_TOKEN", "undefined"),
    ("ADMIN_PASSWORD", "secret"),
    ("ADMIN_PASSWORD", "Password"),
    ("ADMIN_PASSWORD", "my-super-secret-key"),
    ("SECRET_KEY", "django-insecure-1abc"),
    ("NODE_ENV", "development"),
    ("ENVIRONMENT", "local"),
    ("MY_APP_ENV", "test"),
    ("APP_DEBUG", "TRUE"),
    ("DATABASE_URL", "sqlite:///db.sqlite3"),
    ("TURSO_DATABASE_URL", "file:local.db"),
]


def _of(name: str) -> ConfigVar:
    return ConfigVar(stack="python", evidence=(), name=name, required=True, secret=classify.is_secret(name))


@pytest.mark.parametrize(("name", "value"), FINE)
def test_a_value_of_production_is_taken_for_one(name: str, value: str) -> None:
    assert development_value(_of(name), value) == ""


@pytest.mark.parametrize(("name", "value"), FAULTY)
def test_a_value_of_a_developers_machine_is_found(name: str, value: str) -> None:
    assert development_value(_of(name), value) != ""


READ_ELSEWHERE = """
DISABLE_COLLECTSTATIC NPM_CONFIG_PRODUCTION NPM_CONFIG_REGISTRY WEB_CONCURRENCY WEB_MEMORY
PROJECT_PATH APP_BASE PROCFILE BUILDPACK_URL DART_SDK_URL HEROKU_POSTGRESQL_RED_URL
NODE_MODULES_CACHE NODE_OPTIONS NODE_TLS_REJECT_UNAUTHORIZED USE_YARN_CACHE YARN2_SKIP_PRUNING
PNPM_SKIP_PRUNING PGBOUNCER_POOL_MODE JAVA_OPTS JVM_OPTS MAVEN_CUSTOM_OPTS GRADLE_TASK
GO_INSTALL_PACKAGE_SPEC GOVERSION BUNDLE_WITHOUT PIP_EXTRA_INDEX_URL POETRY_VERSION UV_INDEX_URL
GUNICORN_CMD_ARGS LD_PRELOAD MALLOC_CONF MALLOC_ARENA_MAX JEMALLOC_ENABLED SSL_CERT_FILE
PYTHONUNBUFFERED COMPOSER_MEMORY_LIMIT TZ LANG RAILS_LOG_TO_STDOUT SECRET_KEY_BASE GOOGLE_CHROME_BIN
AWS_ACCESS_KEY_ID AWS_REGION NEW_RELIC_APP_NAME SENTRY_DSN
""".split()
IN_EXCESS = ["OLD_TOKEN", "STRIPE_SECRET_KEY", "PAYMENT_URL", "FEATURE_X", "UVINDEX", "DATABASE_PASSWORD"]


@pytest.mark.parametrize("name", [*READ_ELSEWHERE, *IN_EXCESS])
def test_what_no_source_reads_is_in_excess_unless_something_else_reads_it(name: str) -> None:
    found = compare((), {name: "x"}, ())
    assert [finding.state for finding in found] == (["excess"] if name in IN_EXCESS else [])
    assert not [finding for finding in found if finding.fault]
