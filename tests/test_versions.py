"""What a repository asks for, in every spelling people use, and the version that the platform gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold import policy, versions

CASES = [
    pytest.param("python", "", "3.14", id="nothing asked gets the default"),
    pytest.param("python", "python-3.12.4", "3.12", id="runtime.txt loses its patch"),
    pytest.param("python", "3.11.7", "3.11", id="exact python"),
    pytest.param("python", "==3.11.7", "3.11", id="pinned by a specifier"),
    pytest.param("python", '"3.12"', "3.12", id="quoted"),
    pytest.param("python", "3.12.*", "3.12", id="star"),
    pytest.param("python", "3.13.0rc1", "3.13", id="release candidate"),
    pytest.param("python", ">=3.9,<4", "3.14", id="open range gets the newest"),
    pytest.param("python", ">=3.10 <3.13", "3.12", id="range without a comma"),
    pytest.param("python", "^3.10", "3.14", id="poetry caret"),
    pytest.param("python", "~3.11", "3.11", id="poetry tilde"),
    pytest.param("python", "~=3.12", "3.14", id="compatible release"),
    pytest.param("python", "~=3.12.1", "3.12", id="compatible release with a patch"),
    pytest.param("python", ">=3.8,!=3.14.*", "3.13", id="an excluded series"),
    pytest.param("python", "<=3.12", "3.12", id="at most a series counts its patches"),
    pytest.param("python", "3", "3.14", id="a major version"),
    pytest.param("python", "*", "3.14", id="anything"),
    pytest.param("python", ">=3.7,<3.9 || >=3.11,<3.12", "3.11", id="two ranges"),
    pytest.param("ruby", "3.3.4", "3.3.4", id="exact ruby"),
    pytest.param("ruby", "ruby-3.4.1", "3.4.1", id="ruby-version file with a prefix"),
    pytest.param("ruby", "~> 3.2", "3.4", id="pessimistic minor"),
    pytest.param("ruby", "~> 3.2.1", "3.2", id="pessimistic patch"),
    pytest.param("ruby", ">= 3.1, < 3.4", "3.3", id="ruby range"),
    pytest.param("node", ">=18", "24", id="a wide node range is capped at the long-term release"),
    pytest.param("node", "22.x", "22", id="node x-range"),
    pytest.param("node", "v22.11.0", "22.11.0", id="node with a v"),
    pytest.param("node", "lts/*", "24", id="nvm's long-term release"),
    pytest.param("node", "^22.12.0 || >=24", "24", id="node alternatives"),
    pytest.param("node", "20 - 22", "22", id="node hyphen range"),
    pytest.param("node", ">=20 <23", "22", id="node range without a comma"),
    pytest.param("go", "1.22", "1.22", id="go line"),
    pytest.param("go", "go1.23.4", "1.23.4", id="go version comment"),
    pytest.param("php", "^8.1", "8.5", id="composer caret"),
    pytest.param("php", "~8.2.0", "8.2", id="composer tilde"),
    pytest.param("php", "^7.4|^8.0", "8.5", id="composer alternatives"),
    pytest.param("java", "17", "17", id="java"),
    pytest.param("java", "1.8", "8", id="java of old"),
    pytest.param("java", "openjdk-21.0.2", "21.0.2", id="java with a vendor"),
    pytest.param("elixir", "1.12.3", "1.12.3", id="a language without data is left alone"),
]


@pytest.mark.parametrize(("language", "asked", "version"), CASES)
def test_a_version_that_the_platform_has_is_taken_without_a_word(
    language: str, asked: str, version: str
) -> None:
    assert versions.resolve(language, asked) == versions.Resolved(version=version)


REPLACED = [
    pytest.param("python", "python-3.8.13", "3.11", "past its end of life", id="an old python"),
    pytest.param("python", "2.7", "3.11", "past its end of life", id="python 2"),
    pytest.param("python", ">=3.6,<3.9", "3.11", "past its end of life", id="a range of old ones"),
    pytest.param("python", "3.19", "3.14", "not known", id="a python of the future"),
    pytest.param("python", "pypy3.9-7.3.9", "3.11", "does not offer", id="pypy"),
    pytest.param("python", "my-virtualenv", "3.14", "no version", id="a name of a virtual environment"),
]


@pytest.mark.parametrize(("language", "asked", "version", "words"), REPLACED)
def test_a_version_that_the_build_refuses_is_replaced_and_said(
    language: str, asked: str, version: str, words: str
) -> None:
    resolved = versions.resolve(language, asked)
    assert (resolved.version, resolved.changed) == (version, True)
    assert words in resolved.note and version in resolved.note


KEPT = [
    pytest.param("ruby", "2.5.0", "2.5.0", "bundle update --ruby", id="an old ruby"),
    pytest.param("node", "14.x", "14", "engines.node", id="an old node"),
    pytest.param("node", "lts/iron", "20", "engines.node", id="an old long-term node"),
    pytest.param("go", "1.40", "1.40", "newer than", id="a go of the future"),
    pytest.param("php", "^7.2", "7.2", "require.php", id="an old php"),
    pytest.param("python", "3.10", "3.10", "2027-01-06", id="a python on its way out"),
]


@pytest.mark.parametrize(("language", "asked", "version", "words"), KEPT)
def test_a_version_on_its_way_out_is_kept_with_a_warning(
    language: str, asked: str, version: str, words: str
) -> None:
    resolved = versions.resolve(language, asked)
    assert (resolved.version, resolved.changed) == (version, False)
    assert words in resolved.note


@given(st.sampled_from(["python", "ruby", "node", "go", "php", "java"]), st.text(max_size=20))
def test_no_text_makes_it_fail(language: str, asked: str) -> None:
    known = policy.runtime(language)
    assert known is not None
    resolved = versions.resolve(language, asked)
    if known.by_series:
        assert resolved.version in known.supported


@given(
    st.sampled_from(["python", "ruby", "node", "php"]),
    st.from_regex(
        r"(\^|~|~>|>=|<|=|!=|~=)? ?\d{1,3}(\.\d{1,3}){0,2}(\.\*|\.x)?( \|\| \d+| ?, ?<\d)?", fullmatch=True
    ),
)
def test_no_range_makes_it_fail(language: str, asked: str) -> None:
    assert versions.resolve(language, asked).version
