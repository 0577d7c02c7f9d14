"""The deploy script at work: a double of Heroku on loopback, and what drives the script against it."""
