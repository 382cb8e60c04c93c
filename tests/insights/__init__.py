"""Each insight speaks where there is something to say, and is silent where there is not."""
