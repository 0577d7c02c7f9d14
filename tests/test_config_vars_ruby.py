"""Ruby: each usual way to read a variable is found, with its line, default and requiredness; text is no read."""

# ruff: noqa: E501  (one form to a line)

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.config_vars import classify, discover
from scaffold.facts import Doubt
from tests.examples import examples
from tests.test_config_vars_forms import Texts, found_in

# code in which NAME stands for the name, the line of the read, required, default
FORMS = [
    # the environment itself
    ("x = ENV['NAME']\n", 1, False, None),
    ('x = ENV["NAME"]\n', 1, False, None),
    ("x = ::ENV['NAME']\n", 1, False, None),
    ("x = ENV[:NAME.to_s]\n", 1, False, None),
    ("x = ENV['NAME'.freeze]\n", 1, False, None),
    ("x = ENV[%q(NAME)]\n", 1, False, None),
    ("x = ENV[\n  'NAME'\n]\n", 1, False, None),
    ("x = ENV.to_h['NAME']\n", 1, False, None),
    ("x = ENV.to_hash.fetch('NAME')\n", 1, True, None),
    ("puts \"at #{ENV['NAME']}\"\n", 1, False, None),
    ("puts \"at #{ENV.fetch('NAME')}\"\n", 1, True, None),
    ("x = <<~TEXT\n  at #{ENV.fetch('NAME')}\nTEXT\n", 2, True, None),
    ("x = `echo #{ENV.fetch('NAME')}`\n", 1, True, None),
    ("x = :\"at_#{ENV.fetch('NAME')}\"\n", 1, True, None),
    ("x = %W[a #{ENV.fetch('NAME')}]\n", 1, True, None),
    # fallbacks
    ("x = ENV.fetch('NAME')\n", 1, True, None),
    ("x = ENV.fetch 'NAME'\n", 1, True, None),
    ("x = ENV.fetch(\n  'NAME',\n  'd'\n)\n", 1, False, "d"),
    ("x = ENV.fetch 'NAME', 'd'\n", 1, False, "d"),
    ("x = ENV.fetch('NAME', nil)\n", 1, False, None),
    ("x = ENV.fetch('NAME', '')\n", 1, False, None),
    ("x = ENV.fetch('NAME', 5).to_i\n", 1, False, "5"),
    ("x = ENV.fetch('NAME', true)\n", 1, False, "true"),
    ("x = ENV.fetch('NAME', :d)\n", 1, False, "d"),
    ("x = ENV.fetch('NAME') { 'd' }\n", 1, False, "d"),
    ("x = ENV.fetch('NAME') do\n  'd'\nend\n", 1, False, "d"),
    ("x = ENV.fetch('NAME') { |key| 'd' }\n", 1, False, "d"),
    ("x = ENV.fetch('NAME') { 5 }.to_i\n", 1, False, "5"),
    ("x = ENV.fetch('NAME') { nil }\n", 1, False, None),
    ("x = ENV.fetch('NAME') { }\n", 1, False, None),
    ("x = ENV.fetch('NAME') { raise 'no' }\n", 1, True, None),
    ("x = ENV.fetch('NAME') { |key| abort(key) }\n", 1, True, None),
    ("x = ENV.fetch('NAME', Rails.env)\n", 1, False, None),
    ("D = 'd'\nx = ENV.fetch('NAME', D)\n", 2, False, "d"),
    ("x = ENV['NAME'] || 'd'\n", 1, False, "d"),
    ("x = (ENV['NAME'] || 'd').to_s\n", 1, False, "d"),
    ("x = (ENV['NAME'] || 5).to_i\n", 1, False, "5"),
    ("x = Integer(ENV['NAME'] || 5)\n", 1, False, "5"),
    ("x = Integer(ENV.fetch('NAME', '5'))\n", 1, False, "5"),
    ("x = ENV['NAME'].presence || 'd'\n", 1, False, "d"),
    ("x = ENV['NAME'].presence&.to_i || 5\n", 1, False, "5"),
    ("x = ENV['NAME']&.to_sym || :d\n", 1, False, "d"),
    ("ENV['NAME'] ||= 'd'\n", 1, False, "d"),
    ("x = ENV['NAME'] ? ENV['NAME'] : 'd'\n", 1, False, "d"),
    ("x = ENV['NAME'].present? ? ENV['NAME'] : 'd'\n", 1, False, "d"),
    ("x = ENV['NAME'].nil? ? 'd' : ENV['NAME']\n", 1, False, "d"),
    ("x = ENV.key?('NAME') ? ENV['NAME'] : 'd'\n", 1, False, "d"),
    ("x = if ENV['NAME'].present?\n  ENV['NAME']\nelse\n  'd'\nend\n", 2, False, "d"),
    ("x = ENV['NAME']\nx ||= 'd'\n", 1, False, "d"),
    ("x = ENV['NAME']\nx = 'd' if x.nil?\n", 1, False, "d"),
    ("x = ENV['NAME'] || raise('no')\n", 1, True, None),
    ("x = ENV['NAME'] || abort('no')\n", 1, True, None),
    ("x = ENV['NAME'] or raise 'no'\n", 1, True, None),
    ("x = ENV['NAME'].presence || raise(KeyError, 'no')\n", 1, True, None),
    ("x = ENV['NAME'] || fail('no')\n", 1, True, None),
    # asked for
    ("x = 1 if ENV.key?('NAME')\n", 1, False, None),
    ("x = 1 if ENV.has_key?('NAME')\n", 1, False, None),
    ("x = 1 if ENV.include?('NAME')\n", 1, False, None),
    ("x = 1 if ENV.member?('NAME')\n", 1, False, None),
    ("if ENV['NAME'].present?\n  call(ENV['NAME'].strip)\nend\n", 2, False, None),
    ("call(ENV['NAME'].strip) if ENV['NAME']\n", 1, False, None),
    ("unless ENV['NAME'].blank?\n  call(ENV['NAME'].strip)\nend\n", 2, False, None),
    ("return unless ENV['NAME']\ncall(ENV['NAME'].strip)\n", 2, False, None),
    ("if (x = ENV['NAME']).present?\n  call(x)\nend\n", 1, False, None),
    ("x = ENV['NAME']\ncall(x) if x\n", 1, False, None),
    ("x = ENV['NAME'] && ENV['NAME'].strip\n", 1, False, None),
    ("x = ENV['NAME']&.strip\n", 1, False, None),
    ("x = ENV['NAME'] == 'true'\n", 1, False, None),
    ("x = %w[1 true].include?(ENV['NAME'])\n", 1, False, None),
    ("x = ActiveModel::Type::Boolean.new.cast(ENV['NAME'])\n", 1, False, None),
    ("x = ActiveModel::Type::Boolean.new.cast(ENV.fetch('NAME', 'false'))\n", 1, False, "false"),
    ("x = ActiveRecord::Type::Boolean.new.deserialize(ENV['NAME'])\n", 1, False, None),
    ("case ENV['NAME']\nwhen 'a' then 1\nelse 2\nend\n", 1, False, None),
    # the program fails without
    ("raise 'no' unless ENV['NAME']\n", 1, True, None),
    ("raise 'no' unless ENV.key?('NAME')\n", 1, True, None),
    ("raise 'no' if ENV['NAME'].nil?\n", 1, True, None),
    ("raise 'no' if ENV['NAME'].to_s.empty?\n", 1, True, None),
    ("fail 'no' if ENV['NAME'].blank?\n", 1, True, None),
    ("abort 'no' unless ENV['NAME'].present?\n", 1, True, None),
    ("exit 1 unless ENV['NAME']\n", 1, True, None),
    ("if ENV['NAME'].nil?\n  warn 'no'\n  exit 1\nend\n", 1, True, None),
    ("unless ENV['NAME']\n  puts 'no'\n  abort\nend\n", 1, True, None),
    ("x = ENV['NAME']\nraise 'no' unless x\n", 1, True, None),
    ("x = ENV['NAME']\nif x.nil? || x.empty?\n  raise 'no'\nend\n", 1, True, None),
    ("x = ENV['NAME'].split(',')\n", 1, True, None),
    ("x = ENV['NAME'].strip\n", 1, True, None),
    ("x = Integer(ENV['NAME'])\n", 1, True, None),
    ("x = URI.parse(ENV['NAME'])\n", 1, True, None),
    ("x = URI(ENV['NAME'])\n", 1, True, None),
    ("x = JSON.parse(ENV['NAME'])\n", 1, True, None),
    ("x = Base64.decode64(ENV['NAME'])\n", 1, True, None),
    ("x = 'at ' + ENV['NAME']\n", 1, True, None),
    ("x = ENV['NAME'].to_i\n", 1, False, None),
    ("x = ENV['NAME'].to_s\n", 1, False, None),
    ("x = ENV['NAME'].to_s.split(',')\n", 1, False, None),
    ("begin\n  x = ENV.fetch('NAME')\nrescue KeyError\n  x = 'd'\nend\n", 2, False, None),
    ("def name\n  ENV.fetch('NAME')\nrescue KeyError\n  nil\nend\n", 2, False, None),
    ("x = ENV.fetch('NAME') rescue nil\n", 1, False, None),
    ("begin\n  x = ENV.fetch('NAME')\nrescue KeyError\n  raise 'no'\nend\n", 2, True, None),
    # several names
    ("a, b = ENV.values_at('NAME', 'OTHER_ONE')\n", 1, False, None),
    ("a, b = ENV.values_at(*%w[NAME OTHER_ONE])\n", 1, False, None),
    ("x = ENV.slice('NAME', 'OTHER_ONE')\n", 1, False, None),
    ("x = ENV.to_h.slice('NAME', 'OTHER_ONE')\n", 1, False, None),
    ("x = ENV.assoc('NAME')\n", 1, False, None),
    ("x = ENV.to_h.dig('NAME')\n", 1, False, None),
    ("x = ENV.fetch_values('NAME', 'OTHER_ONE')\n", 1, True, None),
    ("x = ENV.to_h.fetch_values('NAME', 'OTHER_ONE')\n", 1, True, None),
    ("x = ENV.delete('NAME')\n", 1, False, None),
    ("%w[NAME OTHER_ONE].each { |key| ENV.fetch(key) }\n", 1, True, None),
    ("%w(NAME OTHER_ONE).each do |key|\n  ENV.fetch(key)\nend\n", 2, True, None),
    ("['NAME', 'OTHER_ONE'].each { |key| raise key unless ENV[key] }\n", 1, True, None),
    ("['NAME', 'OTHER_ONE'].each do |key|\n  raise key if ENV[key].nil?\nend\n", 2, True, None),
    ("for key in %w[NAME OTHER_ONE]\n  ENV.fetch(key)\nend\n", 2, True, None),
    ("KEYS = %w[NAME OTHER_ONE].freeze\nKEYS.each { |key| ENV.fetch(key) }\n", 2, True, None),
    ("KEYS = %w[\n  OTHER_ONE\n  NAME\n].freeze\nKEYS.each { |key| ENV.fetch(key) }\n", 5, True, None),
    ("KEYS = %i[NAME OTHER_ONE]\nKEYS.each { |key| ENV.fetch(key.to_s) }\n", 2, True, None),
    ("missing = %w[NAME OTHER_ONE].reject { |key| ENV[key] }\nraise 'no' if missing.any?\n", 1, True, None),
    ("missing = %w[NAME OTHER_ONE].select { |key| ENV[key].blank? }\nabort('no') unless missing.empty?\n", 1, True, None),
    ("missing = %w[NAME OTHER_ONE] - ENV.keys\nraise 'no' unless missing.empty?\n", 1, True, None),
    ("raise 'no' unless %w[NAME OTHER_ONE].all? { |key| ENV.key?(key) }\n", 1, True, None),
    ("raise 'no' if %w[NAME OTHER_ONE].any? { |key| ENV[key].nil? }\n", 1, True, None),
    ("%w[NAME OTHER_ONE].map { |key| [key, ENV[key]] }.to_h\n", 1, False, None),
    ("x = %w[NAME OTHER_ONE].to_h { |key| [key, ENV.fetch(key)] }\n", 1, True, None),
    # names held elsewhere
    ("KEY = 'NAME'\nx = ENV.fetch(KEY)\n", 2, True, None),
    ("KEY = 'NAME'.freeze\nx = ENV.fetch(KEY)\n", 2, True, None),
    ("class Shop\n  KEY = 'NAME'\n  def x\n    ENV.fetch(KEY)\n  end\nend\n", 4, True, None),
    ("module Shop\n  KEY = 'NAME'\nend\nx = ENV.fetch(Shop::KEY)\n", 4, True, None),
    ("env = ENV\nx = env.fetch('NAME')\n", 2, True, None),
    ("env = ENV.to_h\nx = env.fetch('NAME', 'd')\n", 2, False, "d"),
    ("def need(key)\n  ENV.fetch(key)\nend\nx = need('NAME')\n", 4, True, None),
    ("def need(key)\n  ENV[key] || raise(\"no #{key}\")\nend\nx = need('NAME')\n", 4, True, None),
    ("def need(key)\n  value = ENV[key]\n  raise 'no' if value.nil?\n  value\nend\nx = need('NAME')\n", 6, True, None),
    ("def env(key, default = nil)\n  ENV.fetch(key, default)\nend\nx = env('NAME', 'd')\n", 4, False, "d"),
    ("def env(key, default = nil)\n  ENV[key] || default\nend\nx = env('NAME', 'd')\n", 4, False, "d"),
    ("def env(key, default: nil)\n  ENV[key].presence || default\nend\nx = env('NAME', default: 'd')\n", 4, False, "d"),
    ("def env(key, default = nil)\n  ENV.fetch(key, default)\nend\nx = env('NAME')\n", 4, False, None),
    ("def self.flag?(key)\n  ENV[key] == 'true'\nend\nx = flag?('NAME')\n", 4, False, None),
    ("module Env\n  def self.need(key)\n    ENV.fetch(key)\n  end\nend\nx = Env.need('NAME')\n", 6, True, None),
    ("need = ->(key) { ENV.fetch(key) }\nx = need.('NAME')\n", 2, True, None),
    ("need = lambda { |key| ENV.fetch(key) }\nx = need.call('NAME')\n", 2, True, None),
    ("def need(*keys)\n  keys.each { |key| ENV.fetch(key) }\nend\nneed 'OTHER_ONE', 'NAME'\n", 4, True, None),
    ("def read(key)\n  ENV.fetch(\"ZZ_#{key}\")\nend\n", 0, True, None),
    # libraries
    ("Figaro.require_keys('NAME')\n", 1, True, None),
    ("Figaro.require_keys('OTHER_ONE', 'NAME')\n", 1, True, None),
    ("Figaro.require_keys(%w[OTHER_ONE NAME])\n", 1, True, None),
    ("x = Figaro.env.name_!\n", 1, True, None),
    ("x = Figaro.env.name_\n", 1, False, None),
    ("x = Figaro.env.name_?\n", 1, False, None),
    ("x = Figaro.env.name_ || 'd'\n", 1, False, "d"),
    ("Dotenv.require_keys('NAME', 'OTHER_ONE')\n", 1, True, None),
    ("Dotenv.require_keys(\n  'OTHER_ONE',\n  'NAME'\n)\n", 1, True, None),
    ("x = Dotenv.parse.fetch('NAME')\n", 1, True, None),
    ("Envied.NAME\n", 1, True, None),
    ("ENVied.NAME\n", 1, True, None),
]  # fmt: skip


