"""The app as it runs on Heroku: its config vars read, compared with what the source needs, and set.

Nothing here is used to detect. Values stay in memory: they are in no argument, log, error or `repr`.
"""
