"""Gemfile and Gemfile.lock: what is declared, for which groups, by which line; Bundler itself as oracle."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import ManifestError
from scaffold.manifests.gemfile import Gemfile, RubyAsked, parse_gemfile
from scaffold.manifests.gemfile_lock import parse_gemfile_lock
from scaffold.manifests.ruby_text import code_lines, without_comment


def groups(text: str) -> dict[str, set[str]]:
    return {gem.name: set(gem.groups) for gem in parse_gemfile(text, "Gemfile").gems}


GROUPS = {
    "the default group": ('gem "rails"\n', {"rails": set()}),
    "single quotes and parentheses": ("gem('rails', '~> 7')\n", {"rails": set()}),
    "a comment is no gem": ('# gem "a"\n  #gem "b"\ngem "c" # gem "d"\n', {"c": set()}),
    "a commented block": ('=begin\ngem "a"\n=end\ngem "b"\n', {"b": set()}),
    "nothing counts after __END__": ('gem "a"\n__END__\ngem "b"\n', {"a": set()}),
    "a group block": ('group :test do\n  gem "a"\nend\ngem "b"\n', {"a": {"test"}, "b": set()}),
    "several groups": (
        'group :development, :test do\n  gem "a"\nend\n',
        {"a": {"development", "test"}},
    ),
    "groups as strings": ('group "test" do\n  gem "a"\nend\n', {"a": {"test"}}),
    "nested groups": ('group :a do\n  group :b do\n    gem "x"\n  end\nend\n', {"x": {"a", "b"}}),
    "group in braces": ('group(:test) { gem "a" }\ngem "b"\n', {"a": {"test"}, "b": set()}),
    "an inline group": ('gem "a", group: :test\n', {"a": {"test"}}),
    "an inline list of groups": ('gem "a", groups: [:x, :test], require: false\n', {"a": {"x", "test"}}),
    "a hash rocket": ('gem "a", :group => [:x, :y]\n', {"a": {"x", "y"}}),
    "words in percent form": ('gem "a", groups: %i[x y]\n', {"a": {"x", "y"}}),
    "a gem over two lines": ('gem "a",\n  "~> 1.0",\n  group: :test\ngem "b"\n', {"a": {"test"}, "b": set()}),
    "an optional group": ('group :extra, optional: true do\n  gem "a"\nend\n', {"a": {"optional"}}),
    "a source block": (
        'source "https://example.com" do\n  gem "a"\nend\ngem "b"\n',
        {"a": set(), "b": set()},
    ),
    "an if around gems": (
        'if ENV["X"]\n  gem "a"\nelse\n  gem "b"\nend\ngem "c"\n',
        {"a": set(), "b": set(), "c": set()},
    ),
    "a hash in a string": ('gem "a", git: "https://example.com/a#b"\n', {"a": set()}),
    "a group that is on one line": ('group :test do; gem "a"; end\ngem "b"\n', {"a": {"test"}, "b": set()}),
    "a name that is computed": ('gem "rspec-#{part}"\ngem name\ngem "a"\n', {"a": set()}),
}


@pytest.mark.parametrize(("text", "expected"), GROUPS.values(), ids=GROUPS.keys())
def test_gems_and_their_groups(text: str, expected: dict[str, set[str]]) -> None:
    assert groups(text) == expected


RUBY = {
    "a version": ('ruby "3.2.1"', RubyAsked(version="3.2.1", line=1)),
    "a range": ('ruby "~> 3.2"', RubyAsked(version="~> 3.2", line=1)),
    "two bounds": ('ruby ">= 3.1", "< 4"', RubyAsked(version=">= 3.1, < 4", line=1)),
    "a file": ('ruby file: ".ruby-version"', RubyAsked(file=".ruby-version", line=1)),
    "a file that is read": ('ruby File.read(".ruby-version").strip', RubyAsked(file=".ruby-version", line=1)),
    "a fallback": ('ruby ENV["RUBY"] || "3.1.0"', RubyAsked(version="3.1.0", line=1)),
    "a condition": ('ruby "3.3.0" unless ENV["CI"]', RubyAsked(version="3.3.0", line=1)),
    "another engine": (
        'ruby "3.1.4", engine: "jruby", engine_version: "9.4.5.0"',
        RubyAsked(version="3.1.4", engine="jruby", line=1),
    ),
    "a comment": ('# ruby "3.2.1"', None),
}


@pytest.mark.parametrize(("text", "expected"), RUBY.values(), ids=RUBY.keys())
def test_the_ruby_that_is_asked_for(text: str, expected: RubyAsked | None) -> None:
    assert parse_gemfile(text, "Gemfile").ruby == expected


def test_versions_platforms_paths_and_what_is_read() -> None:
    text = (
        'gem "rails", "~> 7.1", ">= 7.1.3"\n'
        'gem "tz", platforms: %i[ mingw jruby ]\n'
        'platforms :jruby do\n  gem "jdbc"\nend\n'
        'gem "own", path: "gems/own"\n'
        'path "parts" do\n  gem "piece"\nend\n'
        'gem "maybe" if ENV["MAYBE"]\n'
        'eval_gemfile "Gemfile.local"\n'
        "gemspec\n"
    )
    file = parse_gemfile(text, "Gemfile")
    named = {gem.name: gem for gem in file.gems}
    assert named["rails"].versions == ("~> 7.1", ">= 7.1.3")
    assert named["tz"].platforms == {"mingw", "jruby"}
    assert named["jdbc"].platforms == {"jruby"}
    assert named["own"].path == "gems/own"
    assert named["piece"].path == "parts/piece"
    assert named["maybe"].conditional
    assert not named["rails"].conditional
    assert file.reads == ("Gemfile.local",)
    assert file.gemspec == 12


BROKEN = {
    "a string that does not end": ('source "https://example.com"\ngem "rails\n', 2),
    "a group that does not end": ('gem "a"\ngroup :test do\n  gem "b"\n', 2),
    "an end too many": ('gem "a"\nend\n', 2),
    "a merge conflict": ('gem "a"\n<<<<<<< HEAD\ngem "b"\n=======\n>>>>>>> other\n', 2),
}


@pytest.mark.parametrize(("text", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_a_malformed_gemfile_is_said_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_gemfile(text, "Gemfile")
    assert caught.value.line == line


LOCK = """\
GIT
  remote: https://example.com/wiki
  revision: abc
  specs:
    wiki (0.8)
      parslet (>= 1.0)