def _filled(code: str, word: str) -> tuple[str, str]:
    name = f"ZZ{word}_WORD"
    return code.replace("NAME", name).replace("name_", name.lower()), name


@pytest.mark.parametrize(
    ("code", "line", "required", "default"),
    [form for form in FORMS if form[1]],
    ids=[form[0].strip().replace("\n", "; ")[:80] for form in FORMS if form[1]],
)
@examples(3)
@given(word=st.text(string.ascii_uppercase, min_size=3, max_size=8))
def test_a_form_is_found(code: str, line: int, required: bool, default: str | None, word: str) -> None:
    written, name = _filled(code, word)
    if classify.is_needed(name) or classify.is_optional(name):
        return
    found = found_in({"config/app.rb": written}, "ruby")
    assert name in found
    assert line in [proof.line for proof in found[name].evidence]
    assert found[name].required is required
    assert found[name].default == default


RAILS = {"config/application.rb": "module Shop\nend\n", "app/assets/a.css": ""}
PRODUCTION = "config/environments/production.rb"
GROUPED = "group :development, :test do\n  gem 'dotenv-rails'\nend\n"
STORE = "local:\n  service: Disk\nshop:\n  service: S3\n  bucket: <%= ENV['CRM_SHELF'] %>\n"

# what it shows, the files, the variable, found, required
FILES = [
    ("a view in ERB", {"app/views/a.html.erb": "<p><%= ENV.fetch('CRM_SHELF') %></p>\n"}, True, True),
    ("what a view in ERB shows", {"app/views/a.html.erb": "<p><%= ENV['CRM_TOKEN'] %></p>\n"}, None, False),
    ("a comment in ERB", {"app/views/a.html.erb": "<%# ENV.fetch('CRM_SHELF') %>\n"}, False, False),
    ("text in ERB", {"app/views/a.html.erb": "<p>ENV.fetch('CRM_SHELF')</p>\n"}, False, False),
    ("a line of Haml", {"app/views/a.haml": "%p= ENV.fetch('CRM_SHELF')\n"}, True, True),
    ("a silent line of Haml", {"app/views/a.haml": "- x = ENV.fetch('CRM_SHELF')\n"}, True, True),
    ("an attribute in Haml", {"app/views/a.haml": "%p{ id: ENV.fetch('CRM_SHELF') }\n"}, True, True),
    ("a call over lines in Haml", {"app/views/a.haml": "= box 'a',\n  at: ENV.fetch('CRM_SHELF'),\n  to: 1\n"}, True, True),
    ("text in Haml", {"app/views/a.haml": "%p ENV.fetch('CRM_SHELF')\n"}, False, False),
    ("a comment in Haml", {"app/views/a.haml": "-# ENV.fetch('CRM_SHELF')\n  ENV.fetch('CRM_SHELF')\n"}, False, False),
    ("interpolation in Haml", {"app/views/a.haml": "%p at #{ENV.fetch('CRM_SHELF')}\n"}, True, True),
    ("a block in Haml", {"app/views/a.haml": "- if ENV['CRM_SHELF']\n  %p= ENV.fetch('CRM_SHELF')\n%p\n"}, True, False),
    ("a line of Slim", {"app/views/a.slim": "p = ENV.fetch('CRM_SHELF')\n"}, True, True),
    ("interpolation in Slim", {"app/views/a.slim": "p at #{ENV.fetch('CRM_SHELF')}\n"}, True, True),
    ("production's part of a YAML file", {"config/a.yml": "production:\n  a: <%= ENV.fetch('CRM_SHELF') %>\n"}, True, True),
    ("a part that all environments share", {"config/a.yml": "default: &default\n  a: <%= ENV.fetch('CRM_SHELF') %>\n"}, True, True),
    ("development's part of a YAML file", {"config/a.yml": "development:\n  a: <%= ENV.fetch('CRM_SHELF') %>\n"}, False, False),
    ("a staging part beside production's", {"config/a.yml": "staging:\n  a: <%= ENV.fetch('CRM_SHELF') %>\nproduction:\n  a: 1\n"}, False, False),
    ("options of Sidekiq", {"config/sidekiq.yml": ":shelf: <%= ENV.fetch('CRM_SHELF') %>\n"}, True, True),
    ("a YAML comment", {"config/a.yml": "# a: <%= ENV['CRM_TOKEN'] %>\n"}, False, False),
    ("a YAML comment whose ERB fails all the same", {"config/a.yml": "# a: <%= ENV.fetch('CRM_SHELF') %>\n"}, True, True),
    ("the database's user beside DATABASE_URL", {"config/database.yml": "production:\n  username: <%= ENV['CRM_USER'] %>\n"}, None, False),
    ("a copy of a file for another place", {"config/a.yml": "a: 1\n", "config/a.elsewhere.yml": "a: <%= ENV.fetch('CRM_SHELF') %>\n"}, False, False),
    ("an example of a file", {"config/a.example.yml": "a: <%= ENV.fetch('CRM_SHELF') %>\n"}, False, False),
    ("the words of a language, which Rails reads as they stand", {"config/locales/en.yml": "en:\n  a: <%= ENV.fetch('CRM_SHELF') %>\n"}, False, False),
    ("a YAML file that Rails does not read", {"docker/a.yml": "a: <%= ENV.fetch('CRM_SHELF') %>\n"}, False, False),
    ("the chosen storage service", {"config/storage.yml": STORE, PRODUCTION: "config.active_storage.service = :shop\n"}, True, True),
    ("a storage service that is not chosen", {"config/storage.yml": STORE, PRODUCTION: "config.active_storage.service = :local\n"}, True, False),
    ("the storage service chosen by a default", {"config/storage.yml": STORE, PRODUCTION: "config.active_storage.service = ENV.fetch('STORE', 'shop').to_sym\n"}, True, True),
    ("a storage service with nothing chosen", {"config/storage.yml": STORE}, True, False),
    ("a development setting", {"config/environments/development.rb": "x = ENV.fetch('CRM_SHELF')\n"}, False, False),
    ("a spec", {"spec/a_spec.rb": "x = ENV.fetch('CRM_SHELF')\n"}, False, False),
    ("a rake task", {"lib/tasks/a.rake": "x = ENV.fetch('CRM_SHELF')\n"}, True, False),
    ("config.ru", {"config.ru": "use Auth, ENV.fetch('CRM_SHELF')\n"}, True, True),
    ("a committed .env that only development loads", {"a.rb": "x = ENV.fetch('CRM_SHELF')\n", ".env": "CRM_SHELF=3\n", "Gemfile": GROUPED}, True, True),
    ("a committed .env that production loads", {"a.rb": "x = ENV.fetch('CRM_SHELF')\n", ".env": "CRM_SHELF=3\n", "Gemfile": "gem 'dotenv'\n"}, True, False),
    ("a committed .env with an address that serves nobody", {"a.rb": "x = ENV['CRM_SHELF_URL']\n", ".env": "CRM_SHELF_URL=http://localhost:1\nA_B=1\nC_D=1\n", "Gemfile": "gem 'dotenv'\n"}, None, None),
    ("what Figaro's file sets", {"a.rb": "x = ENV.fetch('CRM_SHELF')\n", "config/application.yml": "# how many\nCRM_SHELF: '3'\n", "Gemfile": "gem 'figaro'\n"}, True, False),
    ("what Figaro's file sets in production", {"a.rb": "x = ENV.fetch('CRM_SHELF')\n", "config/application.yml": "A_B: '1'\n\nproduction:\n  CRM_SHELF: '3'\n", "Gemfile": "gem 'figaro'\n"}, True, False),
    ("what Figaro's file sets in development", {"a.rb": "x = ENV.fetch('CRM_SHELF')\n", "config/application.yml": "A_B: '1'\n\ndevelopment:\n  # on this machine\n\n  CRM_SHELF: '3'\nC_D: '1'\n", "Gemfile": "gem 'figaro'\n"}, True, True),
    ("such a file without Figaro", {"a.rb": "x = ENV.fetch('CRM_SHELF')\n", "config/application.yml": "CRM_SHELF: '3'\n", "Gemfile": "gem 'rails'\n"}, True, True),
    ("such a file with Figaro for tests", {"a.rb": "x = ENV.fetch('CRM_SHELF')\n", "config/application.yml": "CRM_SHELF: '3'\n", "Gemfile": GROUPED.replace("dotenv-rails", "figaro")}, True, True),
    ("a .env beside Figaro, which does not load it", {"a.rb": "x = ENV.fetch('CRM_SHELF')\n", ".env": "CRM_SHELF=3\n", "Gemfile": "gem 'figaro'\n"}, True, True),
    ("a helper of another file", {"lib/env.rb": "module Env\n  def self.need(key)\n    ENV.fetch(key)\n  end\nend\n", "app/a.rb": "x = Env.need('CRM_SHELF')\n"}, True, True),
    ("a helper that stands where the call stands in its own file", {"lib/env.rb": "def need(key)\n  ENV.fetch(key.to_s.upcase) { raise KeyError, 'this variable of the shop has no value yet' }\nend\n", "app/a.rb": "require 'env'\nShop.depth = 3\nx = need(:crm_shelf)\n"}, True, True),
    ("names that get a list's values, one of them asked for", {"a.rb": "id, host = ENV.values_at('CRM_SHELF', 'CRM_HOST')\nraise 'no id' if id.nil?\n"}, True, True),
    ("the other of these names", {"a.rb": "shelf, id = ENV.values_at('CRM_SHELF', 'CRM_ID')\nraise 'no id' if id.nil?\n"}, True, False),
    ("names asked for as a list", {"a.rb": "ID, HOST = ENV.values_at('CRM_SHELF', 'CRM_HOST')\nraise 'not set' if [ID, HOST].any?(&:nil?)\n"}, True, True),
    ("names asked for as a list that may be empty", {"a.rb": "ID, HOST = ENV.values_at('CRM_SHELF', 'CRM_HOST')\nShop.connect(ID) if [ID, HOST].all?(&:present?)\n"}, True, False),
    ("names that get values side by side", {"a.rb": "@id, @host = ENV['CRM_SHELF'], ENV['CRM_HOST']\nabort 'no id' unless @id\n"}, True, True),
    ("variables asked for as a list", {"a.rb": "raise 'not set' if [ENV['CRM_SHELF'], ENV['CRM_HOST']].any?(&:nil?)\n"}, True, True),
    ("a helper that adds a prefix", {"lib/env.rb": "def need(key)\n  ENV.fetch(\"CRM_#{key.to_s.upcase}\")\nend\n", "app/a.rb": "x = need(:shelf)\n"}, True, True),
    ("a guard by a gem that may be missing", {"a.rb": "Crm.key = ENV.fetch('CRM_SHELF') if defined?(Crm)\n"}, True, False),
    ("a password that a request is compared with", {"a.rb": "head 401 if params[:t] != ENV['CRM_TOKEN']\n"}, None, None),
    ("a password of an admin page", {"a.rb": "use(Rack::Auth::Basic) do |user, pass|\n  pass == ENV['CRM_SHELF']\nend\n"}, True, False),
    ("a setting of Hanami's", {"config/settings.rb": "class Settings < Hanami::Settings\n  setting :crm_shelf, constructor: Types::String\nend\n"}, True, True),
    ("an optional setting of Hanami's", {"config/settings.rb": "class Settings < Hanami::Settings\n  setting :crm_shelf, constructor: Types::String.optional\nend\n"}, True, False),
    ("a setting of Hanami's with a default", {"config/settings.rb": "class Settings < Hanami::Settings\n  setting :crm_shelf, default: 'd'\nend\n"}, True, False),
    ("an attribute of anyway_config", {"a.rb": "class CrmConfig < Anyway::Config\n  attr_config :shelf, size: 3\n  required :shelf\nend\n"}, True, True),
    ("an attribute of anyway_config with another prefix", {"a.rb": "class ShopConfig < ApplicationConfig\n  env_prefix :crm\n  attr_config :shelf\nend\n"}, True, False),
    ("an attribute of anyway_config with a default", {"a.rb": "class CrmConfig < Anyway::Config\n  attr_config shelf: 3\nend\n"}, True, False),
    ("a variable of an Envfile", {"Envfile": "variable :CRM_SHELF, :integer\n"}, True, True),
    ("a variable of an Envfile with a default", {"Envfile": "variable :CRM_SHELF, :string, default: 'd'\n"}, True, False),
    ("a development variable of an Envfile", {"Envfile": "group :development do\n  variable :CRM_SHELF\nend\n"}, False, False),
    ("the host of links in mails", {PRODUCTION: "config.action_mailer.default_url_options = { host: ENV['CRM_SHELF'] }\n"}, True, True),
    ("the login at a mail server", {PRODUCTION: "config.action_mailer.smtp_settings = {\n  user_name: ENV['CRM_SHELF']\n}\n"}, True, True),
    ("a host of another setting", {PRODUCTION: "config.links = { host: ENV['CRM_SHELF'] }\n"}, True, False),
    ("an address that a view asks for", {"app/models/a.rb": "def shelf_url\n  ENV['CRM_SHELF_URL']\nend\n", "app/views/a.html.erb": "<% if site.shelf_url %>1<% end %>\n"}, None, False),
    ("an address that nobody asks for", {"app/models/a.rb": "def shelf_url\n  ENV['CRM_SHELF_URL']\nend\n"}, None, None),
    ("a variable that is only deleted", {"a.rb": "def x\n  ENV.delete('CRM_SHELF')\n  1\nend\n"}, False, False),
    ("a variable that is only set", {"a.rb": "ENV['CRM_SHELF'] = 'a'\n"}, False, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "found", "required"), [row[1:] for row in FILES], ids=[row[0] for row in FILES]
)
def test_what_rails_reads_of_its_files(
    files: dict[str, str], found: bool | None, required: bool | None
) -> None:
    """`None` for found: the name is another one than CRM_SHELF, whose requiredness its name decides."""
    name = next(
        word
        for word in ("CRM_TOKEN", "CRM_USER", "CRM_SHELF_URL", "CRM_SHELF")
        if any(word in text for text in files.values()) or word == "CRM_SHELF"
    )
    known = found_in(files, "ruby")
    if found is not None:
        assert (name in known) is found
    if name in known:
        assert known[name].required is (required if required is not None else True)


