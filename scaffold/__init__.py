"""Find out what a repository is and write the files that deploy it to Heroku."""

__version__ = "0.1.0"