GEM
  remote: https://example.com/
  specs:
    nokogiri (1.16.2-x86_64-linux)
      racc (~> 1.4)
    nokogiri (1.16.2-arm64-darwin)
    puma (6.4.2)
      nio4r (~> 2.0)

PLATFORMS
  arm64-darwin-23
  x86_64-linux

DEPENDENCIES
  nokogiri
  puma (~> 6.4)
  wiki!

RUBY VERSION
   ruby 3.2.2p53

BUNDLED WITH
   2.4.10
"""


def test_a_lock_file() -> None:
    lock = parse_gemfile_lock(LOCK, "Gemfile.lock")
    assert {name: spec.version for name, spec in lock.specs.items()} == {
        "wiki": "0.8",
        "nokogiri": "1.16.2",
        "puma": "6.4.2",
    }
    assert lock.specs["puma"].needs == ("nio4r",)
    assert lock.specs["puma"].line == 14
    assert lock.dependencies == {"nokogiri", "puma", "wiki"}
    assert lock.platforms == ("arm64-darwin-23", "x86_64-linux")
    assert (lock.ruby, lock.bundled_with) == ("3.2.2", "2.4.10")
    assert lock.lines["RUBY VERSION"] == 26


RUBY_LINES = {
    "   ruby 3.2.2p53": ("3.2.2", ""),
    "  ruby 4.0.1": ("4.0.1", ""),
    "   ruby 3.4.0.rc1": ("3.4.0.rc1", ""),
    "   ruby 3.1.4p0 (jruby 9.4.5.0)": ("3.1.4", "jruby"),
}


@pytest.mark.parametrize(("line", "expected"), RUBY_LINES.items(), ids=RUBY_LINES.keys())
def test_the_ruby_of_a_lock_file(line: str, expected: tuple[str, str]) -> None:
    lock = parse_gemfile_lock(f"RUBY VERSION\n{line}\n", "Gemfile.lock")
    assert (lock.ruby, lock.engine) == expected


def test_a_conflict_in_a_lock_file() -> None:
    with pytest.raises(ManifestError):
        parse_gemfile_lock("GEM\n<<<<<<< HEAD\n", "Gemfile.lock")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('gem "a" # why', 'gem "a"'),
        ("# all of it", ""),
        ('x = "#{y} # kept"', 'x = "#{y} # kept"'),
        ("x = '# kept' # gone", "x = '# kept'"),
        ("%w[a # b]", "%w[a # b]"),
    ],
)
def test_comments_are_left_out_and_strings_kept(line: str, expected: str) -> None:
    assert without_comment(line) == expected


@given(st.text(alphabet="gem group:test do end\"'#{}[](),=>\n%if;~:", max_size=300))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        assert isinstance(parse_gemfile(text, "Gemfile"), Gemfile)
    except ManifestError as error:
        assert error.line >= 1
    parse_gemfile_lock(text.replace("<", ""), "Gemfile.lock")
    assert len(code_lines(text)) == len(text.split("\n"))


@given(st.lists(st.sampled_from(["# note", "", "   ", "#gem 'x'"]), max_size=5))
def test_comments_and_blank_lines_change_nothing(extra: list[str]) -> None:
    text = 'gem "a"\ngroup :test do\n  gem "b", "1.0"\nend\n'
    loud = "\n".join(line for part in text.split("\n") for line in (part, *extra))
    assert groups(loud) == groups(text)


ORACLE = """
require "bundler"
dsl = Bundler::Dsl.new
dsl.eval_gemfile(Pathname.new(ARGV[0]))
dsl.dependencies.each { |d| puts [d.name, d.groups.map(&:to_s).sort.join(",")].join(" ") }
"""

REAL = """\
source "https://example.com"
gem "rails", "~> 7.1" # the framework
gem 'pg',
    '~> 1.5'
group :development, :test do
  gem "debug", platforms: %i[ mri ]
  gem("rspec", group: :extra)
end
gem "a", groups: [:x, "y"]
group(:one) { gem "b" }
%w[c d].each { |name| gem name, group: :test } if false
if true
  gem "e", :group => :development
end
"""


@pytest.mark.skipif(shutil.which("ruby") is None, reason="Bundler is the oracle, and there is no Ruby here")
def test_bundler_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "Gemfile"
    path.write_text(REAL, encoding="utf-8")
    ended = subprocess.run(
        ["ruby", "-e", ORACLE, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
        env={**os.environ, "BUNDLE_GEMFILE": str(path)},
    )
    if ended.returncode:
        pytest.skip(f"this Ruby has no Bundler that reads a Gemfile alone: {ended.stderr[:80]}")
    said = dict(line.split(" ", 1) for line in ended.stdout.splitlines())
    ours = {name: ",".join(sorted(found)) or "default" for name, found in groups(REAL).items()}
    assert ours == said
