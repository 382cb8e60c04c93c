"""Actions: what people do to records, one file a verb: permission, rule, change and audit in one transaction."""