def test_credentials_name_each_place_that_opens_them() -> None:
    files = {
        "config/credentials.yml.enc": "x",
        PRODUCTION: "# config.require_master_key = true\nconfig.require_master_key = true\n",
        "app/a.rb": "x = 1\ny = Rails.application.credentials.dig(:crm, :token)\n# Rails.application.credentials.b\n",
        "app/b.rb": "x = Rails.application.credentials.token || ENV['CRM_TOKEN']\n",
    }
    key = found_in(files, "ruby")["RAILS_MASTER_KEY"]
    assert key.required
    assert key.secret
    assert not key.generator
    assert [(proof.path, proof.line) for proof in key.evidence] == [
        ("app/a.rb", 2),
        ("config/credentials.yml.enc", 0),
        (PRODUCTION, 2),
    ]
    assert "RAILS_MASTER_KEY" not in found_in({**files, "config/master.key": "x"}, "ruby")


def test_what_boots_rails_is_read_at_build_time() -> None:
    code = "x = ENV.fetch('CRM_SHELF')\n"
    at = {
        path: found_in({**RAILS, path: code}, "ruby")["CRM_SHELF"].stage
        for path in ("config/initializers/crm.rb", "app/models/crm.rb", "config/puma.rb")
    }
    assert list(at.values()) == ["build", "run", "run"]


