"""Client libraries among the dependencies -> services by account, said; Redis clients -> doubts about TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scaffold import policy
from scaffold.facts import Addon, Doubt, Evidence, Strength
from scaffold.patterns import lazy
from scaffold.repo import Repo

_UNVERIFIED = lazy(
    r"rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|InsecureSkipVerify|verify_peer|disablePeerVerification"
    r"|setVerifyPeer|HostnameVerifier|danger_accept_invalid|#insecure|CertificateValidation|onBadCertificate"
)
_REMEDIES = {
    "node": "Give the client `tls: { rejectUnauthorized: false }` (node-redis: `socket: { tls: true, "
    "rejectUnauthorized: false }`) where the URL starts with rediss:.",
    "go": "After redis.ParseURL, set options.TLSConfig.InsecureSkipVerify where TLSConfig is not nil.",
    "php": "Give the client the options `'ssl' => ['verify_peer' => false, 'verify_peer_name' => false]`.",
    "java": "Lettuce: `clientConfigurationBuilder.useSsl().disablePeerVerification()`; "
    "Jedis: a trust manager that accepts the certificate.",
    "rust": "Append `#insecure` to the URL, and build the redis crate with a TLS feature.",
    "dart": "Give RedisConnection.connectWithSocket a SecureSocket that was connected with "
    "`onBadCertificate: (_) => true`.",
    "dotnet": "Set `Ssl = true` and answer true in ConfigurationOptions.CertificateValidation.",
}


def library_hints(
    language: str, stack: str, root: str, declared: Callable[[str], Evidence | None]
) -> Iterator[Addon]:
    """Yield the services whose client library production installs, whoever's account it speaks to."""
    for name, role in policy.addon_packages(language).items():
        if proof := declared(name):
            yield Addon(
                stack=stack,
                root=root,
                service=role,
                strength=Strength.HINT,
                why=f"{name} is declared; its keys are those of an account of yours",
                evidence=(proof,),
            )


def redis_tls(repo: Repo, language: str, stack: str, redis: Addon, sources: Iterable[str]) -> Iterator[Doubt]:
    """Doubt a Redis client that checks certificates: Heroku's Redis signs its own."""
    if language not in _REMEDIES or any(_UNVERIFIED.search(repo.text(path)) for path in sources):
        return
    yield Doubt(
        stack=stack,
        root=redis.root,
        id=f"{language}/redis-tls",
        message="REDIS_URL is rediss:// with a certificate that Heroku signed itself, which clients refuse.",
        remedy=_REMEDIES[language],
        evidence=redis.evidence[-1:],
    )