def test_a_name_given_on_to_rails_tells_what_may_be_generated() -> None:
    code = "key = ENV['SHOP_SECRET_WORD']\nRails.application.config.secret_key_base = key\n"
    assert found_in({"config/initializers/token.rb": code}, "ruby")["SHOP_SECRET_WORD"].generator == "secret"


def test_what_figaros_file_sets_in_production_goes_before_what_it_sets_everywhere() -> None:
    files = {
        "Gemfile": "gem 'figaro'\n",
        "config/application.yml": "CRM_SHELF: 'a'\ndevelopment:\n  CRM_SHELF: 'b'\n\n# Where it stands\nCRM_SIDE: left\nproduction:\n  CRM_SHELF: 'c'\n",
        "a.rb": "x = ENV.fetch('CRM_SHELF')\ny = ENV.fetch('CRM_SIDE')\n",
    }
    known = found_in(files, "ruby")
    assert (known["CRM_SHELF"].default, known["CRM_SIDE"].default) == ("c", "left")
    assert known["CRM_SIDE"].description == "Where it stands"


def test_secrets_in_figaros_file_are_named_and_not_shown() -> None:
    value = "k3j9x8w2m5"
    files = {
        "Gemfile": "gem 'figaro'\n",
        "config/application.yml": f"CRM_SIZE: '3'\nproduction:\n  CRM_TOKEN: {value}\n",
        "a.rb": "x = ENV.fetch('CRM_TOKEN')\n",
    }
    found = [
        fact
        for fact in discover(Texts(files), stack="ruby", language="ruby", root=".", other_roots=())
        if isinstance(fact, Doubt)
    ]
    assert [(fact.id, fact.evidence[0].path, fact.evidence[0].line) for fact in found] == [
        ("vars/env-file-in-git", "config/application.yml", 3)
    ]
    assert value not in repr(found)


@pytest.mark.parametrize(
    ("code", "generator"),
    [
        ("config.active_record.encryption.primary_key = ENV.fetch('SHOP_KEY')\n", "secret"),
        ("config.active_record.encryption.deterministic_key = ENV['SHOP_KEY']\n", "secret"),
        ("config.active_record.encryption = { primary_key: ENV.fetch('SHOP_KEY') }\n", "secret"),
        ("ActiveRecord::Encryption.configure(\n  primary_key: ENV.fetch('SHOP_KEY')\n)\n", "secret"),
        ("Shop.table.primary_key = ENV.fetch('SHOP_KEY')\n", ""),
        ("Lockbox.master_key = ENV.fetch('SHOP_KEY')\n", ""),
    ],
)
def test_keys_that_active_record_derives_its_own_from_may_be_any_text(code: str, generator: str) -> None:
    assert found_in({"config/initializers/keys.rb": code}, "ruby")["SHOP_KEY"].generator == generator


@examples(60)
@given(default=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_any_default_is_read_as_ruby_reads_it(default: str) -> None:
    single = "'" + default.replace("\\", "\\\\").replace("'", "\\'") + "'"
    double = '"' + default.replace("\\", "\\\\").replace('"', '\\"').replace("#", "\\#") + '"'
    for written in (single, double):
        found = found_in({"a.rb": f"x = ENV.fetch('ZZ_SHELF', {written})\n"}, "ruby")
        assert found["ZZ_SHELF"].default == default


_NOISE = (
    "# ENV.fetch('MY_NAME')",
    "x = \"ENV['MY_NAME'] and \\#{ENV['MY_NAME']}\"",
    'x = \'ENV["MY_NAME"] #{ENV["MY_NAME"]}\'',
    "x = %q(ENV.fetch('MY_NAME'))",
    "x = <<~'TEXT'\n  #{ENV.fetch('MY_NAME')}\nTEXT",
    "x = <<~TEXT\n  ENV.fetch('MY_NAME')\nTEXT",
    "=begin\nENV.fetch('MY_NAME')\n=end",
    "x = /ENV\\['MY_NAME'\\]/",
    "x = [:ENV, 'MY_NAME']",
    "x = config.ENV_LIKE['MY_NAME']",
    "x = request.env['MY_NAME']",
    "x = Shop::ENV['MY_NAME'.downcase]",
    "ENV['MY_NAME'] = 'a'",
)


@examples(60)
@given(
    noise=st.lists(st.sampled_from(_NOISE), max_size=6),
    before=st.integers(0, 6),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_text_around_a_read_is_no_read_and_moves_no_line(noise: list[str], before: int, newline: str) -> None:
    rows = [*noise[:before], "y = ENV.fetch('ZZ_SHELF')", *noise[before:]]
    code = "\n".join(rows) + "\n"
    line = code[: code.index("y = ENV")].count("\n") + 1
    found = found_in({"a.rb": code.replace("\n", newline)}, "ruby")
    assert list(found) == ["ZZ_SHELF"]
    assert [proof.line for proof in found["ZZ_SHELF"].evidence] == [line]
    assert found["ZZ_SHELF"].required


@examples(40)
@given(
    text=st.text("ENV['AB]#{}<%=-> \n\"|.fetch(do end", max_size=120),
    name=st.sampled_from(["a.rb", "a.haml", "a.slim", "a.erb", "config/a.yml"]),
)
def test_strange_text_never_raises(text: str, name: str) -> None:
    found_in({name: "<% ENV['A_B'] %>\n" + text}, "ruby")


def test_an_example_of_figaros_file_describes() -> None:
    files = {
        "config/application.example.yml": "# Where the crm keeps things\nCRM_SHELF: a\n",
        "a.rb": "x = ENV['CRM_SHELF']\n",
    }
    assert found_in(files, "ruby")["CRM_SHELF"].description == "Where the crm keeps things"


def test_a_table_of_names_is_read_as_a_whole() -> None:
    documented = [f"CRM_WORD_{letter}" for letter in "ABCDE"]
    table = "".join(f"  {name.lower()}: ['{name}', 'CRM_OTHER_{name[-1]}'],\n" for name in documented)
    files = {
        ".env.example": "".join(f"{name}=1\n" for name in documented),
        "config/load.rb": f"TABLE = {{\n{table}}}\nTABLE.each {{ |key, names| names.find {{ |name| ENV[name] }} }}\n",
    }
    found = found_in(files, "ruby")
    assert {*documented, *(f"CRM_OTHER_{letter}" for letter in "ABCDE")} <= set(found)
    assert not any(fact.required for fact in found.values())


def test_a_bot_library_that_reads_its_token_itself() -> None:
    files = {"Gemfile": "gem 'slack-ruby-bot'\n", "bot.rb": "class Bot < SlackRubyBot::Bot\nend\n"}
    assert found_in(files, "ruby")["SLACK_API_TOKEN"].required


@pytest.mark.parametrize(
    ("code", "generated"),
    [
        ("key = ENV['SHOP_SESSION_KEY']\n", True),
        ("key = Base64.strict_decode64(ENV['SHOP_SESSION_KEY'])\n", False),
        ("key = ENV['SHOP_SESSION_KEY'].unpack1('m0')\n", False),
        ("key = OpenSSL::PKey::RSA.new(ENV.fetch('SHOP_SESSION_KEY'))\n", False),
    ],
)
def test_a_value_that_is_decoded_is_not_any_text(code: str, generated: bool) -> None:
    fact = found_in({"a.rb": code}, "ruby")["SHOP_SESSION_KEY"]
    assert bool(fact.generator) is generated
    assert fact.required is not generated


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = ENV['CRM_SHELF'] # Where the crm keeps things\n", "Where the crm keeps things"),
        ("# Where the crm keeps things\nx = ENV['CRM_SHELF']\n", "Where the crm keeps things"),
        ("x = ENV['CRM_SHELF'] # rubocop:disable Style/Thing\n", ""),
        ("x = ENV['CRM_SHELF'] || '# Where the crm keeps things'\n", ""),
        ("x = ENV['CRM_SHELF'] # TODO Where the crm keeps things\n", ""),
    ],
)
def test_a_comment_beside_or_above_describes(code: str, said: str) -> None:
    assert found_in({"a.rb": code}, "ruby")["CRM_SHELF"].description == said


def test_the_host_of_links_in_mails_is_asked_for_whatever_its_name() -> None:
    code = "config.action_mailer.default_url_options = { host: ENV['HOST'] }\n"
    assert found_in({PRODUCTION: code}, "ruby")["HOST"].required
    assert not found_in({"config/puma.rb": "bind ENV['HOST']\n"}, "ruby")["HOST"].required
